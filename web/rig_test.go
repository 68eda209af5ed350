package web_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"innovationden/configs"
	"innovationden/orchestrator"
	"innovationden/orchestrator/bolt"
	"innovationden/orchestrator/den"
	"innovationden/orchestrator/files"
	"innovationden/orchestrator/ledger"
	"innovationden/orchestrator/report"
	"innovationden/orchestrator/storetest"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
	"innovationden/web"
	"innovationden/web/api"
	"innovationden/web/gateway"
)

// rig is the whole den on a scripted engine, behind a real server.
type rig struct {
	testing.TB
	den     *orchestrator.Orchestrator
	store   den.Store
	raw     den.Store // the same without a witness: for what a test makes up itself
	runtime *fake.Runtime
	visits  *gateway.Visits
	server  *httptest.Server
	narrow  atomic.Bool  // new connections hold little: who does not read blocks its writer at once
	closed  atomic.Int64 // connections that ended
	handler http.Handler

	department, elsewhere den.Department
	northbridge, harbour  den.Supplier
	bookwell, slotwise    den.Product
	releases              []den.ID
	people                map[string]den.Person
	link                  string            // of the first share by link
	cookies               map[string]string // of who signed in by cookie
	made                  world
}

// tableRoutes tells the gateway's table what the orchestrator says.
type tableRoutes struct{ *gateway.Table }

func (r tableRoutes) Set(route orchestrator.Route) {
	state := map[den.Phase]gateway.State{
		den.Requested: gateway.Starting, den.Starting: gateway.Starting, den.Live: gateway.Live, den.Paused: gateway.Paused,
	}[route.Phase]
	_ = r.Table.Set(gateway.Route{Label: route.Name, Lease: string(route.Lease), Sandbox: route.Sandbox, Port: route.Port, State: state})
}

// leaves has the gateway let go of whom the orchestrator names.
type leaves struct{ *gateway.Visits }

func (l leaves) Leave(v orchestrator.Visit) {
	l.Revoke(gateway.Right{Person: string(v.Person), Session: string(v.Session), Lease: string(v.Lease)})
}

func secret() string {
	var b [20]byte
	_, _ = rand.Read(b[:])
	return "den_" + hex.EncodeToString(b[:])
}

// newRig is a den with two departments, two suppliers and everybody who has a role.
func newRig(t testing.TB, change ...func(*web.Config)) *rig { return newRigWith(t, false, change...) }

// newRigWith is newRig, with a techmap that anybody may read where that is wanted.
func newRigWith(t testing.TB, openTechmap bool, change ...func(*web.Config)) *rig {
	t.Helper()
	r := newRigOn(t, filepath.Join(t.TempDir(), "den.db"), openTechmap, change...)
	r.settle()
	return r
}

// newRigOn is newRigWith on the data file at path, with nobody in it who was not there.
func newRigOn(t testing.TB, path string, openTechmap bool, change ...func(*web.Config)) *rig {
	t.Helper()
	r := &rig{TB: t, runtime: fake.New(time.Now), people: map[string]den.Person{}, cookies: map[string]string{}}
	config, err := configs.Load("", func(string) string { return "" })
	r.must(err)
	store, err := bolt.Open(path, bolt.Options{Now: time.Now, NoSync: true, Reserve: -1})
	r.must(err)
	witness := &storetest.Witness{Store: store}
	t.Cleanup(func() {
		if unsaid := witness.Unsaid(); len(unsaid) > 0 {
			t.Errorf("changed without an event about it:\n%s", strings.Join(unsaid, "\n"))
		}
	})
	r.store, r.raw = dryStore{witness}, store
	key, err := ledger.OpenKey(t.TempDir(), rand.Reader)
	r.must(err)
	table := gateway.NewTable()
	r.visits = gateway.NewVisits(gateway.VisitRules{Clock: time.Now, Random: rand.Reader})
	var n, names atomic.Int64
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	shelf, err := files.Open(t.TempDir())
	r.must(err)
	r.den = orchestrator.New(orchestrator.Config{
		Store: r.store, Runtime: r.runtime, Images: r.runtime, Now: time.Now, Secret: secret,
		NewID: func(k den.Kind) den.ID { return den.ID(fmt.Sprintf("%s_%012d", k, n.Add(1))) },
		Name:  func() string { return fmt.Sprintf("calm-fox-%d", names.Add(1)) },
		Sizes: config.Sizes, Schemes: config.Schemes, Vocabulary: config.Vocabulary, OpenTechmap: openTechmap, DefaultLength: config.Trials.Length.Span(), LongestLength: config.Trials.Longest.Span(),
		Shown: func() (time.Time, string) { return time.Unix(4e9, 0), "" },
		Forms: forms{}, Pushes: pushed{},
		StartPatience: 10 * time.Minute, Room: 4, Routes: tableRoutes{table}, Visits: leaves{r.visits}, Log: log, Version: "test", Demo: true, Stacks: lines{}, Files: shelf, Evidence: posted{},
		Sign: key.Sign, Key: den.RecordKey{Public: key.Public(), Fingerprint: key.Fingerprint()},
		Narrow: func(person den.ID) { r.visits.Revoke(gateway.Right{Person: string(person)}) },
	})
	r.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { r.handler.ServeHTTP(w, q) }))
	r.server.Config.ConnState = func(conn net.Conn, state http.ConnState) {
		switch {
		case state == http.StateNew && r.narrow.Load():
			_ = conn.(*net.TCPConn).SetWriteBuffer(4 << 10)
		case state == http.StateClosed:
			r.closed.Add(1)
		}
	}
	public := "http://" + r.server.Listener.Addr().String()
	door, err := gateway.New(gateway.Options{
		Routes: table, Visitors: r.visits, Dialer: r.den, Domain: "localhost", Control: public, Clock: time.Now, Log: log,
		Port: public[strings.LastIndex(public, ":")+1:],
	})
	r.must(err)
	zone, err := time.LoadLocation("Europe/London")
	r.must(err)
	settings := web.Config{
		Accounts:    web.NewPasswords(),
		OpenTechmap: openTechmap,
		Den:         r.den, Sessions: web.NewSessions(store.Sessions(), false), Gateway: door, Visits: r.visits, Public: public,
		Zone: zone, Now: time.Now, Log: log, Schemas: map[string][]byte{report.SchemaPath: []byte("{}")},
	}
	for _, one := range change {
		one(&settings)
	}
	programs := api.New(api.Config{Den: r.den, Now: time.Now, Log: log, Open: settings.Register})
	settings.Mount = programs.Mount
	r.den.Open = settings.Register
	r.handler, err = web.New(settings)
	r.must(err)
	r.server.Start()
	ctx, stop := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = r.den.Run(ctx)
	}()
	t.Cleanup(func() {
		programs.Close()
		r.server.CloseClientConnections()
		door.Close()
		r.server.Close()
		stop()
		<-over
		_ = store.Close()
	})
	return r
}

