package storetest

import (
	"time"

	"pgregory.net/rapid"

	"innovationden/orchestrator/den"
)

type (
	keyed[T any] = map[den.Index]func(T) []den.ID
	timed[T any] = map[den.Index]func(T) time.Time
)

// shelves is a model of every table.
func shelves() []anyShelf {
	return []anyShelf{
		&shelf[den.Department]{name: "departments", in: den.Tx.Departments, has: map[den.ID]den.Department{},
			key:  func(d *den.Department) *den.ID { return &d.ID },
			rev:  func(d *den.Department) *int64 { return &d.Rev },
			draw: func(rt *rapid.T, d *den.Department) { d.Name = rapid.String().Draw(rt, "name") }},
		&shelf[den.Supplier]{name: "suppliers", in: den.Tx.Suppliers, has: map[den.ID]den.Supplier{},
			key:  func(s *den.Supplier) *den.ID { return &s.ID },
			rev:  func(s *den.Supplier) *int64 { return &s.Rev },
			draw: func(rt *rapid.T, s *den.Supplier) { s.CreatedAt = moment(rt) }},
		&shelf[den.Product]{name: "products", in: den.Tx.Products, has: map[den.ID]den.Product{},
			key:   func(p *den.Product) *den.ID { return &p.ID },
			rev:   func(p *den.Product) *int64 { return &p.Rev },
			draw:  func(rt *rapid.T, p *den.Product) { p.Supplier = parent(rt) },
			keyed: keyed[den.Product]{den.ProductsBySupplier: one(func(p den.Product) den.ID { return p.Supplier })}},
		&shelf[den.Release]{name: "releases", in: den.Tx.Releases, has: map[den.ID]den.Release{},
			key: func(r *den.Release) *den.ID { return &r.ID },
			rev: func(r *den.Release) *int64 { return &r.Rev },
			draw: func(rt *rapid.T, r *den.Release) {
				r.Product, r.Image = parent(rt), string(parent(rt))
				r.Pushed = map[string]string{r.Image: string(parent(rt))}
			},
			keyed: keyed[den.Release]{
				den.ReleasesByProduct: one(func(r den.Release) den.ID { return r.Product }),
				den.ReleasesByPushed:  one(func(r den.Release) den.ID { return den.ID(r.Pushed[r.Image]) }),
				den.ReleasesByImage:   one(func(r den.Release) den.ID { return den.ID(r.Image) })}},
		&shelf[den.Trial]{name: "trials", in: den.Tx.Trials, has: map[den.ID]den.Trial{},
			key: func(t *den.Trial) *den.ID { return &t.ID },
			rev: func(t *den.Trial) *int64 { return &t.Rev },
			draw: func(rt *rapid.T, t *den.Trial) {
				t.Department, t.State = parent(rt), den.TrialState(parent(rt))
				for range rapid.IntRange(0, 3).Draw(rt, "evaluators") {
					t.Evaluators = append(t.Evaluators, parent(rt))
					t.Tried = append(t.Tried, parent(rt))
				}
				t.Scenario.Hash = string(parent(rt))
			},
			keyed: keyed[den.Trial]{
				den.TrialsByDepartment: one(func(t den.Trial) den.ID { return t.Department }),
				den.TrialsByState:      one(func(t den.Trial) den.ID { return den.ID(t.State) }),
				den.TrialsByEvaluator:  func(t den.Trial) []den.ID { return t.Evaluators },
				den.TrialsByScenario:   one(func(t den.Trial) den.ID { return den.ID(t.Scenario.Hash) }),
				den.TrialsByTried:      func(t den.Trial) []den.ID { return t.Tried },
				den.TrialsByReader: func(t den.Trial) (keys []den.ID) {
					for _, who := range append([]den.ID{t.Department, t.ID}, t.Evaluators...) {
						if who != "" {
							keys = append(keys, who+"/"+den.ID(t.State))
						}
					}
					return keys
				}}},
		leaseShelf(),
		&shelf[den.Cell]{name: "cells", in: den.Tx.Cells, has: map[den.ID]den.Cell{},
			key:  func(c *den.Cell) *den.ID { return (*den.ID)(&c.Sandbox) },
			rev:  func(c *den.Cell) *int64 { return &c.Rev },
			draw: func(rt *rapid.T, c *den.Cell) { c.MadeAt = moment(rt) }},
		&shelf[den.Receipt]{name: "receipts", in: den.Tx.Receipts, has: map[den.ID]den.Receipt{},
			key: func(r *den.Receipt) *den.ID { return &r.Lease },
			rev: func(r *den.Receipt) *int64 { return &r.Rev },
			draw: func(rt *rapid.T, r *den.Receipt) {
				r.Trial, r.EndedAt, r.LogTail = parent(rt), moment(rt), rapid.SampledFrom([]string{"", "It started."}).Draw(rt, "log")
			},
			keyed: keyed[den.Receipt]{den.ReceiptsByTrial: one(func(r den.Receipt) den.ID { return r.Trial })},
			timed: timed[den.Receipt]{den.ReceiptsByLog: func(r den.Receipt) time.Time {
				if r.LogTail == "" {
					return time.Time{}
				}
				return r.EndedAt
			}}},
		&shelf[den.Assessment]{name: "assessments", in: den.Tx.Assessments, has: map[den.ID]den.Assessment{},
			key: func(a *den.Assessment) *den.ID { return &a.ID },
			rev: func(a *den.Assessment) *int64 { return &a.Rev },
			draw: func(rt *rapid.T, a *den.Assessment) {
				a.Trial, a.Evaluator = parent(rt), parent(rt)
				if hash := string(parent(rt)); hash != "" {
					a.Evidence = []den.Evidence{{Hash: hash}, {Hash: hash}}
				}
			},
			keyed: keyed[den.Assessment]{
				den.AssessmentsByTrial:  one(func(a den.Assessment) den.ID { return a.Trial }),
				den.AssessmentsByWriter: one(func(a den.Assessment) den.ID { return a.Evaluator }),
				den.AssessmentsByFile: func(a den.Assessment) []den.ID {
					if len(a.Evidence) == 0 {
						return nil
					}
					return []den.ID{den.ID(a.Evidence[0].Hash)}
				}}},
		&shelf[den.Outcome]{name: "outcomes", in: den.Tx.Outcomes, has: map[den.ID]den.Outcome{},
			key:  func(o *den.Outcome) *den.ID { return &o.Trial },
			rev:  func(o *den.Outcome) *int64 { return &o.Rev },
			draw: func(rt *rapid.T, o *den.Outcome) { o.Chosen = parent(rt) }},
		&shelf[den.KeptScheme]{name: "schemes", in: den.Tx.Schemes, has: map[den.ID]den.KeptScheme{},
			key:  func(s *den.KeptScheme) *den.ID { return &s.Key },
			rev:  func(s *den.KeptScheme) *int64 { return &s.Rev },
			draw: func(rt *rapid.T, s *den.KeptScheme) { s.AddedAt = moment(rt) }},
		&shelf[den.Publication]{name: "publications", in: den.Tx.Publications, has: map[den.ID]den.Publication{},
			key: func(p *den.Publication) *den.ID { return &p.Trial },
			rev: func(p *den.Publication) *int64 { return &p.Rev },
			draw: func(rt *rapid.T, p *den.Publication) {
				p.At = moment(rt)
				if c := parent(rt); c != "" {
					p.Report.Decision = &den.ReportDecision{Cites: []den.ReportCite{{Trial: c}, {Name: "not for everybody"}}}
				}
				if rapid.Bool().Draw(rt, "withdrawn") {
					p.WithdrawnAt = time.Unix(1, 0).UTC()
				}
			},
			keyed: keyed[den.Publication]{den.PublicationsByCited: func(p den.Publication) []den.ID {
				if d := p.Report.Decision; d != nil && !p.At.IsZero() && p.WithdrawnAt.IsZero() {
					return []den.ID{d.Cites[0].Trial}
				}
				return nil
			}},
			timed: timed[den.Publication]{den.PublicationsByTime: func(p den.Publication) time.Time {
				if p.WithdrawnAt.IsZero() {
					return p.At
				}
				return time.Time{}
			}}},
		&shelf[den.Reply]{name: "replies", in: den.Tx.Replies, has: map[den.ID]den.Reply{},
			key:   func(r *den.Reply) *den.ID { return &r.ID },
			rev:   func(r *den.Reply) *int64 { return &r.Rev },
			draw:  func(rt *rapid.T, r *den.Reply) { r.Trial = parent(rt) },
			keyed: keyed[den.Reply]{den.RepliesByTrial: one(func(r den.Reply) den.ID { return r.Trial })}},
		&shelf[den.Declaration]{name: "declarations", in: den.Tx.Declarations, has: map[den.ID]den.Declaration{},
			key:   func(d *den.Declaration) *den.ID { return &d.ID },
			rev:   func(d *den.Declaration) *int64 { return &d.Rev },
			draw:  func(rt *rapid.T, d *den.Declaration) { d.Trial = parent(rt) },
			keyed: keyed[den.Declaration]{den.DeclarationsByTrial: one(func(d den.Declaration) den.ID { return d.Trial })}},
		&shelf[den.Consensus]{name: "consensuses", in: den.Tx.Consensuses, has: map[den.ID]den.Consensus{},
			key:  func(c *den.Consensus) *den.ID { return &c.Trial },
			rev:  func(c *den.Consensus) *int64 { return &c.Rev },
			draw: func(rt *rapid.T, c *den.Consensus) { c.LockedAt = moment(rt) }},
		&shelf[den.Person]{name: "people", in: den.Tx.People, has: map[den.ID]den.Person{},
			key:  func(p *den.Person) *den.ID { return &p.ID },
			rev:  func(p *den.Person) *int64 { return &p.Rev },
			draw: func(rt *rapid.T, p *den.Person) { p.Left = rapid.Bool().Draw(rt, "left") }},
		&shelf[den.Token]{name: "tokens", in: den.Tx.Tokens, has: map[den.ID]den.Token{},
			key: func(t *den.Token) *den.ID { return (*den.ID)(&t.Hash) },
			rev: func(t *den.Token) *int64 { return &t.Rev },
			draw: func(rt *rapid.T, t *den.Token) {
				t.Person = parent(rt)
				t.ID = den.ID(rapid.StringMatching("tok_[0-9]{3}").Draw(rt, "id")) + den.ID(rune('a'+len(t.Hash)))
			},
			order: func(t den.Token) string { return string(t.ID) },
			keyed: keyed[den.Token]{den.TokensByPerson: one(func(t den.Token) den.ID { return t.Person })}},
		&shelf[den.JoinLink]{name: "join_links", in: den.Tx.JoinLinks, has: map[den.ID]den.JoinLink{},
			key:  func(j *den.JoinLink) *den.ID { return &j.ID },
			rev:  func(j *den.JoinLink) *int64 { return &j.Rev },
			draw: func(rt *rapid.T, j *den.JoinLink) { j.Hash, j.In = string(parent(rt)), parent(rt) },
			keyed: keyed[den.JoinLink]{
				den.JoinLinksByHash: one(func(j den.JoinLink) den.ID { return den.ID(j.Hash) }),
				den.JoinLinksByIn:   one(func(j den.JoinLink) den.ID { return j.In })}},
		&shelf[den.Identity]{name: "identities", in: den.Tx.Identities, has: map[den.ID]den.Identity{},
			key:   func(i *den.Identity) *den.ID { return &i.ID },
			rev:   func(i *den.Identity) *int64 { return &i.Rev },
			draw:  func(rt *rapid.T, i *den.Identity) { i.Person = parent(rt) },
			keyed: keyed[den.Identity]{den.IdentitiesByPerson: one(func(i den.Identity) den.ID { return i.Person })}},
		&shelf[den.Login]{name: "logins", in: den.Tx.Logins, has: map[den.ID]den.Login{},
			key:   func(l *den.Login) *den.ID { return &l.Person },
			rev:   func(l *den.Login) *int64 { return &l.Rev },
			draw:  func(rt *rapid.T, l *den.Login) { l.Name = string(pick(rt, "name", 'a', 20)) },
			once:  func(l den.Login) string { return l.Name },
			keyed: keyed[den.Login]{den.LoginsByName: one(func(l den.Login) den.ID { return den.ID(l.Name) })}},
		&shelf[den.Notice]{name: "notices", in: den.Tx.Notices, has: map[den.ID]den.Notice{},
			key:   func(n *den.Notice) *den.ID { return &n.ID },
			rev:   func(n *den.Notice) *int64 { return &n.Rev },
			draw:  func(rt *rapid.T, n *den.Notice) { n.To, n.DueAt = parent(rt), moment(rt) },
			keyed: keyed[den.Notice]{den.NoticesByTo: one(func(n den.Notice) den.ID { return n.To })},
			timed: timed[den.Notice]{den.NoticesByDue: func(n den.Notice) time.Time { return n.DueAt }}},
		&shelf[den.Answer]{name: "answers", in: den.Tx.Answers, has: map[den.ID]den.Answer{},
			key:   func(a *den.Answer) *den.ID { return (*den.ID)(&a.Key) },
			rev:   func(a *den.Answer) *int64 { return &a.Rev },
			draw:  func(rt *rapid.T, a *den.Answer) { a.At = moment(rt) },
			timed: timed[den.Answer]{den.AnswersByTime: func(a den.Answer) time.Time { return a.At }}},
		&shelf[den.Share]{name: "shares", in: den.Tx.Shares, has: map[den.ID]den.Share{},
			key:  func(s *den.Share) *den.ID { return &s.ID },
			rev:  func(s *den.Share) *int64 { return &s.Rev },
			draw: func(rt *rapid.T, s *den.Share) { s.Trial, s.With, s.Hash = parent(rt), parent(rt), string(parent(rt)) },
			keyed: keyed[den.Share]{
				den.SharesByTrial: one(func(s den.Share) den.ID { return s.Trial }),
				den.SharesByGuest: one(func(s den.Share) den.ID { return s.With }),
				den.SharesByHash:  one(func(s den.Share) den.ID { return den.ID(s.Hash) })}},
		&shelf[den.Rules]{name: "rules", in: den.Tx.Rules, has: map[den.ID]den.Rules{},
			key:  func(r *den.Rules) *den.ID { return &r.Department },
			rev:  func(r *den.Rules) *int64 { return &r.Rev },
			draw: func(rt *rapid.T, r *den.Rules) { r.Most = rapid.Int().Draw(rt, "most") }},
		requestShelf(),
		&shelf[den.Spending]{name: "spendings", in: den.Tx.Spendings, has: map[den.ID]den.Spending{},
			key:  func(s *den.Spending) *den.ID { return &s.ID },
			rev:  func(s *den.Spending) *int64 { return &s.Rev },
			draw: func(rt *rapid.T, s *den.Spending) { s.Milli = rapid.Int64().Draw(rt, "milli") }},
		&shelf[den.Mailbox]{name: "mailboxes", in: den.Tx.Mailboxes, has: map[den.ID]den.Mailbox{},
			key:  func(m *den.Mailbox) *den.ID { return &m.Person },
			rev:  func(m *den.Mailbox) *int64 { return &m.Rev },
			draw: func(rt *rapid.T, m *den.Mailbox) { m.ReadTo = moment(rt) }},
		deliveryShelf(),
		&shelf[den.Challenge]{name: "challenges", in: den.Tx.Challenges, has: map[den.ID]den.Challenge{},
			key: func(c *den.Challenge) *den.ID { return &c.ID },
			rev: func(c *den.Challenge) *int64 { return &c.Rev },
			draw: func(rt *rapid.T, c *den.Challenge) {
				c.Department, c.State, c.DueAt = parent(rt), den.ChallengeState(parent(rt)), moment(rt)
			},
			keyed: keyed[den.Challenge]{
				den.ChallengesByDepartment: one(func(c den.Challenge) den.ID { return c.Department }),
				den.ChallengesByState:      one(func(c den.Challenge) den.ID { return den.ID(c.State) })},
			timed: timed[den.Challenge]{den.ChallengesByDue: func(c den.Challenge) time.Time { return c.DueAt }}},
		&shelf[den.Question]{name: "questions", in: den.Tx.Questions, has: map[den.ID]den.Question{},
			key:   func(q *den.Question) *den.ID { return &q.ID },
			rev:   func(q *den.Question) *int64 { return &q.Rev },
			draw:  func(rt *rapid.T, q *den.Question) { q.Challenge = parent(rt) },
			keyed: keyed[den.Question]{den.QuestionsByChallenge: one(func(q den.Question) den.ID { return q.Challenge })}},
		&shelf[den.Interest]{name: "interests", in: den.Tx.Interests, has: map[den.ID]den.Interest{},
			key:  func(i *den.Interest) *den.ID { return &i.ID },
			rev:  func(i *den.Interest) *int64 { return &i.Rev },
			draw: func(rt *rapid.T, i *den.Interest) { i.Challenge, i.Supplier = parent(rt), parent(rt) },
			keyed: keyed[den.Interest]{
				den.InterestsByChallenge: one(func(i den.Interest) den.ID { return i.Challenge }),
				den.InterestsBySupplier:  one(func(i den.Interest) den.ID { return i.Supplier })}},
		repositoryShelf(),
		preflightShelf(),
		&shelf[den.Measurement]{name: "measurements", in: den.Tx.Measurements, has: map[den.ID]den.Measurement{},
			key:  func(m *den.Measurement) *den.ID { return &m.Lease },
			rev:  func(m *den.Measurement) *int64 { return &m.Rev },
			draw: func(rt *rapid.T, m *den.Measurement) { m.Asked = int64(rapid.IntRange(0, 9).Draw(rt, "asked")) }},
		&shelf[den.Clock]{name: "clocks", in: den.Tx.Clocks, has: map[den.ID]den.Clock{},
			key:  func(c *den.Clock) *den.ID { return &c.ID },
			rev:  func(c *den.Clock) *int64 { return &c.Rev },
			draw: func(rt *rapid.T, c *den.Clock) { c.Seq = rapid.Uint64().Draw(rt, "seq") }},
		&shelf[den.LoadTest]{name: "loads", in: den.Tx.Loads, has: map[den.ID]den.LoadTest{},
			key:  func(l *den.LoadTest) *den.ID { return &l.ID },
			rev:  func(l *den.LoadTest) *int64 { return &l.Rev },
			draw: func(rt *rapid.T, l *den.LoadTest) { l.Trial, l.State = parent(rt), den.LoadState(parent(rt)) },
			keyed: keyed[den.LoadTest]{
				den.LoadsByTrial: one(func(l den.LoadTest) den.ID { return l.Trial }),
				den.LoadsByState: one(func(l den.LoadTest) den.ID { return den.ID(l.State) })}},
	}
}

