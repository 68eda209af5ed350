package api_test

import (
	"context"
	crand "crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/configs"
	"innovationden/orchestrator"
	"innovationden/orchestrator/bolt"
	"innovationden/orchestrator/den"
	"innovationden/orchestrator/files"
	"innovationden/orchestrator/ledger"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
	"innovationden/web/actor"
	"innovationden/web/api"
)

// public is by what address people reach the den of these tests.
const public = "https://den.example.org"

// The people of the tests, by what they send as their token.
const (
	operator  = "operator"
	auditor   = "auditor"
	member    = "member"    // of the department that runs the trials
	approver  = "approver"  // of the same
	colleague = "colleague" // a second member of the same
	outsider  = "outsider"  // member of another department
	seller    = "seller"    // of the first supplier
	rival     = "rival"     // of the second supplier
	evaluator = "evaluator" // asked to assess, without a role of its own
	stranger  = "stranger"  // known, without any role
	nobody    = ""
)

var everybody = []string{operator, auditor, member, approver, colleague, outsider, seller, rival, evaluator, stranger}

// world is a real den on a real file and a scripted engine, behind the API.
type world struct {
	t       testing.TB
	engine  *fake.Runtime
	db      *bolt.DB
	o       *orchestrator.Orchestrator
	api     *api.API
	handler http.Handler
	check   *checker
	ids     atomic.Int64

	people            map[string]den.Person
	department, other den.Department
	suppliers         [2]den.Supplier
	products          [2]den.Product
	releases          [2]den.Release
	images            [2]string
	published         []string // trials, by the fuzzer
}

const (
	oneImage = "registry.example/one:1"
	twoImage = "registry.example/two:1"
)

func newWorld(t testing.TB, change ...func(*api.Config)) *world {
	t.Helper()
	w := &world{t: t, engine: fake.New(time.Now), people: map[string]den.Person{}}
	db, err := bolt.Open(filepath.Join(t.TempDir(), "den.db"), bolt.Options{Now: time.Now, NoSync: true, Reserve: -1})
	w.must(err)
	t.Cleanup(func() { _ = db.Close() })
	settings, err := configs.Load("", func(string) string { return "" })
	w.must(err)
	w.db = db
	key, err := ledger.OpenKey(t.TempDir(), crand.Reader)
	w.must(err)
	shelf, err := files.Open(t.TempDir())
	w.must(err)
	w.o = orchestrator.New(orchestrator.Config{
		Store: db, Runtime: w.engine, Images: w.engine, Now: time.Now, NewID: w.id,
		Secret: func() string { return fmt.Sprintf("secret-%d", w.ids.Add(1)) },
		Name:   func() string { return fmt.Sprintf("quiet-otter-%08d", w.ids.Add(1)) },
		Sizes:  settings.Sizes, Schemes: settings.Schemes, Vocabulary: settings.Vocabulary,
		DefaultLength: settings.Trials.Length.Span(), LongestLength: settings.Trials.Longest.Span(), Version: "test", Room: 500, Stacks: oneService{}, Forms: forms{}, Demo: true, Files: shelf, Backups: copies{},
		Sign: key.Sign, Key: den.RecordKey{Public: key.Public(), Fingerprint: key.Fingerprint()},
	})
	w.engine.SetHost(sandbox.Host{Engine: "Scripted engine 1.0", OS: "linux", CPUs: 2, Memory: 1 << 40, DiskFree: 1 << 40, DiskQuota: true, Namespaces: true})
	w.furnish()
	config := api.Config{Den: w.o, Now: time.Now, Public: public, Log: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(&config)
	}
	w.api = api.New(config)
	w.mount()
	return w
}

// mount puts the API behind a door that takes a nickname for a token.
func (w *world) mount() {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.ContextWithFallback = true
	engine.RedirectTrailingSlash = false
	w.check = newChecker(w.t, w.api)
	engine.Use(w.check.watch, func(c *gin.Context) {
		var nick string
		if _, err := fmt.Sscanf(c.GetHeader("Authorization"), "Bearer %s", &nick); err != nil {
			return
		}
		if p, ok := w.people[nick]; ok {
			now, err := w.o.Person(c.Request.Context(), p.ID)
			if err == nil {
				c.Request = c.Request.WithContext(actor.With(c.Request.Context(), now.Act()))
			}
		}
	})
	w.api.Mount(engine)
	w.handler = engine
}