func (r *rig) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// settle adds everybody and everything that a trial needs.
func (r *rig) settle() {
	ctx, system := context.Background(), den.System()
	var err error
	r.department, err = r.den.AddDepartment(ctx, system, den.NewOrganisation{Name: "Department for Local Services"})
	r.must(err)
	r.elsewhere, err = r.den.AddDepartment(ctx, system, den.NewOrganisation{Name: "Department of Elsewhere"})
	r.must(err)
	r.northbridge, err = r.den.AddSupplier(ctx, system, den.NewOrganisation{Name: "Northbridge Software"})
	r.must(err)
	r.harbour, err = r.den.AddSupplier(ctx, system, den.NewOrganisation{Name: "Harbour & Finch"})
	r.must(err)
	r.bookwell = r.offer(r.northbridge, "Bookwell", "Appointments for small offices.")
	r.slotwise = r.offer(r.harbour, "Slotwise", "A calendar of free times that people choose from.")
	for name, roles := range map[string][]den.Membership{
		"official":  {{Role: den.Member, In: r.department.ID}, {Role: den.Approver, In: r.department.ID}},
		"approver":  {{Role: den.Approver, In: r.department.ID}},
		"colleague": {{Role: den.Member, In: r.department.ID}},
		"stranger":  {{Role: den.Member, In: r.elsewhere.ID}},
		"newcomer":  nil,
		"evaluator": nil,
		"idle":      {{Role: den.Evaluator, In: "tri_none"}},
		"engineer":  {{Role: den.SupplierMember, In: r.northbridge.ID}},
		"rival":     {{Role: den.SupplierMember, In: r.harbour.ID}},
		"operator":  {{Role: den.Operator}},
		"auditor":   {{Role: den.Auditor}},
	} {
		who, err := r.den.AddPerson(ctx, system, den.Person{Name: "Person " + name, Memberships: roles, Demo: true})
		r.must(err)
		r.people[name] = who
	}
}

func (r *rig) offer(s den.Supplier, name, summary string) den.Product {
	ctx := context.Background()
	product, err := r.den.AddProduct(ctx, den.System(), den.NewProduct{Supplier: s.ID, Name: name, Summary: summary})
	r.must(err)
	image := strings.ToLower(name) + ":1.0"
	use := sandbox.Use{Memory: 90 << 20, MemoryLimit: 512 << 20, CPU: time.Second, Pids: 7, Disk: 1 << 20}
	if name != "Bookwell" {
		use.LogHeld = time.Second
	}
	r.runtime.AddImage(sandbox.Image{Names: []string{image}, Ports: []int{8080}}, fake.Behaviour{
		Log: name + " listens on port 8080\n<script>alert(1)</script>\n", Use: use,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			if q.URL.Path == "/socket" {
				waits(w, q)
				return
			}
			if q.URL.Path == "/cookies" {
				for _, set := range []string{"own=1", "wide=1; Domain=localhost", "wider=1; domain=.localhost; Path=/", "den_session=planted; Domain=localhost", "den_visit=planted"} {
					w.Header().Add("Set-Cookie", set)
				}
			}
			if q.URL.Path == "/events" {
				w.Header().Set("Content-Type", "text/event-stream")
				_, _ = io.WriteString(w, "data: now\n\n")
				_ = http.NewResponseController(w).Flush()
				<-q.Context().Done()
				return
			}
			_, _ = io.WriteString(w, "This is "+name)
		}),
	})
	asks := den.Ways{Out: []den.Way{{Host: "api.example.org", Port: 443}}, Mail: true}
	release, err := r.den.AddRelease(ctx, den.System(), den.NewRelease{Product: product.ID, Version: "1.0", Image: image, Asks: asks, Notes: hostileNotes, Needs: "A list of rooms as CSV: name, seats."})
	r.must(err)
	_, err = r.den.AddSBOM(ctx, den.System(), den.NewSBOM{Release: release.ID, Name: "bookwell.cdx.json", From: strings.NewReader(hostileParts)})
	r.must(err)
	r.releases = append(r.releases, release.ID)
	return product
}

