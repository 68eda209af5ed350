package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

// completePatience bounds what a shell waits for when somebody presses the tab key.
const completePatience = 2 * time.Second

func (k *client) completeTrials(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return k.complete(cmd, args, func(ctx context.Context, c *contract.Client) ([]named, error) {
		newest := true
		p, err := pageOf[contract.TrialPage](c.ListTrials(ctx, &contract.ListTrialsParams{Newest: &newest}))
		return namesOf(p.Items, func(t contract.Trial) named { return named{t.Id, t.Name + ", " + string(t.State)} }), err
	})
}

func (k *client) completeSandboxes(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return k.complete(cmd, args, func(ctx context.Context, c *contract.Client) ([]named, error) {
		newest := true
		p, err := pageOf[contract.SandboxPage](c.ListSandboxes(ctx, &contract.ListSandboxesParams{Newest: &newest}))
		return namesOf(p.Items, func(s contract.Sandbox) named { return named{s.Id, given(s.ProductName) + ", " + phase(&s)} }), err
	})
}

func (k *client) completeProducts(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return k.complete(cmd, args, func(ctx context.Context, c *contract.Client) ([]named, error) {
		all, err := allProducts(ctx, c)
		return namesOf(all, func(p contract.Product) named { return named{p.Id, p.Name} }), err
	})
}

// complete offers the ids of what the den has, for the first word of a command. A den
// that does not answer offers nothing.
func (k *client) complete(cmd *cobra.Command, args []string, list func(context.Context, *contract.Client) ([]named, error)) ([]cobra.Completion, cobra.ShellCompDirective) {
	const quiet = cobra.ShellCompDirectiveNoFileComp
	if len(args) > 0 {
		return nil, quiet
	}
	c, err := k.api()
	if err != nil {
		return nil, quiet
	}
	ctx, stop := context.WithTimeout(cmd.Context(), completePatience)
	defer stop()
	found, err := list(ctx, c)
	if err != nil {
		return nil, quiet
	}
	var out []cobra.Completion
	for _, n := range found {
		out = append(out, cobra.CompletionWithDesc(n.id, clean(n.name)))
	}
	return out, quiet
}
