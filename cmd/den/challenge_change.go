package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"innovationden/configs"
	"innovationden/web/api/contract"
)

// challengeFlags are what a challenge says, each as a flag.
func challengeFlags(c *cobra.Command, e edits) {
	e.text(c, "title", "title", "what you would call the problem")
	e.text(c, "problem", "problem", "what happens now, and what is wrong with it")
	e.text(c, "people", "people", "who is affected, and how")
	e.text(c, "success", "success", "what success looks like")
	e.text(c, "constraints", "constraints", "what any answer must live with")
	e.text(c, "data", "data", "synthetic, or agreed: what data products may be tried with")
	e.text(c, "agreed", "agreed", "what was agreed about data that is not synthetic, and by whom")
	e.several(c, "capability", "capabilities", "what a product should be able to do, by id (den techmap capabilities); may be given again")
	for _, one := range []struct {
		name, field, usage string
		hour               int // as on the pages
	}{
		{"questions-until", "questions_until", "until when suppliers can ask: 5pm of a day such as 2027-03-01, or a moment", 17},
		{"answers-until", "answers_until", "until when suppliers can answer: 5pm of a day, or a moment", 17},
		{"trial-from", "trial_from", "from when you would try products: 9am of a day, or a moment", 9},
	} {
		e.read(c, one.name, one.field, one.usage, func(v string) (any, error) { return hourOf(one.name, v, one.hour) })
	}
	e.read(c, "trial-length", "trial_seconds", "how long a trial would run, such as 5d", func(v string) (any, error) {
		d, err := configs.ParseLength(v)
		if err != nil {
			return nil, fmt.Errorf("write it as a number and a unit, such as 5d")
		}
		return int64(d / time.Second), nil
	})
	pounds := func(v string) (any, error) {
		n, err := pence(v)
		if err != nil {
			return nil, fmt.Errorf("give it in pounds, such as 12000")
		}
		return n, nil
	}
	e.read(c, "budget-from", "budget_low_pence", "the lower end of the budget guide, in pounds", pounds)
	e.read(c, "budget-to", "budget_high_pence", "the upper end of the budget guide, in pounds", pounds)
}

func (k *client) challengeAdd() *cobra.Command {
	e := edits{}
	var department string
	c := &cobra.Command{
		Use:     "add --title TITLE --problem TEXT",
		Short:   "Write a challenge as a draft",
		Long:    "Write a challenge as a draft. Nobody but its department reads it before it is published.",
		Example: "  den challenge add --title \"Parking permits\" --problem \"People queue.\" --people \"9,000 a year.\" \\\n    --success \"Renewed in five minutes.\" --answers-until 2027-03-01 --capability appointments",
		Args:    words(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if e["title"] == nil || e["title"] == "" {
				return offWords(cmd, "name the problem with --title")
			}
			c, err := k.api()
			if err != nil {
				return err
			}
			if department != "" {
				id, err := departmentID(ctx, c, department)
				if err != nil {
					return err
				}
				department = id
			}
			var in contract.NewChallenge
			if err := again(e.said(), &in); err != nil {
				return err
			}
			in.Department = pointerTo(department)
			v, err := said[contract.Challenge](c.AddChallenge(ctx, &contract.AddChallengeParams{IdempotencyKey: key()}, in))
			if err != nil {
				return at(err, flagPlace)
			}
			return show(k, v, k.tellChallenge)
		},
	}
	c.Flags().StringVar(&department, "department", "", "the department, by id or name; left out: your own")
	challengeFlags(c, e)
	return c
}

func (k *client) challengeChange() *cobra.Command {
	e := edits{}
	c := &cobra.Command{
		Use:   "change CHALLENGE",
		Short: "Change what a challenge says",
		Long: `Change what a challenge says, as long as it is a draft or open. ` + entryLater + `

Once it is published, say why: everybody is told what changed and why. With --because you
mark whose advice led to the change; its supplier is then named beside it.`,
		Example: "  den challenge change cha_01… --success \"Renewed in three minutes.\" --why \"Five was too easy.\" --because int_01…",
		Args:    words("the id of a challenge"),
	}
	challengeFlags(c, e)
	e.text(c, "why", "why", "why it changes, for everybody; needed once it is published")
	e.text(c, "because", "because", "the id of the answer whose advice led to it (den challenge show)")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if len(e) == 0 {
			return offWords(cmd, "give what changes, such as --title")
		}
		ctx := cmd.Context()
		c, err := k.api()
		if err != nil {
			return err
		}
		in, tag, err := edited[contract.NewChallenge](e)(c.GetChallenge(ctx, args[0]))
		if err != nil {
			return err
		}
		in.Department = nil // it stays where it is
		v, err := said[contract.Challenge](c.ChangeChallenge(ctx, args[0], &contract.ChangeChallengeParams{IfMatch: tag}, in))
		if err != nil {
			return at(err, flagPlace)
		}
		return show(k, v, k.tellChallenge)
	}
	return c
}

func (k *client) challengeClose() *cobra.Command {
	return k.challengeEnds("close", "Take no more questions and answers",
		"Close a challenge to questions and answers before its time. Everybody who follows it is told.", "We know enough.",
		func(ctx context.Context, c *contract.Client, id string, why contract.Reason) (*http.Response, error) {
			return c.CloseChallenge(ctx, id, &contract.CloseChallengeParams{}, why)
		})
}

func (k *client) challengeWithdraw() *cobra.Command {
	return k.challengeEnds("withdraw", "Give a challenge up, or drop a draft",
		"Give a challenge up. Once it is published a reason is needed, and everybody who follows it is told.", "The budget is gone.",
		func(ctx context.Context, c *contract.Client, id string, why contract.Reason) (*http.Response, error) {
			return c.WithdrawChallenge(ctx, id, &contract.WithdrawChallengeParams{}, why)
		})
}

// challengeEnds makes a command that ends something of a challenge, with a reason.
func (k *client) challengeEnds(verb, short, long, why string, do func(context.Context, *contract.Client, string, contract.Reason) (*http.Response, error)) *cobra.Command {
	var reason string
	c := k.oneChallenge(&cobra.Command{
		Use: verb + " CHALLENGE", Short: short, Long: long, Example: fmt.Sprintf("  den challenge %s cha_01… --why %q", verb, why),
	}, nil, func(ctx context.Context, c *contract.Client, args []string) error {
		v, err := said[contract.Challenge](do(ctx, c, args[0], contract.Reason{Why: pointerTo(reason)}))
		if err != nil {
			return err
		}
		return show(k, v, k.tellChallenge)
	})
	c.Flags().StringVar(&reason, "why", "", "why, for everybody")
	return c
}
