package main

import (
	"context"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// wholeDen is how commands and the contract name the organisation that operators and
// auditors belong to.
const wholeDen = "den"

func (k *client) member() *cobra.Command {
	return group(&cobra.Command{
		Use:   "member",
		Short: "See and change who belongs to an organisation",
		Long: `An organisation is a department or a supplier, by name or id. The whole den is one too,
called "den": its members are the operators and the auditors.`,
		Example: "  den member list \"Local Services\"\n  den member invite \"Local Services\" \"Sam Reed\" --role member",
	}, k.memberList(), k.memberInvite(), k.memberRole(), k.memberRemove(), k.memberLeave(), k.memberLeft(true), k.memberLeft(false))
}

func (k *client) invitation() *cobra.Command {
	accept := &cobra.Command{
		Use:     "accept LINK",
		Short:   "Use an invitation",
		Long:    "Use an invitation: what it invites to is yours from then on. It can be used once.",
		Example: "  den invitation accept https://den.example.org/join?link=…",
		Args:    words("the link of the invitation"),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			m, err := said[contract.Me](c.AcceptInvitation(ctx, contract.AcceptedInvitation{Secret: secretOf(args[0])}))
			if err != nil {
				return err
			}
			return show(k, m, k.tellMe)
		}),
	}
	return group(&cobra.Command{
		Use:     "invitation",
		Short:   "See, use and take back invitations to an organisation",
		Long:    "An invitation is a link by which somebody gets a role in an organisation, once.",
		Example: "  den invitation list \"Local Services\"\n  den invitation withdraw \"Local Services\" joi_01kbxyz",
	}, k.invitationList(), k.invitationWithdraw(), accept)
}

// secretOf is the secret of a link, or the secret itself.
func secretOf(link string) string {
	if u, err := url.Parse(link); err == nil && u.Query().Get("link") != "" {
		return u.Query().Get("link")
	}
	return strings.TrimSpace(link)
}

// inOrganisation is a command whose first word names an organisation. The others are
// what more names.
func (k *client) inOrganisation(c *cobra.Command, more []string, do func(cmd *cobra.Command, c *contract.Client, in string, args []string) error) *cobra.Command {
	c.Args = words(append([]string{"the name or id of an organisation"}, more...)...)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		api, err := k.api()
		if err != nil {
			return err
		}
		in, err := organisationID(cmd.Context(), api, args[0])
		if err != nil {
			return err
		}
		return do(cmd, api, in, args[1:])
	}
	return c
}

func (k *client) memberList() *cobra.Command {
	var p paging
	var text string
	list := k.inOrganisation(&cobra.Command{
		Use:     "list ORGANISATION",
		Short:   "List who belongs to an organisation",
		Long:    "List who belongs to an organisation, and what they are there.",
		Example: "  den member list \"Local Services\"\n  den member list \"Local Services\" --text Reed\n  den member list den",
	}, nil, func(cmd *cobra.Command, c *contract.Client, in string, _ []string) error {
		all, err := said[contract.Members](c.ListMembers(cmd.Context(), in, &contract.ListMembersParams{Text: pointerTo(text), After: pointerTo(p.after), Limit: &p.limit}))
		if err != nil {
			return err
		}
		k.more(all.value.Next)
		return show(k, all, func(all contract.Members) {
			switch {
			case len(all.Members) > 0 || all.Next != nil:
			case text != "":
				k.say("Nobody in it is called so.")
			default:
				k.say("Nobody belongs to it yet.")
			}
			k.tellMembers(all.Members...)
		})
	})
	list.Flags().StringVar(&text, "text", "", "only who has these words in their name, or this email address")
	p.flags(list, false)
	return list
}

func (k *client) tellMembers(all ...contract.OneMember) {
	if len(all) == 0 {
		return
	}
	var rows [][]string
	for _, m := range all {
		var roles []string
		for _, r := range m.Roles {
			roles = append(roles, roleWord(string(r)))
		}
		rows = append(rows, []string{m.Id, m.Name, firstOf(strings.Join(roles, ", "), "no role any more")})
	}
	table(k.std.out, []string{"ID", "NAME", "ROLES"}, rows)
}

