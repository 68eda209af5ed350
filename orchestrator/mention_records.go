package orchestrator

import (
	"fmt"
	"net/url"
	"reflect"

	"innovationden/orchestrator/den"
)

// spot says of one record where it is read, and who may read it.
type spot struct {
	id     den.ID
	path   string // its page; empty: it has none
	do     string // what can be done about a text of it; empty: nothing
	change string // page where that is done
	trial  den.ID // whose veil falls on it; empty: none
	by     den.ID // marks: who gave them; others read them once they are locked
	secret bool   // what is in it is shown to nobody
	gone   den.ID // the person with whose data it goes, so that it does not count
}

// What can be done about a text. Nothing here changes a record that is sealed.
const (
	itStays   = "It stays as it is: nothing in the den can change it."
	isSealed  = "It stays: the record is sealed."
	goesAged  = "It goes by itself, when the rules of retention say so."
	canEdit   = "Change the entry on the techmap."
	canWrite  = "Its department can change it."
	retention = "/host/retention"
)

// Table by table, the records that are searched, and Event besides. A test wants every
// table that has texts to be here.
var searched = []searchedTable{
	lookedIn("Challenge", "Challenge", den.Tx.Challenges, func(c den.Challenge) spot {
		s := spot{id: c.ID, path: pathOf(c.ID)}
		if c.State == den.ChallengeDraft || c.State == den.ChallengePublished {
			s.do, s.change = canWrite, s.path
		}
		return s
	}),
	lookedIn("Question", "Question", den.Tx.Questions, func(q den.Question) spot {
		s := spot{id: q.ID, path: pathOf(q.Challenge)}
		s.do, s.change = "Its department can answer it again, in words without the name. What was asked stays for the department.", "/questions/"+escapedID(q.ID)
		return s
	}),
	lookedIn("Interest", "Answer to a challenge", den.Tx.Interests, func(i den.Interest) spot {
		return spot{id: i.ID, path: pathOf(i.Challenge), do: "Its supplier can answer anew, which replaces it, while the challenge takes answers."}
	}),
	lookedIn("Trial", "Trial", den.Tx.Trials, func(t den.Trial) spot {
		s := spot{id: t.ID, path: pathOf(t.ID), trial: t.ID}
		if t.State == den.TrialDraft {
			s.do, s.change = canWrite, s.path+"/set-up"
		}
		return s
	}),
	lookedIn("Assessment", "Assessment", den.Tx.Assessments, func(a den.Assessment) spot {
		s := spot{id: a.ID, path: pathOf(a.Trial), trial: a.Trial, by: a.Evaluator}
		if !a.Submitted() {
			s.do, s.change = "Its evaluator can change it until it is submitted or the marks are locked. A file can be removed with a reason.", s.path+"/entries/"+escapedID(a.Entry)+"/evidence"
		}
		return s
	}),
	lookedIn("Consensus", "Consensus", den.Tx.Consensuses, func(c den.Consensus) spot {
		s := spot{id: c.Trial, path: pathOf(c.Trial) + "/consensus", trial: c.Trial}
		if !c.Locked() {
			s.do, s.change = "Who moderates can change it until the marks are locked.", s.path
		}
		return s
	}),
	lookedIn("Declaration", "Declaration of interests", den.Tx.Declarations, func(d den.Declaration) spot {
		return spot{id: d.ID, path: pathOf(d.Trial) + "/interests", trial: d.Trial}
	}),
	lookedIn("Outcome", "Outcome", den.Tx.Outcomes, func(o den.Outcome) spot {
		return spot{id: o.Trial, path: pathOf(o.Trial) + "/report", trial: o.Trial}
	}),
	lookedIn("Publication", "Published report", den.Tx.Publications, func(p den.Publication) spot {
		s := spot{id: p.Trial, path: pathOf(p.Trial) + "/report"}
		if p.Stands() {
			s.path = "/register/" + escapedID(p.Trial)
			s.do, s.change = "Its department can publish it again without the part that has it, or take it back.", pathOf(p.Trial)+"/publish"
		}
		return s
	}),
	lookedIn("Reply", "Reply to a report", den.Tx.Replies, func(r den.Reply) spot {
		path := "/register/" + escapedID(r.Trial)
		return spot{id: r.ID, path: path, do: "Its supplier can replace it or take it back.", change: path + "/reply/" + escapedID(r.Entry)}
	}),
	lookedIn("Supplier", "Supplier", den.Tx.Suppliers, func(s den.Supplier) spot {
		path := "/suppliers/" + escapedID(s.ID)
		return spot{id: s.ID, path: path, do: canEdit, change: path + "/edit"}
	}),
	lookedIn("Product", "Product", den.Tx.Products, func(p den.Product) spot {
		return spot{id: p.ID, path: pathOf(p.ID), do: canEdit, change: pathOf(p.ID) + "/edit"}
	}),
	lookedIn("Release", "Release", den.Tx.Releases, func(r den.Release) spot {
		return spot{id: r.ID, path: "/releases/" + escapedID(r.ID), do: "It stays: a release never changes. Its supplier can offer another one."}
	}),
	lookedIn("Preflight", "Preflight", den.Tx.Preflights, func(p den.Preflight) spot {
		return spot{id: p.ID, path: "/releases/" + escapedID(p.Release)}
	}),
	lookedIn("Department", "Department", den.Tx.Departments, func(d den.Department) spot {
		return spot{id: d.ID, path: "/departments/" + escapedID(d.ID) + "/members"}
	}),
	lookedIn("Rules", "Rules of a department", den.Tx.Rules, func(r den.Rules) spot {
		path := "/departments/" + escapedID(r.Department) + "/rules"
		return spot{id: r.Department, path: path, do: "Its approvers can change them.", change: path}
	}),
	lookedIn("Request", "Request", den.Tx.Requests, func(r den.Request) spot {
		return spot{id: r.ID, path: pathOf(r.ID), trial: r.Trial}
	}),
	lookedIn("Lease", "Sandbox", den.Tx.Leases, func(l den.Lease) spot {
		return spot{id: l.ID, path: pathOf(l.ID), trial: l.Trial, do: "What a product printed goes by itself, when the rules of retention say so. The rest stays.", change: retention}
	}),
	lookedIn("Receipt", "Receipt", den.Tx.Receipts, func(r den.Receipt) spot {
		return spot{id: r.Lease, path: pathOf(r.Lease) + "/receipt", trial: r.Trial, do: "What a product printed goes by itself, when the rules of retention say so. The rest stays.", change: retention}
	}),
	lookedIn("Measurement", "What was measured", den.Tx.Measurements, func(m den.Measurement) spot {
		return spot{id: m.Lease, path: pathOf(m.Trial) + "/measured", trial: m.Trial}
	}),
	lookedIn("LoadTest", "Load test", den.Tx.Loads, func(l den.LoadTest) spot {
		return spot{id: l.ID, path: pathOf(l.Trial) + "/measured", trial: l.Trial}
	}),
	lookedIn("Share", "Share", den.Tx.Shares, func(s den.Share) spot {
		return spot{id: s.ID, path: pathOf(s.Trial) + "/shares", trial: s.Trial}
	}),
	lookedIn("KeptScheme", "Scheme", den.Tx.Schemes, func(k den.KeptScheme) spot {
		return spot{id: k.Key, path: fmt.Sprintf("/schemes/%s/%d", url.PathEscape(k.Scheme.ID), k.Scheme.Version), do: "It stays: a version never changes. Make a new version."}
	}),
	lookedIn("JoinLink", "Invitation", den.Tx.JoinLinks, func(j den.JoinLink) spot {
		path := "/people/members"
		switch j.In.Kind() {
		case den.KindDepartment:
			path = "/departments/" + escapedID(j.In) + "/members"
		case den.KindSupplier:
			path = "/suppliers/" + escapedID(j.In) + "/members"
		}
		return spot{id: j.ID, path: path, do: "Take the invitation back.", change: path}
	}),
	lookedIn("Notice", "Notice", den.Tx.Notices, func(n den.Notice) spot {
		return spot{id: n.ID, path: pathOf(n.Subject), do: goesAged, change: retention, gone: n.To}
	}),
	lookedIn("Delivery", "Sending of a notice", den.Tx.Deliveries, func(d den.Delivery) spot {
		return spot{id: d.ID, path: "/host/deliveries", do: goesAged, change: retention}
	}),
	lookedIn("Token", "Token", den.Tx.Tokens, func(t den.Token) spot {
		return spot{id: t.ID, do: "Its owner can revoke it.", gone: t.Person}
	}),
	lookedIn("Mailbox", "Choice of notices", den.Tx.Mailboxes, func(m den.Mailbox) spot {
		return spot{id: m.Person, do: "Its owner can change it.", secret: true, gone: m.Person}
	}),
}

