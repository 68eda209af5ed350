package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) record() *cobra.Command {
	var p paging
	var subject, actor string
	c := &cobra.Command{
		Use:   "record",
		Short: "Read the record of everything that changed",
		Long: `Read the record of everything that changed, the latest first: who did what, when and why.
Operators and auditors read all of it; others name something of theirs with --subject.

The record is tamper-evident. "den check" proves that it was not touched.`,
		Example: "  den record\n  den record --subject tri_01… --oldest",
		Args:    words(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := k.api()
			if err != nil {
				return err
			}
			page, err := said[contract.EventPage](c.ListEvents(cmd.Context(), &contract.ListEventsParams{
				Subject: pointerTo(subject), Actor: pointerTo(actor), Newest: p.newest(), After: pointerTo(p.after), Limit: &p.limit,
			}))
			if err != nil {
				return err
			}
			k.more(page.value.Next)
			return show(k, page, k.tellEvents)
		},
	}
	p.flags(c, true)
	c.Flags().StringVar(&subject, "subject", "", "only what is about one thing, by id")
	c.Flags().StringVar(&actor, "actor", "", "only what one person did, by id")
	return c
}

func (k *client) tellEvents(page contract.EventPage) {
	if len(page.Items) == 0 {
		k.say("Nothing is recorded of this.")
		return
	}
	var rows [][]string
	for _, e := range page.Items {
		rows = append(rows, []string{fmt.Sprint(e.Seq), moment(&e.At), firstOf(e.ActorName, e.Actor), e.Detail, given(e.Why)})
	}
	table(k.std.out, []string{"EVENT", "WHEN", "WHO", "WHAT", "WHY"}, rows)
}
