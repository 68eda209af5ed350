package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

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