func preflightShelf() *shelf[den.Preflight] {
	states := []den.PreflightState{den.PreflightRunning, den.PreflightPassed, den.PreflightFailed}
	return &shelf[den.Preflight]{name: "preflights", in: den.Tx.Preflights, has: map[den.ID]den.Preflight{},
		key: func(p *den.Preflight) *den.ID { return &p.ID },
		rev: func(p *den.Preflight) *int64 { return &p.Rev },
		draw: func(rt *rapid.T, p *den.Preflight) {
			p.Release, p.State = parent(rt), rapid.SampledFrom(states).Draw(rt, "state")
		},
		keyed: keyed[den.Preflight]{
			den.PreflightsByRelease: one(func(p den.Preflight) den.ID { return p.Release }),
			den.PreflightsByState:   one(func(p den.Preflight) den.ID { return den.ID(p.State) })}}
}

func repositoryShelf() *shelf[den.Repository] {
	return &shelf[den.Repository]{name: "repositories", in: den.Tx.Repositories, has: map[den.ID]den.Repository{},
		key:  func(r *den.Repository) *den.ID { return &r.Name },
		rev:  func(r *den.Repository) *int64 { return &r.Rev },
		draw: func(rt *rapid.T, r *den.Repository) { r.Product, r.Supplier = parent(rt), parent(rt) },
		keyed: keyed[den.Repository]{
			den.RepositoriesByProduct:  one(func(r den.Repository) den.ID { return r.Product }),
			den.RepositoriesBySupplier: one(func(r den.Repository) den.ID { return r.Supplier }),
			den.RepositoriesByOwner:    one(func(r den.Repository) den.ID { return den.ID(r.Owner()) })}}
}