// waits keeps a WebSocket open until somebody closes it.
func waits(w http.ResponseWriter, q *http.Request) {
	conn, err := websocket.Accept(w, q, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err == nil {
		_, _, _ = conn.Read(q.Context())
	}
}

// trial starts a trial of both products, with the evaluator, and waits until both are
// ready.
func (r *rig) trial() den.TrialView {
	r.Helper()
	ctx, by := context.Background(), r.people["official"].Act()
	t, err := r.den.AddTrial(ctx, by, den.NewTrial{
		Name: "Booking appointments", Question: "Can people book without calling us?", Scheme: den.SchemeRef{ID: "first-look", Version: 1},
		Releases: r.releases, Evaluators: []den.ID{r.people["evaluator"].ID}, Tasks: []string{"Book a room for Tuesday", "Cancel it again"},
		Agreed: map[den.ID]den.Ways{r.releases[0]: {Out: []den.Way{{Host: "api.example.org", Port: 443}}, Mail: true}},
	})
	r.must(err)
	_, err = r.den.StartTrial(ctx, by, t.ID, 0, den.Once{})
	r.must(err)
	_, err = r.den.Declare(ctx, r.people["evaluator"].Act(), t.ID, den.NewDeclaration{Stake: den.NoStake})
	r.must(err)
	return r.until(t.ID, func(t den.TrialView) bool {
		for _, e := range t.Entries {
			if e.Sandbox == nil || e.Sandbox.Phase != den.Live {
				return false
			}
		}
		return true
	})
}

// until waits for a trial to be so.
func (r *rig) until(id den.ID, so func(den.TrialView) bool) den.TrialView {
	r.Helper()
	pokes, stop := r.den.Watch(context.Background(), id)
	defer stop()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	for {
		t, err := r.den.Trial(context.Background(), den.System(), id)
		r.must(err)
		if so(t) {
			return t
		}
		select {
		case <-pokes:
		case <-late.C:
			r.Fatalf("the trial never came so far: %+v", t)
		}
	}
}

// score submits the evaluator's scores for both products.
func (r *rig) score(t den.TrialView, who string) {
	r.Helper()
	_, err := r.den.Declare(context.Background(), r.people[who].Act(), t.ID, den.NewDeclaration{Stake: den.NoStake})
	r.must(err)
	for n, e := range t.Entries {
		scores := map[string]den.Score{}
		for k, c := range t.Scheme.Criteria() {
			if c.ScoredBy == den.ByPeople {
				m := (n + k) % 6
				scores[c.ID] = den.Score{Mark: &m, Reason: "Because of what I saw."}
				if k == 1 {
					scores[c.ID] = den.Score{NotTested: true, Reason: "There was no time."}
				}
			}
		}
		_, err := r.den.SaveAssessment(context.Background(), r.people[who].Act(), den.NewAssessment{Trial: t.ID, Entry: e.ID, Scores: scores, Submit: true, Note: "A note."})
		r.must(err)
	}
}

// end ends a trial and waits for the receipts.
func (r *rig) end(t den.TrialView) den.TrialView {
	r.Helper()
	_, err := r.den.EndTrial(context.Background(), r.people["official"].Act(), t.ID, "We have seen enough.", 0)
	r.must(err)
	return r.until(t.ID, func(t den.TrialView) bool { return t.State == den.TrialFinished })
}

// posted is the evidence of every sandbox: two tries, a used way out and two mails.
type posted struct{}

func (posted) Kept(string) den.Kept {
	at := time.Date(2026, 6, 3, 9, 0, 0, 0, time.UTC)
	return den.Kept{
		Tried: []den.Tried{{Name: "fonts.example.com", Times: 14, First: at, Last: at}},
		Used:  []den.Used{{Way: den.Way{Host: "api.example.org", Port: 443}, Times: 3, Refused: 1, Sent: 12345, Received: 6789000}},
		Mails: []den.Mail{
			{At: at, From: "booking@bookwell.example", To: []string{"ada@example.org"}, Subject: "Your appointment <1>", Text: "Dear Ada,\n\nsee you on <b>Monday</b>.\n", Attached: []string{"appointment.ics"}},
			{At: at.Add(time.Hour), From: "booking@bookwell.example", To: []string{"ada@example.org", "bob@example.org"}, Text: "No subject here."},
		},
		Sent: 3,
	}
}

func (posted) Env(den.Ways, []string) []string { return nil }
