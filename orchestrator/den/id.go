package den

import "strings"

// ID names a record for ever: a kind, "_", and a sortable unique part. IDs are made
// outside this room and handed in.
type ID string

// Kind is the part of an ID before "_".
type Kind string

// The kinds of record that have an ID.
const (
	KindDepartment  Kind = "dep"
	KindSupplier    Kind = "sup"
	KindProduct     Kind = "prd"
	KindRelease     Kind = "rel"
	KindTrial       Kind = "tri"
	KindEntry       Kind = "ent"
	KindLease       Kind = "lea"
	KindAssessment  Kind = "ass"
	KindPerson      Kind = "per"
	KindToken       Kind = "tok"
	KindJoinLink    Kind = "inv"
	KindEvent       Kind = "evt"
	KindNotice      Kind = "not"
	KindShare       Kind = "sha"
	KindRequest     Kind = "req"
	KindDelivery    Kind = "dlv"
	KindChallenge   Kind = "cha"
	KindQuestion    Kind = "que"
	KindInterest    Kind = "int"
	KindEvidence    Kind = "evi"
	KindDeclaration Kind = "dec"
	KindPreflight   Kind = "pre"
	KindReply       Kind = "rpl"
	KindLoad        Kind = "loa"
)

// NewID makes an ID of a kind. Successive calls sort in the order they were made.
type NewID func(Kind) ID

// Kind says what an ID names; empty where it is not an ID.
func (id ID) Kind() Kind {
	kind, rest, ok := strings.Cut(string(id), "_")
	if !ok || rest == "" {
		return ""
	}
	return Kind(kind)
}