func requestShelf() *shelf[den.Request] {
	return &shelf[den.Request]{name: "requests", in: den.Tx.Requests, has: map[den.ID]den.Request{},
		key: func(r *den.Request) *den.ID { return &r.ID },
		rev: func(r *den.Request) *int64 { return &r.Rev },
		draw: func(rt *rapid.T, r *den.Request) {
			r.Department, r.Trial, r.LapsesAt = parent(rt), parent(rt), moment(rt)
			r.State = rapid.SampledFrom(den.RequestStates).Draw(rt, "state")
		},
		keyed: keyed[den.Request]{
			den.RequestsByState:      one(func(r den.Request) den.ID { return den.ID(r.State) }),
			den.RequestsByDepartment: one(func(r den.Request) den.ID { return r.Department }),
			den.RequestsByTrial:      one(func(r den.Request) den.ID { return r.Trial })},
		timed: timed[den.Request]{den.RequestsByLapse: func(r den.Request) time.Time {
			if r.State != den.RequestOpen {
				return time.Time{}
			}
			return r.LapsesAt
		}}}
}

func deliveryShelf() *shelf[den.Delivery] {
	states := []den.DeliveryState{den.DeliveryWaits, den.DeliverySent, den.DeliveryDead}
	return &shelf[den.Delivery]{name: "deliveries", in: den.Tx.Deliveries, has: map[den.ID]den.Delivery{},
		key: func(d *den.Delivery) *den.ID { return &d.ID },
		rev: func(d *den.Delivery) *int64 { return &d.Rev },
		draw: func(rt *rapid.T, d *den.Delivery) {
			d.Notice, d.DueAt = parent(rt), moment(rt)
			d.State = rapid.SampledFrom(states).Draw(rt, "state")
		},
		keyed: keyed[den.Delivery]{
			den.DeliveriesByNotice: one(func(d den.Delivery) den.ID { return d.Notice }),
			den.DeliveriesByState:  one(func(d den.Delivery) den.ID { return den.ID(d.State) })},
		timed: timed[den.Delivery]{den.DeliveriesByDue: func(d den.Delivery) time.Time {
			if d.State != den.DeliveryWaits {
				return time.Time{}
			}
			return d.DueAt
		}}}
}

