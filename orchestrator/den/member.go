package den

import (
	"crypto/sha256"
	"encoding/hex"
)

// JoinLink is an invitation: a one-time link by which somebody gets a role. Only the
// hash of its secret is kept.
type JoinLink struct {
	ID        ID
	Hash      string // hex SHA-256 of the secret
	In        ID     // a department or supplier; empty for roles in the whole den
	Role      Role
	For       string // whom it is for, in the words of who made it
	By        ID
	ByName    string
	CreatedAt Stamp
	ExpiresAt Stamp
	Rev       int64
}

// Place is where the invitation leads, as the index is asked for it: the whole den has
// a name there too.
func (j JoinLink) Place() ID {
	if j.In == "" {
		return "den"
	}
	return j.In
}

// NewJoinLink is the input of InviteMember.
type NewJoinLink struct {
	In    ID
	Role  Role
	For   string
	Lasts Span
	Once  Once
}

// RoleChange is the input of ChangeRoles. What is in neither list stays.
type RoleChange struct {
	Person ID
	Add    []Membership
	Remove []Membership
	Why    string
	Rev    int64 // of the person; 0: whatever is there
}

// MembersView is an organisation with who belongs to it.
type MembersView struct {
	ID      ID
	Name    string
	Roles   []Role // those that can be held in it
	People  []Person
	Links   []JoinLink // that nobody has used yet; empty for who may not invite
	May     map[Action]bool
	Approve bool   // the actor may make somebody an approver
	Next    string // the cursor of the next page of People; empty: there is none
}

// JoinView is an invitation as its bearer sees it.
type JoinView struct {
	JoinLink
	InName string
}

// Identity is somebody as a provider of sign-in knows them: never by e-mail, which
// changes hands.
type Identity struct {
	ID      ID // IdentityID of the two
	Issuer  string
	Subject string
	Person  ID
	Given   []Membership // what the provider's groups gave, and may take back
	SeenAt  Stamp
	Rev     int64
}

// IdentityID is the key of an identity.
func IdentityID(issuer, subject string) ID {
	sum := sha256.Sum256([]byte(issuer + "\n" + subject))
	return ID("idn_" + hex.EncodeToString(sum[:]))
}

// Word is what a provider says of who signs in.
type Word struct {
	Issuer  string
	Subject string
	Name    string
	Email   string
	Given   []Given
}

// Given is a role by a provider's group. In names the organisation, which is added
// where it is not there yet.
type Given struct {
	Role       Role
	Department string
	Supplier   string
}

// Login is how somebody signs in where there is no provider.
type Login struct {
	Person    ID
	Name      string // what is typed: an e-mail address in lower case
	Password  string // argon2id, in PHC form
	Secret    string // of the time codes, base32; empty: none yet
	Confirmed bool   // a code was typed, so codes are asked for
	LastStep  int64  // no code counts twice
	Recovery  []string
	Known     []string // hashes of addresses that signed in, latest first
	ChangedAt Stamp
	Rev       int64
}

// NewAccount is the input of JoinAs: somebody new, who signs in by a password.
type NewAccount struct {
	Link     string // the secret of the invitation
	Name     string
	Email    string
	Password string // argon2id, in PHC form
}

// NewPassword is the input of SetPassword.
type NewPassword struct {
	Email    string // for who has no login yet
	Password string // argon2id, in PHC form
	Rev      int64  // of the login; 0: there is none yet
}

// HeldIn says which roles can be held in an organisation, or in the whole den where the
// ID is empty.
func HeldIn(in ID) []Role {
	switch in.Kind() {
	case KindDepartment:
		return []Role{Member, Approver}
	case KindSupplier:
		return []Role{SupplierMember}
	case "":
		return []Role{Operator, Auditor}
	}
	return nil
}

// OwnerOf says whom the members of an organisation belong to.
func OwnerOf(in ID) Owner {
	switch in.Kind() {
	case KindDepartment:
		return Owner{Department: in}
	case KindSupplier:
		return Owner{Suppliers: []ID{in}}
	}
	return Owner{}
}
