package den

import "strings"

// Role is what somebody is to an organisation or to the whole den.
type Role string

// The roles. Member and Approver are held in a department, SupplierMember in a
// supplier, Evaluator in a trial; Operator and Auditor in the whole den.
const (
	Operator       Role = "operator"
	Auditor        Role = "auditor"
	Member         Role = "member"
	Approver       Role = "approver"
	SupplierMember Role = "supplier_member"
	Evaluator      Role = "evaluator"
)

// Membership is one role of a person, in one organisation or trial; In is empty for
// Operator and Auditor.
type Membership struct {
	Role Role
	In   ID
}

// Person is somebody who can sign in.
type Person struct {
	ID          ID
	Name        string
	Email       string
	Memberships []Membership
	Demo        bool     // offered on the sign-in page of a demo
	Left        bool     // may no longer sign in
	RemovedAt   Stamp    `json:",omitzero"`  // when their personal data was removed; zero: it was not
	NamedIn     *NamedIn `json:",omitempty"` // the texts that named them then, which were left; nil: nobody looked
	Rev         int64
}

// Actor is who asks. The zero Actor is nobody and may do nothing.
type Actor struct {
	ID          ID
	Name        string
	Memberships []Membership

	Grants []Grant // of the token that it came with; empty: everything
	Token  string  // the hash of that token; empty: it came with a session
	Until  Stamp   // when that token ends; zero: it does not
}

// System is the den itself: the schedule, the pass, the sweep.
func System() Actor { return Actor{ID: "den", Name: "the den"} }

// Sentence begins a sentence as people do: the den's own name is in small letters elsewhere.
func Sentence(say string) string {
	if rest, ok := strings.CutPrefix(say, "the den "); ok {
		return "The den " + rest
	}
	return say
}

// Known says that the actor is somebody.
func (a Actor) Known() bool { return a.ID != "" }

// Is says that the actor holds a role in in; for Operator and Auditor in is empty.
func (a Actor) Is(role Role, in ID) bool {
	for _, m := range a.Memberships {
		if m.Role == role && m.In == in {
			return true
		}
	}
	return false
}

// Has says that the actor holds a role somewhere.
func (a Actor) Has(role Role) bool {
	for _, m := range a.Memberships {
		if m.Role == role {
			return true
		}
	}
	return false
}

// In lists where the actor holds a role.
func (a Actor) In(role Role) []ID {
	var in []ID
	for _, m := range a.Memberships {
		if m.Role == role {
			in = append(in, m.In)
		}
	}
	return in
}

// Act makes an actor of a person.
func (p Person) Act() Actor {
	return Actor{ID: p.ID, Name: p.Name, Memberships: p.Memberships}
}
