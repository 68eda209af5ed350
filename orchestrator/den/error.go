package den

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Refusal is why something was not done, for machines.
type Refusal string

// The kinds of refusal. NotFound also stands for "not yours": nobody learns which.
// NotYet: the actor may see it, and it will be there later, by itself or when others did
// what they have to. Busy: right now it cannot be done, the same request may succeed later. TooSoon:
// whoever asks has tried too often, and has to wait. Full: there is no room on the host. Down: the engine does not answer.
const (
	Invalid  Refusal = "invalid"
	NotFound Refusal = "not_found"
	Denied   Refusal = "denied"
	Unknown  Refusal = "unknown_actor"
	Conflict Refusal = "conflict"
	NotYet   Refusal = "not_yet"
	Stale    Refusal = "stale"
	Busy     Refusal = "busy"
	TooSoon  Refusal = "too_soon"
	Full     Refusal = "full"
	Down     Refusal = "down"
	Internal Refusal = "internal"
)

// Error is a refusal: a kind for machines, a sentence for people, a cause for the log.
type Error struct {
	Kind  Refusal
	Say   string // a sentence that says what to do
	Field string // the input it is about, as in the API; empty: the whole
	Err   error  // for the log only
	More  []*Error
	Wait  time.Duration // TooSoon: how long to wait
}

// Error gives the sentence and, for the log, the cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Say)
	if b.Len() == 0 {
		b.WriteString(string(e.Kind))
	}
	for _, m := range e.More {
		b.WriteString(" " + m.Say)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, " (%v)", e.Err)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Refuse makes a refusal with a sentence.
func Refuse(kind Refusal, say string, args ...any) *Error {
	return &Error{Kind: kind, Say: fmt.Sprintf(say, args...)}
}

// Bad makes a refusal of one field of the input.
func Bad(field, say string, args ...any) *Error {
	return &Error{Kind: Invalid, Field: field, Say: fmt.Sprintf(say, args...)}
}

// Missing is the one answer for what is not there and for what is not yours.
func Missing() *Error {
	return &Error{Kind: NotFound, Say: "There is nothing here that you can see. Check the address, or ask the person who gave it to you."}
}

// KindOf says what kind of refusal an error is; Internal for any other error and
// the empty Refusal for none.
func KindOf(err error) Refusal {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Faults collects refusals of several fields so that they are said all at once.
type Faults []*Error

// Add keeps a refusal; nil is passed over.
func (f *Faults) Add(e *Error) {
	if e != nil {
		*f = append(*f, e)
	}
}

// Err is nil where nothing was collected, or one Error that carries them all.
func (f Faults) Err() error {
	switch len(f) {
	case 0:
		return nil
	case 1:
		return f[0]
	}
	all := *f[0]
	all.More = append([]*Error{}, f[1:]...)
	return &all
}

// All lists an error and the ones it carries.
func (e *Error) All() []*Error { return append([]*Error{e}, e.More...) }
