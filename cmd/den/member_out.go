package main

import (
	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) memberRemove() *cobra.Command {
	return k.inOrganisation(&cobra.Command{
		Use:     "remove ORGANISATION PERSON",
		Short:   "Take somebody out of an organisation",
		Long:    "Take somebody out of an organisation, with every role there. What they have open by it ends\nwithin a second.",
		Example: "  den member remove \"Local Services\" per_01kbxyz",
	}, []string{"the id of a person"}, func(cmd *cobra.Command, c *contract.Client, in string, args []string) error {
		who, err := said[contract.Person](c.RemoveMember(cmd.Context(), in, args[0]))
		if err != nil {
			return err
		}
		return show(k, who, func(p contract.Person) { k.say("%s no longer belongs to it.", clean(p.Name)) })
	})
}

func (k *client) memberLeave() *cobra.Command {
	return k.inOrganisation(&cobra.Command{
		Use:     "leave ORGANISATION",
		Short:   "Leave an organisation yourself",
		Long:    "Leave an organisation, with every role that you hold there.",
		Example: "  den member leave \"Local Services\"",
	}, nil, func(cmd *cobra.Command, c *contract.Client, in string, _ []string) error {
		me, err := said[contract.Me](c.GetMe(cmd.Context()))
		if err != nil {
			return err
		}
		who, err := said[contract.Person](c.RemoveMember(cmd.Context(), in, me.value.Id))
		if err != nil {
			return err
		}
		return show(k, who, func(contract.Person) { k.say("You no longer belong to it.") })
	})
}

// memberLeft is the command that lets nobody in who has left the den for good, and the
// one that lets them in again.
func (k *client) memberLeft(left bool) *cobra.Command {
	c := &cobra.Command{
		Use: "gone PERSON", Short: "Let somebody in no more",
		Long:    "Say that somebody has left. They may no longer sign in, and what they have open ends within a\nsecond. Operators do this.",
		Example: "  den member gone per_01kbxyz --why \"Left the civil service\"",
	}
	say := "%s may no longer sign in."
	if !left {
		c.Use, c.Short = "back PERSON", "Let somebody in again who had left"
		c.Long, c.Example = "Say that somebody has come back. They may sign in, and their roles count again.", "  den member back per_01kbxyz"
		say = "%s may sign in again."
	}
	c.Args = words("the id of a person")
	var why string
	c.Flags().StringVar(&why, "why", "", "why, for the record")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		api, err := k.api()
		if err != nil {
			return err
		}
		who, err := said[contract.Everyone](api.SetLeft(cmd.Context(), args[0], contract.Leaving{Left: left, Why: pointerTo(why)}))
		if err != nil {
			return err
		}
		return show(k, who, func(p contract.Everyone) { k.say(say, clean(p.Name)) })
	}
	return c
}

func (k *client) invitationList() *cobra.Command {
	return k.inOrganisation(&cobra.Command{
		Use:     "list ORGANISATION",
		Short:   "List the invitations that nobody has used yet",
		Long:    "List the invitations to an organisation that nobody has used yet, and until when they can be\nused. Their links are nowhere.",
		Example: "  den invitation list \"Local Services\"",
	}, nil, func(cmd *cobra.Command, c *contract.Client, in string, _ []string) error {
		all, err := said[contract.Members](c.ListMembers(cmd.Context(), in, &contract.ListMembersParams{Limit: pointerTo(contract.InLimit(1))}))
		if err != nil {
			return err
		}
		return show(k, all, k.tellInvitations)
	})
}

func (k *client) invitationWithdraw() *cobra.Command {
	return k.inOrganisation(&cobra.Command{
		Use:     "withdraw ORGANISATION INVITATION",
		Short:   "Take an invitation back",
		Long:    "Take an invitation back that nobody has used. Its link opens nothing from then on.",
		Example: "  den invitation withdraw \"Local Services\" joi_01kbxyz",
	}, []string{"the id of an invitation"}, func(cmd *cobra.Command, c *contract.Client, in string, args []string) error {
		all, err := said[contract.Members](c.WithdrawInvitation(cmd.Context(), in, args[0]))
		if err != nil {
			return err
		}
		return show(k, all, k.tellInvitations)
	})
}

func (k *client) tellInvitations(all contract.Members) {
	if len(all.Invitations) == 0 {
		k.say("No invitation is waiting to be used.")
		return
	}
	var rows [][]string
	for _, i := range all.Invitations {
		rows = append(rows, []string{i.Id, i.For, roleWord(string(i.Role)), i.MadeByName, moment(&i.EndsAt)})
	}
	table(k.std.out, []string{"ID", "FOR", "AS", "MADE BY", "ENDS"}, rows)
}
