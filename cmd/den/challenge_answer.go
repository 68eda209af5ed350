package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) challengeAsk() *cobra.Command {
	var supplier string
	c := k.oneChallenge(&cobra.Command{
		Use:   "ask CHALLENGE QUESTION",
		Short: "Ask a question about a challenge",
		Long: `Ask a question about a challenge. The department does not see who asks. When it answers,
everybody sees the question and the answer, without your name.`,
		Example: "  den challenge ask cha_01… \"How many offices are there?\"",
	}, []string{"the question, in quotes"}, func(ctx context.Context, c *contract.Client, args []string) error {
		q, err := said[contract.Question](c.AskChallenge(ctx, args[0], &contract.AskChallengeParams{IdempotencyKey: key()},
			contract.NewQuestion{Text: args[1], Supplier: pointerTo(supplier)}))
		if err != nil {
			return err
		}
		return show(k, q, k.tellQuestion)
	})
	challengeSupplier(c, &supplier)
	return c
}

func (k *client) tellQuestion(q contract.Question) { k.tellQuestions([]contract.Question{q}) }

func (k *client) challengeAnswer() *cobra.Command {
	var as string
	c := &cobra.Command{
		Use:   "answer QUESTION ANSWER",
		Short: "Answer a question to everybody",
		Long: `Answer a question about a challenge of your department. Every supplier reads the question
and the answer. Put the question in other words with --as where it says who asked.`,
		Example: "  den challenge answer que_01… \"There are 40.\" --as \"How many offices are there?\"",
		Args:    words("the id of a question", "the answer, in quotes"),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			q, err := said[contract.Question](c.AnswerQuestion(ctx, args[0], &contract.AnswerQuestionParams{},
				contract.NewAnswer{Answer: args[1], Said: pointerTo(as)}))
			if err != nil {
				return err
			}
			return show(k, q, k.tellQuestion)
		}),
	}
	c.Flags().StringVar(&as, "as", "", "the question as everybody reads it; left out: as it was asked")
	return c
}

func (k *client) challengeInterest() *cobra.Command {
	var supplier, advice string
	var products []string
	c := k.oneChallenge(&cobra.Command{
		Use:   "interest CHALLENGE",
		Short: "Answer a challenge with products, advice, or both",
		Long: `Answer a challenge for your supplier: with products, advice, or both. The department sees
it with your name, other suppliers do not. A second answer replaces the first.`,
		Example: "  den challenge interest cha_01… --product Bookwell --advice \"Let people cancel by themselves.\"",
	}, nil, func(ctx context.Context, c *contract.Client, args []string) error {
		ids := []string{}
		for _, word := range products {
			id, err := productID(ctx, c, word)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		i, err := said[contract.Interest](c.ShowInterest(ctx, args[0], &contract.ShowInterestParams{},
			contract.NewInterest{Products: &ids, Advice: pointerTo(advice), Supplier: pointerTo(supplier)}))
		if err != nil {
			return err
		}
		return show(k, i, func(i contract.Interest) {
			facts(k.std.out, [2]string{"Answer of", i.SupplierName}, [2]string{"Id", i.Id}, [2]string{"Products", fmt.Sprint(len(i.Products))}, [2]string{"Advice", i.Advice})
		})
	})
	c.Flags().StringSliceVar(&products, "product", nil, "a product of yours, by id or name; may be given again")
	c.Flags().StringVar(&advice, "advice", "", "your advice")
	challengeSupplier(c, &supplier)
	return c
}

func (k *client) challengeTry() *cobra.Command {
	var products []string
	c := k.oneChallenge(&cobra.Command{
		Use:   "try CHALLENGE --product PRODUCT",
		Short: "Set up a trial of products that were offered",
		Long: `Set up a trial of a challenge as a draft: the newest release of each product is an entry,
and what you want to find out and how long it runs are filled in. A challenge that is open
closes.`,
		Example: "  den challenge try cha_01… --product Bookwell --product Slotwise",
	}, nil, func(ctx context.Context, c *contract.Client, args []string) error {
		ids := []string{}
		for _, word := range products {
			id, err := productID(ctx, c, word)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		t, err := said[contract.Trial](c.TryChallenge(ctx, args[0], &contract.TryChallengeParams{IdempotencyKey: key()}, contract.NewAttempt{Products: ids}))
		if err != nil {
			return err
		}
		return show(k, t, k.tellTrial)
	})
	c.Flags().StringSliceVar(&products, "product", nil, "a product, by id or name; may be given again")
	return c
}

func (k *client) challengePack() *cobra.Command {
	return k.oneChallenge(&cobra.Command{
		Use:     "pack CHALLENGE",
		Short:   "Print everything that any supplier was told",
		Long:    "Print everything that any supplier was told of a challenge. It is the same for all.",
		Example: "  den challenge pack cha_01… > pack.txt\n  den challenge pack cha_01… --json > pack.json",
	}, nil, func(ctx context.Context, c *contract.Client, args []string) error {
		if k.json {
			p, err := said[contract.Pack](c.GetPack(ctx, args[0]))
			if err != nil {
				return err
			}
			return show(k, p, func(contract.Pack) {})
		}
		text, err := body(c.GetPackText(ctx, args[0]))
		if err == nil {
			_, err = k.std.out.Write(text)
		}
		return err
	})
}

func (k *client) challengeNotice() *cobra.Command {
	return k.oneChallenge(&cobra.Command{
		Use:   "notice CHALLENGE",
		Short: "Print a draft of a preliminary market engagement notice",
		Long: `Print a draft of a preliminary market engagement notice (Procurement Act 2023, section 17)
from what a challenge says. What only a person can know stands in square brackets.`,
		Example: "  den challenge notice cha_01… > notice.txt",
	}, nil, func(ctx context.Context, c *contract.Client, args []string) error {
		text, err := body(c.GetEngagementNotice(ctx, args[0]))
		if err == nil {
			_, err = k.std.out.Write(text)
		}
		return err
	})
}