// secretTexts may hold what is shown to nobody: passwords of a stack, keys.
var secretTexts = map[string]bool{"Release.Env[]": true, "Release.Compose": true, "Mailbox.Hook.URL": true}

func escapedID(id den.ID) string { return url.PathEscape(string(id)) }

// found is a text with where it stands.
type foundText struct {
	field, text string
	kind        string
	spot        spot
}

// searchedTable reads a stretch of one table, and its texts.
type searchedTable struct {
	name string // of the type of its records
	kind string // in words
	page func(tx den.Tx, after string, each func(foundText)) (looked int, next string, err error)
}

// lookedIn makes a table one that is searched.
func lookedIn[T any](name, kind string, table func(den.Tx) den.Table[T], at func(T) spot) searchedTable {
	read := textsOf(reflect.TypeFor[T](), name)
	return searchedTable{name: name, kind: kind, page: func(tx den.Tx, after string, each func(foundText)) (int, string, error) {
		page, err := table(tx).List(den.Query{After: after, Limit: lookAtOnce})
		for i := range page.Items {
			s := at(page.Items[i])
			read(reflect.ValueOf(&page.Items[i]).Elem(), func(field, text string) {
				if text != "" {
					each(foundText{field, text, kind, s})
				}
			})
		}
		return len(page.Items), page.Next, err
	}}
}

// searchedEvents is the record: each line as it stands without the names that are sealed,
// but for those that somebody who is looked for is called.
func searchedEvents(keep func(of den.ID, name string) bool) searchedTable {
	read := textsOf(reflect.TypeFor[den.Event](), "Event")
	return searchedTable{name: "Event", kind: "Line of the record", page: func(tx den.Tx, after string, each func(foundText)) (int, string, error) {
		page, err := tx.Events(den.Query{After: after, Limit: lookAtOnce})
		for _, e := range page.Items {
			seq := fmt.Sprint(e.Seq)
			s := spot{id: den.ID(seq), path: "/record/" + seq, do: isSealed}
			if e.Subject.Kind() == den.KindTrial {
				s.trial = e.Subject
			}
			e = e.Unnamed(keep)
			read(reflect.ValueOf(e), func(field, text string) {
				if text != "" {
					each(foundText{field, text, "Line of the record", s})
				}
			})
		}
		return len(page.Items), page.Next, err
	}}
}
