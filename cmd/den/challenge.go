package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func (k *client) challenge() *cobra.Command {
	return group(&cobra.Command{
		Use:   "challenge",
		Short: "Publish problems before any tender, ask about them, and answer them",
		Long: `A challenge is a department's problem, published before any tender. Suppliers ask, give
advice and offer products; what any of them is told, all of them are told.`,
		Example: "  den challenge list\n  den challenge ask cha_01… \"How many offices are there?\"\n  den challenge interest cha_01… --product Bookwell",
	}, k.challengeList(), k.challengeShow(), k.challengeAdd(), k.challengeChange(), k.challengePublish(), k.challengeClose(), k.challengeWithdraw(),
		k.challengeAsk(), k.challengeAnswer(), k.challengeInterest(), k.challengeTakeBack(), k.challengeFits(), k.challengeInvite(), k.challengeThank(),
		k.challengeTry(), k.challengePack(), k.challengeNotice())
}

func (k *client) challengeList() *cobra.Command {
	var p paging
	var state, capability string
	c := &cobra.Command{
		Use:     "list",
		Short:   "List challenges, those that take answers first",
		Long:    "List the challenges that you can read: those that take answers first, then the newest.",
		Example: "  den challenge list\n  den challenge list --state published --capability appointments",
		Args:    words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			page, err := said[contract.ChallengePage](c.ListChallenges(ctx, &contract.ListChallengesParams{
				State: pointerTo(contract.InChallengeState(state)), Capability: pointerTo(capability), After: pointerTo(p.after), Limit: &p.limit,
			}))
			if err != nil {
				return err
			}
			k.more(page.value.Next)
			return show(k, page, k.tellChallenges)
		}),
	}
	p.flags(c, false)
	c.Flags().StringVar(&state, "state", "", "only draft, published, closed, trial, outcome or withdrawn ones")
	c.Flags().StringVar(&capability, "capability", "", "only those that ask for a capability, by id")
	return c
}

func (k *client) tellChallenges(page contract.ChallengePage) {
	var rows [][]string
	for _, c := range page.Items {
		rows = append(rows, []string{c.Id, c.Title, c.DepartmentName, string(c.State), moment(c.AnswersUntil), strings.Join(c.Fits, ", ")})
	}
	k.list("There are no challenges.", []string{"ID", "TITLE", "DEPARTMENT", "STATE", "ANSWERS UNTIL", "FITS"}, rows)
}

// oneChallenge makes a command about one challenge.
func (k *client) oneChallenge(c *cobra.Command, more []string, do func(ctx context.Context, c *contract.Client, args []string) error) *cobra.Command {
	c.Args = words(append([]string{"the id of a challenge"}, more...)...)
	c.RunE = k.asks(func(ctx context.Context, c *contract.Client, args []string) error { return do(ctx, c, args) })
	return c
}

func (k *client) challengeShow() *cobra.Command {
	return k.oneChallenge(&cobra.Command{
		Use:     "show CHALLENGE",
		Short:   "Show a challenge with its questions and answers",
		Long:    "Show a challenge: what it says, what was asked and answered, and what changed.",
		Example: "  den challenge show cha_01…",
	}, nil, func(ctx context.Context, c *contract.Client, args []string) error {
		v, err := said[contract.Challenge](c.GetChallenge(ctx, args[0]))
		if err != nil {
			return err
		}
		return show(k, v, k.tellChallenge)
	})
}

func (k *client) tellChallenge(c contract.Challenge) {
	facts(k.std.out,
		[2]string{"Challenge", c.Title}, [2]string{"Id", c.Id}, [2]string{"Department", c.DepartmentName}, [2]string{"State", string(c.State)},
		[2]string{"Problem", c.Problem}, [2]string{"Affected", c.People}, [2]string{"Success", c.Success}, [2]string{"Constraints", c.Constraints},
		[2]string{"Data", string(c.Data)}, [2]string{"Questions until", moment(c.QuestionsUntil)}, [2]string{"Answers until", moment(c.AnswersUntil)},
		[2]string{"Trial from", moment(c.TrialFrom)}, [2]string{"Budget guide", budgetOf(c)}, [2]string{"Wanted", strings.Join(c.Capabilities, ", ")}, [2]string{"Outcome", given(c.Outcome)},
		[2]string{"Trials", strings.Join(c.Trials, ", ")})
	k.tellQuestions(c.Questions)
	for _, i := range c.Interests {
		var names []string
		for _, p := range i.Products {
			names = append(names, p.Name)
		}
		k.say("")
		facts(k.std.out, [2]string{"Answer of", i.SupplierName}, [2]string{"Id", i.Id}, [2]string{"Products", strings.Join(names, ", ")}, [2]string{"Advice", i.Advice})
	}
	if len(c.Changes) > 0 {
		k.say("")
		var rows [][]string
		for _, t := range c.Changes {
			rows = append(rows, []string{moment(&t.At), strings.TrimSpace(t.Say + " " + given(t.Why))})
		}
		table(k.std.out, []string{"WHEN", "WHAT EVERYBODY WAS TOLD"}, rows)
	}
}

func (k *client) tellQuestions(all []contract.Question) {
	for _, q := range all {
		k.say("")
		facts(k.std.out, [2]string{"Question", firstOf(given(q.Said), given(q.Asked))}, [2]string{"Id", q.Id},
			[2]string{"Answer", firstOf(given(q.Answer), "not answered yet")}, [2]string{"Answered", moment(q.AnsweredAt)})
	}
}

func (k *client) challengePublish() *cobra.Command {
	return k.oneChallenge(&cobra.Command{
		Use:     "publish CHALLENGE",
		Short:   "Show a draft to every supplier",
		Long:    "Show a draft of a challenge to every supplier. What it still lacks is said all at once.",
		Example: "  den challenge publish cha_01…",
	}, nil, func(ctx context.Context, c *contract.Client, args []string) error {
		v, err := said[contract.Challenge](c.PublishChallenge(ctx, args[0], &contract.PublishChallengeParams{}))
		if err != nil {
			return err
		}
		return show(k, v, k.tellChallenge)
	})
}

// challengeSupplier is the flag that names the supplier for whom somebody speaks.
func challengeSupplier(c *cobra.Command, supplier *string) {
	c.Flags().StringVar(supplier, "supplier", "", fmt.Sprintf("the supplier that you speak for, by id (%s_…), where you are in several", den.KindSupplier))
}