func leaseShelf() *shelf[den.Lease] {
	phases := []den.Phase{den.Requested, den.Live, den.Ended, den.Refused}
	return &shelf[den.Lease]{name: "leases", in: den.Tx.Leases, has: map[den.ID]den.Lease{},
		key: func(l *den.Lease) *den.ID { return &l.ID },
		rev: func(l *den.Lease) *int64 { return &l.Rev },
		draw: func(rt *rapid.T, l *den.Lease) {
			l.Trial, l.Department, l.Supplier, l.Sandbox = parent(rt), parent(rt), parent(rt), string(parent(rt))
			l.Phase, l.DueAt = rapid.SampledFrom(phases).Draw(rt, "phase"), moment(rt)
			l.Size = string(parent(rt))
			l.Name = string(pick(rt, "name", 'a', 20))
		},
		once: func(l den.Lease) string { return l.Name },
		keyed: keyed[den.Lease]{
			den.LeasesByTrial:      one(func(l den.Lease) den.ID { return l.Trial }),
			den.LeasesByDepartment: one(func(l den.Lease) den.ID { return l.Department }),
			den.LeasesBySupplier:   one(func(l den.Lease) den.ID { return l.Supplier }),
			den.LeasesByPhase:      one(func(l den.Lease) den.ID { return den.ID(l.Phase) }),
			den.LeasesByName:       one(func(l den.Lease) den.ID { return den.ID(l.Name) }),
			den.LeasesBySandbox:    one(func(l den.Lease) den.ID { return den.ID(l.Sandbox) }),
			den.LeasesByHolding: one(func(l den.Lease) den.ID {
				if l.Phase != den.Live {
					return ""
				}
				return den.ID(l.Size)
			}),
			den.LeasesByOpen: one(func(l den.Lease) den.ID {
				if l.Phase != den.Live && l.Phase != den.Requested {
					return ""
				}
				return l.Department
			})},
		timed: timed[den.Lease]{den.LeasesByDue: func(l den.Lease) time.Time {
			if l.Phase == den.Ended || l.Phase == den.Refused {
				return time.Time{}
			}
			return l.DueAt
		}}}
}
