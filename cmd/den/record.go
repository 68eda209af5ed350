package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

// record is "den record list", with what else can be asked of the record below it.
func (k *client) record() *cobra.Command {
	c := k.events("record")
	c.AddCommand(k.events("list"), k.event(), k.proof(), k.recordKey(), k.checkpoint())
	return c
}

func (k *client) events(use string) *cobra.Command {
	var p paging
	var subject, actor, act, since, before string
	c := &cobra.Command{
		Use:   use,
		Short: "Read the record of everything that changed",
		Long: `Read the record of everything that changed, the latest first: who did what, when and why.
Operators and auditors read all of it; others name something of theirs with --subject.

The record is tamper-evident. "den record proof" proves one line, "den check" that
nothing was touched.`,
		Example: "  den record\n  den record list --subject tri_01… --oldest\n  den record list --act lease. --since 2026-06-01\n  den record show 7\n  den record proof 7 > event-7-proof.json",
		Args:    words(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			from, err := day("since", since)
			if err != nil {
				return err
			}
			to, err := day("before", before)
			if err != nil {
				return err
			}
			c, err := k.api()
			if err != nil {
				return err
			}
			page, err := said[contract.EventPage](c.ListEvents(cmd.Context(), &contract.ListEventsParams{
				Subject: pointerTo(subject), Actor: pointerTo(actor), Act: pointerTo(act), Since: from, Before: to,
				Newest: p.newest(), After: pointerTo(p.after), Limit: &p.limit,
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
	c.Flags().StringVar(&act, "act", "", `only one kind, such as trial.started, or all that begin so: "trial."`)
	c.Flags().StringVar(&since, "since", "", "not before this day or moment, such as 2026-06-01")
	c.Flags().StringVar(&before, "before", "", "before this day or moment")
	return c
}

// day reads a day, at its local beginning, or a moment.
func day(flag, text string) (*time.Time, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // it was not asked for
	}
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.ParseInLocation(form, text, time.Local); err == nil {
			return &at, nil
		}
	}
	return nil, usageError{fmt.Errorf("--%s takes a day such as 2026-06-01 or a moment such as 2026-06-01T09:00:00Z, not %q", flag, text)}
}

// hourOf reads a day, at an hour of it, or a moment.
func hourOf(flag, text string, hour int) (*time.Time, error) {
	at, err := day(flag, text)
	if err != nil || at == nil {
		return at, err
	}
	if _, notDay := time.Parse(time.DateOnly, text); notDay == nil {
		*at = time.Date(at.Year(), at.Month(), at.Day(), hour, 0, 0, 0, time.Local)
	}
	return at, nil
}

func (k *client) tellEvents(page contract.EventPage) {
	switch {
	case len(page.Items) > 0:
	case page.LookedTo == nil:
		k.say("Nothing is recorded of this.")
		return
	default:
		k.say("Nothing that fits was found as far as %s. There may be something behind it.", moment(page.LookedTo))
		return
	}
	var rows [][]string
	for _, e := range page.Items {
		rows = append(rows, []string{fmt.Sprint(e.Seq), moment(&e.At), firstOf(e.ActorName, e.Actor), e.Detail, given(e.Why)})
	}
	table(k.std.out, []string{"EVENT", "WHEN", "WHO", "WHAT", "WHY"}, rows)
}

// oneEvent makes a command about one line of the record, which its number names.
func (k *client) oneEvent(c *cobra.Command, do func(ctx context.Context, c *contract.Client, seq int64) error) *cobra.Command {
	c.Args = words("the number of an event")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		seq, err := position(args[0])
		if err != nil {
			return err
		}
		c, err := k.api()
		if err != nil {
			return err
		}
		return do(cmd.Context(), c, seq)
	}
	return c
}

func (k *client) event() *cobra.Command {
	return k.oneEvent(&cobra.Command{
		Use: "show NUMBER", Short: "Show one line of the record, with what changed",
		Long:    "Show one line of the record: who did what to what, when and why, and how the thing was\nbefore and after.",
		Example: "  den record show 7",
	}, func(ctx context.Context, c *contract.Client, seq int64) error {
		e, err := said[contract.Event](c.GetEvent(ctx, seq))
		if err != nil {
			return err
		}
		return show(k, e, k.tellEvent)
	})
}

func (k *client) tellEvent(e contract.Event) {
	facts(k.std.out, [2]string{"Event", fmt.Sprint(e.Seq)}, [2]string{"What", e.Detail}, [2]string{"When", moment(&e.At)}, [2]string{"Who", firstOf(e.ActorName, e.Actor)},
		[2]string{"Why", given(e.Why)}, [2]string{"Kind", e.Act}, [2]string{"About", e.Subject}, [2]string{"Before", asJSON(e.Before)}, [2]string{"After", asJSON(e.After)})
	if e.Changes == nil {
		return
	}
	var rows [][]string
	for _, c := range *e.Changes {
		before, after := given(c.Before), given(c.After)
		if c.Hidden != nil && *c.Hidden {
			before, after = "not shown", "not shown"
		}
		rows = append(rows, []string{c.Of, c.Field, before, after})
	}
	k.say("")
	table(k.std.out, []string{"OF", "FIELD", "BEFORE", "AFTER"}, rows)
}

func asJSON(fields *map[string]any) string {
	if fields == nil {
		return ""
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return ""
	}
	return harmless(string(text))
}

func position(text string) (int64, error) {
	var seq int64
	if _, err := fmt.Sscanf(text, "%d", &seq); err != nil || seq < 0 || fmt.Sprint(seq) != text {
		return 0, usageError{fmt.Errorf("%q is not the number of an event. \"den record\" shows the numbers", text)}
	}
	return seq, nil
}

func (k *client) proof() *cobra.Command {
	return k.oneEvent(&cobra.Command{
		Use: "proof NUMBER", Short: "Prove that a line stands in the record, as a file to keep",
		Long: `Print a proof that a line stands in the record. "den check --proof FILE --key FILE"
checks it on any machine, without the den.`,
		Example: "  den record proof 7 > event-7-proof.json\n  den record key > record-key.txt\n  den check --proof event-7-proof.json --key record-key.txt",
	}, func(ctx context.Context, c *contract.Client, seq int64) error {
		p, err := said[contract.Proof](c.GetProof(ctx, seq))
		if err != nil {
			return err
		}
		return k.print(p.raw)
	})
}

func (k *client) print(text []byte) error {
	_, err := fmt.Fprintf(k.std.out, "%s\n", text)
	return err
}

func (k *client) recordKey() *cobra.Command {
	return &cobra.Command{
		Use: "key", Short: "Print the public key of the record; its fingerprint goes to standard error",
		Long:    "Print the public key of the record, to check proofs and checkpoints with. Compare its\nfingerprint with the one on the den's page of the key, on another machine.",
		Example: "  den record key > record-key.txt", Args: words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			key, err := said[contract.RecordKey](c.GetRecordKey(ctx))
			if err != nil {
				return err
			}
			return show(k, key, func(key contract.RecordKey) {
				k.say("%s", key.Public)
				_, _ = fmt.Fprintf(k.std.err, "Fingerprint: %s\n", key.Fingerprint)
			})
		}),
	}
}

func (k *client) checkpoint() *cobra.Command {
	return &cobra.Command{
		Use: "checkpoint", Short: "Print the state of the record now, signed, as a file to keep elsewhere",
		Long:    "Print the state of the record now, signed. Kept on another machine, it proves later that\nnothing before it was changed.",
		Example: "  den record checkpoint > checkpoint-of-june\n  den check --against checkpoint-of-june", Args: words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			p, err := said[contract.Checkpoint](c.GetCheckpoint(ctx))
			if err != nil {
				return err
			}
			return show(k, p, func(p contract.Checkpoint) { _, _ = fmt.Fprint(k.std.out, p.Note) })
		}),
	}
}
