package main

import (
	"strings"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) mentions() *cobra.Command {
	return &cobra.Command{
		Use: "mentions PERSON", Short: "Find where somebody is named in texts that people typed",
		Long: `Find where somebody is named in texts that people typed, for operators, before a removal:
by the name, earlier names and addresses, whole words and in any case. Each comes with what
can be done about it. Texts that have only one word of the name come last. After a removal:
the texts that were left then. Files that people attached are not searched.`,
		Example: "  den data mentions per_01…\n  den data mentions per_01… --json | jq -r '.items[].path'",
		Args:    words("the id of a person"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := k.api()
			if err != nil {
				return err
			}
			found, err := said[contract.Mentions](c.ListMentions(cmd.Context(), args[0]))
			if err != nil {
				return err
			}
			return show(k, found, k.tellMentions)
		},
	}
}

func (k *client) tellMentions(m contract.Mentions) {
	if m.Whole == 0 && m.Parts == 0 {
		k.say("No text names them. %d records were searched.", m.LookedAt)
		return
	}
	k.say("%d texts have the name or an address, and %d one word of the name. %d records were searched.", m.Whole, m.Parts, m.LookedAt)
	k.tellTexts(m)
}

// tellLeft says what a removal has left.
func (k *client) tellLeft(m contract.Mentions) {
	if m.Whole == 0 && m.Parts == 0 {
		k.say("No text names them.")
		return
	}
	k.say("Texts that people typed were left: %d have the name or an address, and %d one word of the name.", m.Whole, m.Parts)
	k.tellTexts(m)
}

// tellTexts lists texts, and says how many there is no room for.
func (k *client) tellTexts(m contract.Mentions) {
	var rows [][]string
	for _, one := range m.Items {
		text := given(one.Excerpt)
		if one.Withheld {
			text = "(not shown)"
		}
		rows = append(rows, []string{one.Kind + ": " + one.What, firstOf(given(one.Path), one.Record), text, strings.TrimSpace(one.Detail + " " + given(one.Change))})
	}
	k.list("Operators are told where.", []string{"WHAT", "WHERE", "TEXT", "WHAT CAN BE DONE"}, rows)
	if more := int(m.Whole+m.Parts) - len(m.Items); more > 0 {
		k.say("%d more are not listed.", more)
	}
}
