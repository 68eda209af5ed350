package den

// The tables of a tracked transaction: how the records of each kind are kept in the
// record, and what they belong to.

// Departments implements Tx.
func (t *Tracked) Departments() Table[Department] {
	return watch(t, "Department", t.Tx.Departments(), keepDepartment, func(d Department) []ID { return []ID{d.ID} })
}

// Suppliers implements Tx.
func (t *Tracked) Suppliers() Table[Supplier] {
	return watch(t, "Supplier", t.Tx.Suppliers(), keepSupplier, func(s Supplier) []ID { return []ID{s.ID} })
}

// Products implements Tx.
func (t *Tracked) Products() Table[Product] {
	return watch(t, "Product", t.Tx.Products(), keepProduct, func(p Product) []ID { return []ID{p.ID, p.Supplier} })
}

// Releases implements Tx.
func (t *Tracked) Releases() Table[Release] {
	return watch(t, "Release", t.Tx.Releases(), keepRelease, func(r Release) []ID { return []ID{r.ID, r.Product} })
}

// Trials implements Tx.
func (t *Tracked) Trials() Table[Trial] {
	return watch(t, "Trial", t.Tx.Trials(), keepTrial, func(t Trial) []ID { return []ID{t.ID} })
}

// Leases implements Tx.
func (t *Tracked) Leases() Table[Lease] {
	return watch(t, "Lease", t.Tx.Leases(), keepLease, func(l Lease) []ID { return []ID{l.ID, l.Trial} })
}

// Receipts implements Tx.
func (t *Tracked) Receipts() Table[Receipt] {
	return watch(t, "Receipt", t.Tx.Receipts(), keepReceipt, func(r Receipt) []ID { return []ID{r.Lease} })
}

// Assessments implements Tx.
func (t *Tracked) Assessments() Table[Assessment] {
	return watch(t, "Assessment", t.Tx.Assessments(), keepAssessment, func(a Assessment) []ID { return []ID{a.ID, a.Trial} })
}

// Outcomes implements Tx.
func (t *Tracked) Outcomes() Table[Outcome] {
	return watch(t, "Outcome", t.Tx.Outcomes(), keepOutcome, func(o Outcome) []ID { return []ID{o.Trial} })
}

// Schemes implements Tx.
func (t *Tracked) Schemes() Table[KeptScheme] {
	return watch(t, "KeptScheme", t.Tx.Schemes(), keepScheme, func(k KeptScheme) []ID { return []ID{k.Key} })
}

// Declarations implements Tx.
func (t *Tracked) Declarations() Table[Declaration] {
	return watch(t, "Declaration", t.Tx.Declarations(), keepDeclaration, func(d Declaration) []ID { return []ID{d.ID, d.Trial} })
}

// Publications implements Tx.
func (t *Tracked) Publications() Table[Publication] {
	return watch(t, "Publication", t.Tx.Publications(), keepPublication, func(p Publication) []ID { return []ID{p.Trial} })
}

// Replies implements Tx.
func (t *Tracked) Replies() Table[Reply] {
	return watch(t, "Reply", t.Tx.Replies(), keepReply, func(r Reply) []ID { return []ID{r.ID, r.Trial} })
}

// Consensuses implements Tx.
func (t *Tracked) Consensuses() Table[Consensus] {
	return watch(t, "Consensus", t.Tx.Consensuses(), keepConsensus, func(c Consensus) []ID { return []ID{c.Trial} })
}

// People implements Tx.
func (t *Tracked) People() Table[Person] {
	return met{t, t.people()}
}

func (t *Tracked) people() Table[Person] {
	return watch(t, "Person", t.Tx.People(), keepPerson, func(p Person) []ID { return []ID{p.ID} })
}

// Tokens implements Tx.
func (t *Tracked) Tokens() Table[Token] {
	return watched[Token]{t.Tx.Tokens(), t, "Token", keepToken, func(one Token) ID { return ID(one.Hash) }, func(one Token) []ID { return []ID{one.ID, one.Person} }}
}

// JoinLinks implements Tx.
func (t *Tracked) JoinLinks() Table[JoinLink] {
	return watch(t, "JoinLink", t.Tx.JoinLinks(), keepJoinLink, func(j JoinLink) []ID { return []ID{j.ID, j.In} })
}

// Identities implements Tx.
func (t *Tracked) Identities() Table[Identity] {
	return watch(t, "Identity", t.Tx.Identities(), keepIdentity, func(i Identity) []ID { return []ID{i.ID, i.Person} })
}

// Logins implements Tx.
func (t *Tracked) Logins() Table[Login] {
	return watch(t, "Login", t.Tx.Logins(), keepLogin, func(l Login) []ID { return []ID{l.Person} })
}

// Mailboxes implements Tx.
func (t *Tracked) Mailboxes() Table[Mailbox] {
	return watch(t, "Mailbox", t.Tx.Mailboxes(), keepMailbox, func(m Mailbox) []ID { return []ID{m.Person} })
}

// Shares implements Tx.
func (t *Tracked) Shares() Table[Share] {
	return watch(t, "Share", t.Tx.Shares(), keepShare, func(s Share) []ID { return []ID{s.ID, s.Trial} })
}

// Rules implements Tx.
func (t *Tracked) Rules() Table[Rules] {
	return watch(t, "Rules", t.Tx.Rules(), keepRules, func(r Rules) []ID { return []ID{r.Department} })
}

// Requests implements Tx.
func (t *Tracked) Requests() Table[Request] {
	return watch(t, "Request", t.Tx.Requests(), keepRequest, func(r Request) []ID { return []ID{r.ID, r.Lease, r.Trial} })
}

// Challenges implements Tx.
func (t *Tracked) Challenges() Table[Challenge] {
	return watch(t, "Challenge", t.Tx.Challenges(), keepChallenge, func(c Challenge) []ID { return []ID{c.ID} })
}

// Questions implements Tx.
func (t *Tracked) Questions() Table[Question] {
	return watch(t, "Question", t.Tx.Questions(), keepQuestion, func(q Question) []ID { return []ID{q.ID} })
}

// Interests implements Tx.
func (t *Tracked) Interests() Table[Interest] {
	return watch(t, "Interest", t.Tx.Interests(), keepInterest, func(i Interest) []ID { return []ID{i.ID, i.Challenge} })
}

// Repositories implements Tx.
func (t *Tracked) Repositories() Table[Repository] {
	return watch(t, "Repository", t.Tx.Repositories(), keepRepository, func(r Repository) []ID { return []ID{r.Name, r.Product} })
}

// Preflights implements Tx.
func (t *Tracked) Preflights() Table[Preflight] {
	return watch(t, "Preflight", t.Tx.Preflights(), keepPreflight, func(p Preflight) []ID { return []ID{p.ID, p.Release} })
}

// met is the table of people: whoever is read or written may be named in an event.
type met struct {
	t *Tracked
	Table[Person]
}

// Get reads one.
func (m met) Get(key ID) (Person, error) {
	one, err := m.Table.Get(key)
	m.t.meets(one)
	return one, err
}

// Put writes one.
func (m met) Put(one Person) (Person, error) {
	if was, err := m.Table.Get(one.ID); err == nil {
		m.t.meets(was)
	}
	m.t.meets(one)
	return m.Table.Put(one)
}

// List reads a page.
func (m met) List(q Query) (Page[Person], error) {
	page, err := m.Table.List(q)
	for _, one := range page.Items {
		m.t.meets(one)
	}
	return page, err
}
