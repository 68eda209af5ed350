package den

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sealed is a name in an event that can be taken out of the record without breaking it:
// the event holds a hash of it, and what the hash is of is kept beside the record. In the
// texts of the event ⟦0⟧ stands for the first one, ⟦1⟧ for the second.
type Sealed struct {
	Of   ID     // the person
	Hash string // SealHash of the salt and the name

	Salt    string `json:"-"` // unguessable: a name alone could be found by trying
	Value   string `json:"-"` // empty: it is not known here
	Removed Stamp  `json:"-"` // when it was taken out; zero: it was not
}

// SealHash is the hex SHA-256 of a salt, a zero byte and a name.
func SealHash(salt, value string) string {
	sum := sha256.Sum256([]byte(salt + "\x00" + value))
	return hex.EncodeToString(sum[:])
}

// The marks around the number of what is sealed.
const (
	sealOpens  = "⟦"
	sealCloses = "⟧"
)

// leastName is the shortest name that is looked for in sentences.
const leastName = 2

// seal puts marks in the place of people's names: in that of the actor, and wherever a
// name stands as words of its own. Of people whose data is being removed not even a
// sealed name is left.
func (e *Event) seal(names map[ID][]string, gone map[ID]bool, salt func() string) {
	e.texts(func(text string) string {
		return unsealed.Replace(text)
	})
	if e.Actor.Kind() == KindPerson && e.Name != "" {
		names = with(names, e.Actor, e.Name)
	}
	type named struct {
		of   ID
		name string
	}
	var all []named
	for of, list := range names {
		for _, name := range list {
			if utf8.RuneCountInString(name) >= leastName {
				all = append(all, named{of, name})
			}
		}
	}
	slices.SortFunc(all, func(a, b named) int {
		return cmp.Or(len(b.name)-len(a.name), strings.Compare(a.name, b.name), strings.Compare(string(a.of), string(b.of)))
	})
	for _, one := range all {
		mark, isThere := sealOpens+fmt.Sprint(len(e.Sealed))+sealCloses, false
		if gone[one.of] {
			mark = removedName
		}
		e.texts(func(text string) string {
			out, found := replaceWords(text, one.name, mark)
			isThere = isThere || found
			return out
		})
		if isThere && !gone[one.of] {
			s := Sealed{Of: one.of, Salt: salt(), Value: one.name}
			s.Hash = SealHash(s.Salt, s.Value)
			e.Sealed = append(e.Sealed, s)
		}
	}
}

// unsealed makes an ordinary text of one that looks as if something were sealed in it.
var unsealed = strings.NewReplacer(sealOpens, "[", sealCloses, "]")

const removedName = "[removed]"

// Open puts back the names that are known, and says of the others that they are not.
func (e *Event) Open() {
	var pairs []string
	for i, s := range e.Sealed {
		text := s.Value
		switch {
		case !s.Removed.IsZero():
			text = "[removed on " + s.Removed.Format("2 January 2006") + "]"
		case text == "":
			text = "[a name that is not here]"
		}
		pairs = append(pairs, sealOpens+fmt.Sprint(i)+sealCloses, text)
	}
	if len(pairs) > 0 {
		e.texts(strings.NewReplacer(pairs...).Replace)
	}
}

// RemovedAt says when the personal data in an event was removed; zero: none was.
func (e Event) RemovedAt() Stamp {
	for _, s := range e.Sealed {
		if !s.Removed.IsZero() {
			return s.Removed
		}
	}
	return Stamp{}
}

// texts changes every text of an event in which a name may stand.
func (e *Event) texts(change func(string) string) {
	e.Name, e.Say, e.Why = change(e.Name), change(e.Say), change(e.Why)
	e.Changes = slices.Clone(e.Changes)
	for i := range e.Changes {
		c := &e.Changes[i]
		c.Before, c.After = change(c.Before), change(c.After)
	}
}

func with(names map[ID][]string, of ID, name string) map[ID][]string {
	if slices.Contains(names[of], name) {
		return names
	}
	out := map[ID][]string{}
	for id, list := range names {
		out[id] = list
	}
	out[of] = append(slices.Clone(out[of]), name)
	return out
}

// replaceWords replaces what stands as words of its own, not within a longer word.
func replaceWords(text, word, by string) (out string, found bool) {
	var b strings.Builder
	for {
		at := strings.Index(text, word)
		if at < 0 {
			b.WriteString(text)
			return b.String(), found
		}
		last, _ := utf8.DecodeLastRuneInString(b.String() + text[:at])
		next, _ := utf8.DecodeRuneInString(text[at+len(word):])
		b.WriteString(text[:at])
		if letter(last) || letter(next) {
			b.WriteString(word)
		} else {
			b.WriteString(by)
			found = true
		}
		text = text[at+len(word):]
	}
}

func letter(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