func (w *world) id(k den.Kind) den.ID { return den.ID(fmt.Sprintf("%s_%012d", k, w.ids.Add(1))) }

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) furnish() {
	ctx, root := context.Background(), den.System()
	var err error
	w.department, err = w.o.AddDepartment(ctx, root, den.NewOrganisation{Name: "Department for Local Services"})
	w.must(err)
	w.other, err = w.o.AddDepartment(ctx, root, den.NewOrganisation{Name: "Department of Elsewhere"})
	w.must(err)
	for i, name := range []string{"Northbridge Software", "Harbour & Finch"} {
		w.suppliers[i], err = w.o.AddSupplier(ctx, root, den.NewOrganisation{Name: name})
		w.must(err)
		w.products[i], err = w.o.AddProduct(ctx, root, den.NewProduct{Supplier: w.suppliers[i].ID, Name: "Product of " + name})
		w.must(err)
		image := []string{oneImage, twoImage}[i]
		w.images[i] = w.engine.AddImage(sandbox.Image{Names: []string{image}, Ports: []int{8080}, Size: 5 << 20},
			fake.Behaviour{Log: "ready <script>alert(1)</script>\n", Use: sandbox.Use{Memory: 1 << 20, Pids: 3}})
		w.releases[i], err = w.o.AddRelease(ctx, root, den.NewRelease{Product: w.products[i].ID, Version: "1.0", Image: image})
		w.must(err)
	}
	here, there := w.department.ID, w.other.ID
	for nick, roles := range map[string][]den.Membership{
		operator: {{Role: den.Operator}}, auditor: {{Role: den.Auditor}},
		member: {{Role: den.Member, In: here}}, approver: {{Role: den.Approver, In: here}}, colleague: {{Role: den.Member, In: here}},
		outsider: {{Role: den.Member, In: there}},
		seller:   {{Role: den.SupplierMember, In: w.suppliers[0].ID}}, rival: {{Role: den.SupplierMember, In: w.suppliers[1].ID}},
		evaluator: nil, stranger: nil,
	} {
		w.person(nick, roles...)
	}
}

func (w *world) person(nick string, roles ...den.Membership) {
	w.t.Helper()
	p, err := w.o.AddPerson(context.Background(), den.System(), den.Person{Name: nick, Memberships: roles, Demo: true})
	w.must(err)
	w.people[nick] = p
}

func (w *world) act(nick string) den.Actor { return w.people[nick].Act() }

// run drives the den until the test ends.
func (w *world) run() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.o.Run(ctx) }()
	w.t.Cleanup(sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Errorf("run: %v", err)
		}
	}))
}

// draft sets up a complete trial of the first n releases, for the evaluator to assess.
func (w *world) draft(n int) den.TrialView {
	w.t.Helper()
	in := den.NewTrial{Question: "Which one is easier?", Evaluators: []den.ID{w.people[evaluator].ID}}
	for _, r := range w.releases[:n] {
		in.Releases = append(in.Releases, r.ID)
	}
	t, err := w.o.AddTrial(context.Background(), w.act(member), in)
	w.must(err)
	return t
}

// started starts a trial of the first n releases and waits until they are live.
func (w *world) started(n int) den.TrialView {
	w.t.Helper()
	t, err := w.o.StartTrial(context.Background(), w.act(member), w.draft(n).ID, 0, den.Once{})
	w.must(err)
	for _, e := range t.Entries {
		w.await(e.Lease, den.Live)
	}
	t, err = w.o.Trial(context.Background(), w.act(member), t.ID)
	w.must(err)
	return t
}

// await waits until a lease is in a phase.
func (w *world) await(id den.ID, phase den.Phase) den.SandboxView {
	w.t.Helper()
	pokes, stop := w.o.Watch(context.Background(), id)
	defer stop()
	patience := time.NewTimer(30 * time.Second)
	defer patience.Stop()
	for {
		s, err := w.o.Sandbox(context.Background(), den.System(), id)
		w.must(err)
		if s.Phase == phase {
			return s
		}
		select {
		case <-pokes:
		case <-patience.C:
			w.t.Fatalf("%s is %s (%s), not %s", id, s.Phase, s.Say, phase)
		}
	}
}

// serve puts the API on a real socket.
func (w *world) serve() *httptest.Server {
	s := httptest.NewUnstartedServer(w.handler)
	s.Config.RegisterOnShutdown(w.api.Close)
	s.Start()
	w.t.Cleanup(func() { w.api.Close(); s.Close() })
	return s
}

// copies are the backups of a den that keeps nothing.
type copies struct{}

func (copies) Write(_ context.Context, to io.Writer) error {
	_, err := io.WriteString(to, "a backup")
	return err
}

func (copies) Keep(context.Context) (den.Backup, error) {
	return den.Backup{At: time.Now(), Where: "a folder", Bytes: 8}, nil
}
func (copies) Last() den.Backup     { return den.Backup{} }
func (copies) Every() time.Duration { return 0 }