func roleWord(role string) string { return strings.ReplaceAll(role, "_", " ") }

func (k *client) memberInvite() *cobra.Command {
	var role, lasts string
	c := k.inOrganisation(&cobra.Command{
		Use:   "invite ORGANISATION WHOM",
		Short: "Invite somebody by a link",
		Long: `Make a link by which somebody gets a role, and print it. Whoever opens it first gets the
role, so send it to them alone. It is printed once: no other command shows it again.`,
		Example: "  den member invite \"Local Services\" \"Sam Reed\" --role member\n  den member invite den \"Night shift\" --role operator --lasts 1d",
	}, []string{"whom it is for"}, func(cmd *cobra.Command, c *contract.Client, in string, args []string) error {
		seconds, err := lengthFlag(cmd, "lasts", lasts)
		if err != nil {
			return err
		}
		as := contract.MemberRole(firstOf(role, usualRole(in)))
		if !as.Valid() {
			return offWords(cmd, "name with --role what they will be: member, approver, supplier_member, operator or auditor")
		}
		made, err := said[contract.MadeInvitation](c.InviteMember(cmd.Context(), in, &contract.InviteMemberParams{IdempotencyKey: key()}, contract.NewMember{
			For: args[0], Role: as, LastsSeconds: seconds,
		}))
		if err != nil {
			return at(err, flagPlace)
		}
		return show(k, made, func(made contract.MadeInvitation) {
			k.note("Send it to %s alone: whoever opens it first becomes %s. It is not shown again, and ends on %s.",
				clean(made.Invitation.For), roleWord(string(made.Invitation.Role)), moment(&made.Invitation.EndsAt))
			k.say("%s", clean(made.Url))
		})
	})
	c.Flags().StringVar(&role, "role", "", "member, approver, supplier_member, operator or auditor")
	c.Flags().StringVar(&lasts, "lasts", "7d", "how long it can be used, at most 30d")
	return c
}

// usualRole is the one role that can be held in a supplier; elsewhere there is a choice.
func usualRole(in string) string {
	if isID(in, den.KindSupplier) {
		return string(den.SupplierMember)
	}
	return ""
}

func (k *client) memberRole() *cobra.Command {
	var add, remove []string
	var x change
	c := k.inOrganisation(&cobra.Command{
		Use:   "role ORGANISATION PERSON",
		Short: "Give somebody roles, or take some away",
		Long: `Give somebody roles in an organisation, or take some away. What was taken opens nothing
from then on. Only an approver of a department or the operator says who approves.`,
		Example: "  den member role \"Local Services\" per_01kbxyz --add approver\n  den member role den per_01kbxyz --remove auditor",
	}, []string{"the id of a person"}, func(cmd *cobra.Command, c *contract.Client, in string, args []string) error {
		body := contract.MemberChange{Why: pointerTo(x.why)}
		for _, part := range []struct {
			from []string
			to   **[]contract.MemberRole
		}{{add, &body.Add}, {remove, &body.Remove}} {
			var roles []contract.MemberRole
			for _, r := range part.from {
				roles = append(roles, contract.MemberRole(r))
			}
			if len(roles) > 0 {
				*part.to = &roles
			}
		}
		if len(add)+len(remove) == 0 {
			return offWords(cmd, "name a role with --add or --remove")
		}
		who, err := said[contract.OneMember](c.ChangeMember(cmd.Context(), in, args[0], &contract.ChangeMemberParams{IfMatch: x.match()}, body))
		if err != nil {
			return at(err, flagPlace)
		}
		return show(k, who, func(m contract.OneMember) { k.tellMembers(m) })
	})
	c.Flags().StringSliceVar(&add, "add", nil, "a role to give; several with commas")
	c.Flags().StringSliceVar(&remove, "remove", nil, "a role to take away; several with commas")
	x.flags(c, true)
	return c
}
