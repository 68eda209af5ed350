package den

import (
	"encoding/base32"
	"hash/crc32"
	"slices"
	"strings"
)

// Grant is what a token lets its bearer do of what its person may.
type Grant string

// The grants. A token has one or several; what a person does in a browser needs none.
const (
	GrantRead Grant = "read" // see, and change nothing
	GrantAct  Grant = "act"  // all that its person may
	GrantPush Grant = "push" // bring in releases and their images, and see the techmap
)

// Grants lists every grant, for pages and tests.
var Grants = []Grant{GrantRead, GrantAct, GrantPush}

// Token proves who asks. Only its hash is kept.
type Token struct {
	Hash      string // hex SHA-256 of the secret
	ID        ID
	Person    ID
	Name      string
	Starts    string  `json:",omitempty"` // the first characters of the secret, to tell it by
	Grants    []Grant `json:",omitempty"` // empty: all that its person may
	Once      bool    // a sign-in link: used up by its first use
	Challenge string  `json:",omitempty"` // Once: hex SHA-256 of what must come with it
	Session   bool    `json:",omitempty"` // Once: it stands for a browser, not for a program
	CreatedAt Stamp
	ExpiresAt Stamp // zero: does not expire
	Rev       int64
}

// Stands says that a token has not run out at a time.
func (t Token) Stands(now Stamp) bool { return t.ExpiresAt.IsZero() || t.ExpiresAt.After(now) }

// NewToken is the input of AddToken.
type NewToken struct {
	Name   string
	Grants []Grant
	Lasts  Span
	Once   Once
}

// What everybody does with what is their own is no part of the policy, which says who
// may do what to whose; a token's grants are held against it all the same.
const (
	ReadOwn   Action = "read_own"
	ChangeOwn Action = "change_own"
)

// Granted says that the actor's credential reaches as far as an action: it is the one
// place where a token's grants are held against what it wants. Actions that read are
// named read_…; every other one changes something.
func (a Actor) Granted(do Action) bool {
	switch {
	case len(a.Grants) == 0, slices.Contains(a.Grants, GrantAct):
		return true
	case do == ReadTechmap:
		return true
	case do == OfferProduct:
		return slices.Contains(a.Grants, GrantPush)
	case strings.HasPrefix(string(do), "read_"):
		return slices.Contains(a.Grants, GrantRead)
	}
	return false
}

// Changes says that the actor's credential may change anything at all.
func (a Actor) Changes() bool {
	return len(a.Grants) == 0 || slices.Contains(a.Grants, GrantAct) || slices.Contains(a.Grants, GrantPush)
}

// tokenPrefix begins every secret of the den, so that leaked ones are found.
const (
	tokenPrefix = "den_"
	tokenBody   = 32 // 160 bits
	tokenCheck  = 7  // 32 bits
)

// TokenText makes a secret of random characters: a prefix by which leaked ones are
// found, and a checksum by which a mistyped one is told from a wrong one.
func TokenText(body string) string { return tokenPrefix + body + checksum(body) }

// Mistyped says that a text was one of TokenText once and is not any more.
func Mistyped(secret string) bool {
	body, ok := strings.CutPrefix(secret, tokenPrefix)
	if !ok || len(body) != tokenBody+tokenCheck {
		return false
	}
	return checksum(body[:tokenBody]) != body[tokenBody:]
}

func checksum(body string) string {
	sum := crc32.ChecksumIEEE([]byte(body))
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
	return strings.ToLower(text)
}
