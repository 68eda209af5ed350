package orchestrator

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"innovationden/orchestrator/den"
)

// veil hides what the products of a blind trial are called, and whose they are, from
// those who assess it. It is lifted when quality is locked.
//
// What the den writes while a trial is blind (events, notices, findings) calls its
// products by their labels from the start; the veil is what every answer passes besides.
type veil struct {
	labels map[den.ID]string // by entry
	names  []hiddenName      // the longest first: some begin with another one
}

// hiddenName is a name with the label that stands in its place.
type hiddenName struct{ name, label string }

// veiled says that the actor must not learn names yet.
func veiled(tx den.Tx, actor den.Actor, t den.Trial) (bool, error) {
	if !t.Blind || !assesses(actor, t) || t.State == den.TrialDraft && den.May(actor, den.SetUpTrial, t.Owner()) {
		return false, nil
	}
	c, err := consensusOf(tx, t.ID)
	return !c.Locked(), err
}

// labelled says that the den itself calls the products of a trial by their labels.
func labelled(tx den.Tx, t den.Trial) (bool, error) {
	if !t.Blind {
		return false, nil
	}
	c, err := consensusOf(tx, t.ID)
	return !c.Locked(), err
}

// veilFor makes the veil of a trial.
func veilFor(tx den.Tx, t den.Trial) (*veil, error) {
	v := &veil{labels: map[den.ID]string{}}
	called, err := entryNames(tx, t, false)
	if err != nil {
		return nil, err
	}
	for i, e := range t.Entries {
		product, err := tx.Products().Get(e.Product)
		if err != nil {
			return nil, err
		}
		supplier, err := tx.Suppliers().Get(e.Supplier)
		if err != nil {
			return nil, err
		}
		v.labels[e.ID] = e.Label
		for _, name := range []string{called[i], product.Name, supplier.Name} {
			if len(name) > 1 {
				v.names = append(v.names, hiddenName{name, e.Label})
			}
		}
	}
	slices.SortStableFunc(v.names, func(a, b hiddenName) int { return len(b.name) - len(a.name) })
	return v, nil
}

// veilOf is the veil through which an actor sees a trial; nil: none.
func veilOf(tx den.Tx, actor den.Actor, t den.Trial) (*veil, error) {
	hidden, err := veiled(tx, actor, t)
	if err != nil || !hidden {
		return nil, err
	}
	return veilFor(tx, t)
}

// tells is the first hidden name in a text; empty: none.
func (v *veil) tells(text string) string {
	text = strings.ToLower(text)
	for _, one := range v.names {
		name := strings.ToLower(one.name)
		for at := strings.Index(text, name); at >= 0; {
			if stands(text, at, name) {
				return one.name
			}
			next := strings.Index(text[at+1:], name)
			if next < 0 {
				break
			}
			at += 1 + next
		}
	}
	return ""
}

// stands says that a name stands at a place of a text. A short one does only as a word of
// its own: "Form" is no part of "information".
func stands(text string, at int, name string) bool {
	const short = 5
	rest, is := strings.CutPrefix(text[at:], name)
	if !is || utf8.RuneCountInString(name) >= short {
		return is
	}
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	after, _ := utf8.DecodeRuneInString(rest)
	inWord := func(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
	return !inWord(before) && !inWord(after)
}

// text puts labels in the place of names.
func (v *veil) text(s string) string {
	var out strings.Builder
	for at := 0; at < len(s); {
		n := slices.IndexFunc(v.names, func(one hiddenName) bool { return stands(s, at, one.name) })
		if n < 0 {
			out.WriteByte(s[at])
			at++
			continue
		}
		out.WriteString(v.names[n].label)
		at += len(v.names[n].name)
	}
	if v.tells(out.String()) != "" {
		return "" // in other letters: better nothing than a name
	}
	return out.String()
}

func (v *veil) entry(e den.Entry) den.Entry {
	e.Release, e.Product, e.Supplier, e.Agreed = "", "", "", den.Ways{}
	e.Renewals = renewed(e.Renewals)
	return e
}

// renewed leaves of renewals that an entry was renewed, and when.
func renewed(all []den.Renewal) (out []den.Renewal) {
	for _, r := range all {
		if r.State == den.RequestAgreed {
			out = append(out, den.Renewal{State: r.State, DecidedAt: r.DecidedAt, Lease: r.Lease})
		}
	}
	return out
}

func (v *veil) trial(t den.Trial) den.Trial {
	t.Entries = slices.Clone(t.Entries)
	for i, e := range t.Entries {
		t.Entries[i] = v.entry(e)
	}
	t.Amendments = slices.Clone(t.Amendments)
	for i := range t.Amendments {
		a := &t.Amendments[i]
		if a.What == renewalAmends {
			a.From, a.To, a.Why = a.Label(), a.Label(), ""
		}
		a.Why = v.text(a.Why)
	}
	return t
}

// sandbox leaves of a sandbox what tells nothing of its maker: not what it printed, nor
// what it tried to reach.
func (v *veil) sandbox(s den.SandboxView) den.SandboxView {
	s.ProductName, s.SupplierName, s.Version, s.Veiled = v.labels[s.Entry], "", "", true
	s.Supplier, s.Product, s.Release, s.Ways, s.Asks = "", "", "", den.Ways{}, den.Ways{}
	s.Used = nil
	s.Say, s.LogTail, s.Tried, s.Services, s.Found = v.text(s.Say), "", nil, nil, nil
	if s.EndAsked != nil {
		asked := *s.EndAsked
		asked.Why = v.text(asked.Why)
		s.EndAsked = &asked
	}
	return s
}

func (v *veil) receipt(r den.Receipt) den.Receipt {
	r.Supplier, r.Product, r.LogTail, r.Tried, r.Used, r.Ways = "", "", "", nil, nil, den.Ways{}
	r.Say = v.text(r.Say)
	return r
}

// openLog refuses what a product printed to those who must not learn names yet.
func (o *Orchestrator) openLog(ctx context.Context, actor den.Actor, trial den.ID) error {
	return o.Store.View(ctx, func(tx den.Tx) error {
		t, err := trialOf(tx, trial)
		if err != nil {
			return err
		}
		hidden, err := veiled(tx, actor, t)
		if hidden {
			return den.Refuse(den.Denied, "This trial is blind. What its products print is open to you once the marks are locked.")
		}
		return err
	})
}

// conceal takes names out of events that tell of blind trials, for those who assess them.
func conceal(tx den.Tx, actor den.Actor, events []den.Event) error {
	known := map[den.ID]*veil{}
	for i := range events {
		e := &events[i]
		for _, id := range append([]den.ID{e.Subject}, e.About...) {
			if id.Kind() != den.KindTrial {
				continue
			}
			v, asked := known[id]
			if !asked {
				t, err := tx.Trials().Get(id)
				if err == nil {
					v, err = veilOf(tx, actor, t)
				}
				if err != nil && den.KindOf(err) != den.NotFound {
					return err
				}
				known[id] = v
			}
			if v != nil {
				if strings.HasPrefix(e.Act, "renewal.") {
					e.Why = ""
				}
				e.Say, e.Why, e.Before, e.After, e.Changes = v.text(e.Say), v.text(e.Why), nil, nil, nil
				e.About = slices.DeleteFunc(slices.Clone(e.About), func(id den.ID) bool {
					return id.Kind() == den.KindSupplier || id.Kind() == den.KindProduct || id.Kind() == den.KindRelease
				})
			}
		}
	}
	return nil
}
