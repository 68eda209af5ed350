package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

// ways is what is opened in a sandbox, in a file.
type ways struct {
	Out  []string `yaml:"out"`
	Mail bool     `yaml:"mail"`
}

// agreed turns what a file opens, by product or release, into what it is by release.
func agreed(file map[string]ways, all []contract.Product, p *problem) *map[string]contract.Ways {
	if file == nil {
		return nil
	}
	out, seen := map[string]contract.Ways{}, map[string]string{}
	for _, word := range slices.Sorted(maps.Keys(file)) {
		w := file[word]
		id, err := releaseOf(word, all)
		p.take("/agree/"+escaped(word), err)
		if before, twice := seen[id]; twice && err == nil {
			p.bad("/agree/"+escaped(word), "Give each release once: this one is %q too.", before)
		}
		out[id], seen[id] = contract.Ways{Out: &w.Out, Mail: &w.Mail}, word
	}
	return &out
}

// waysSaid says what is opened, for a table; empty where nothing is.
func waysSaid(w *contract.Ways) string {
	if w == nil {
		return ""
	}
	all := slices.Clone(given(w.Out))
	if given(w.Mail) {
		all = append(all, "mail is caught")
	}
	return strings.Join(all, ", ")
}

// someOf is nil for an empty list: it is left out.
func someOf(all []string) *[]string {
	if len(all) == 0 {
		return nil
	}
	return &all
}

func (k *client) tellUsed(all *[]contract.Used) {
	if len(given(all)) == 0 {
		return
	}
	k.say("\nWhat it reached:\n")
	var rows [][]string
	for _, u := range *all {
		rows = append(rows, []string{
			harmless(u.Way), fmt.Sprint(u.Times), fmt.Sprint(u.Refused), fmt.Sprint(u.Failed), bytesOf(u.SentBytes), bytesOf(u.ReceivedBytes),
		})
	}
	table(k.std.out, []string{"HOST", "TIMES", "REFUSED", "NOT ANSWERED", "SENT", "RECEIVED"}, rows)
}

func (k *client) sandboxMails() *cobra.Command {
	return k.oneSandbox(&cobra.Command{
		Use:   "mails SANDBOX",
		Short: "Read the mails that a product sent, caught in its sandbox",
		Long: `Read the newest mails that a product sent, the oldest first. They were caught in its
sandbox: nobody got them, and they are removed with it.`,
		Example: "  den sandbox mails lea_01…",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		all, err := said[contract.MailList](c.ListMails(ctx, id))
		if err != nil {
			return err
		}
		return show(k, all, k.tellMails)
	})
}

func (k *client) tellMails(all contract.MailList) {
	if len(all.Items) == 0 {
		k.say("There are no mails.")
		return
	}
	for _, m := range all.Items {
		facts(k.std.out, [2]string{"Sent", moment(&m.At)}, [2]string{"From", harmless(m.From)}, [2]string{"To", harmless(strings.Join(m.To, ", "))},
			[2]string{"Subject", harmless(m.Subject)}, [2]string{"Attached", harmless(strings.Join(m.Attached, ", "))})
		k.say("\n%s\n", strings.TrimRight(harmless(m.Text), "\n"))
	}
}
