package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/web/api"
	"innovationden/web/api/contract"
)

// follow opens a stream of somebody.
func follow(w *world, url, who, path, last string) (<-chan event, func()) {
	w.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+api.Base+path, nil)
	w.must(err)
	r.Header.Set("Authorization", "Bearer "+who)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	resp, err := http.DefaultClient.Do(r)
	return listen(w.t, resp, err), stop
}

func (w *world) extend(t den.ID) den.TrialView {
	w.t.Helper()
	v, err := w.o.ExtendTrial(context.Background(), w.act(member), t, den.Extension{By: time.Second})
	w.must(err)
	return v
}

func trialOf(t *testing.T, e event) contract.Trial {
	t.Helper()
	var v contract.Trial
	if err := json.Unmarshal([]byte(e.data), &v); err != nil {
		t.Fatalf("%v: %+v", err, e)
	}
	return v
}

func TestAStreamSaysTheStateThenEveryChange(t *testing.T) {
	w := newWorld(t)
	w.run()
	v := w.started(1)
	url, path := w.serve().URL, "/trials/"+string(v.ID)+"/progress"
	events, stop := follow(w, url, member, path, "")
	defer stop()
	first, _ := next(t, events)
	if got := trialOf(t, first); got.Id != string(v.ID) || first.id == "" || first.name != "trial" {
		t.Errorf("it begins with %+v", first)
	}
	longer := w.extend(v.ID)
	second, _ := next(t, events)
	if got := trialOf(t, second); got.Revision != longer.Rev || second.id == first.id {
		t.Errorf("the change is told as %+v", second)
	}

	// Who has seen this state is not told it again, who has seen another is.
	seen, stopSeen := follow(w, url, member, path, second.id)
	defer stopSeen()
	missed, stopMissed := follow(w, url, member, path, first.id)
	defer stopMissed()
	if e, _ := next(t, missed); e.id != second.id {
		t.Errorf("who missed it is told %+v", e)
	}
	w.extend(v.ID)
	if e, _ := next(t, seen); e.id == second.id || trialOf(t, e).Revision <= longer.Rev {
		t.Errorf("who has seen it is told %+v", e)
	}
}

func TestAStreamOfWhatIsOverSaysItAndEnds(t *testing.T) {
	w := newWorld(t)
	v := w.draft(1)
	_, err := w.o.CancelTrial(context.Background(), w.act(member), v.ID, "", 0)
	w.must(err)
	events, stop := follow(w, w.serve().URL, member, "/trials/"+string(v.ID)+"/progress", "")
	defer stop()
	if e, open := next(t, events); !open || trialOf(t, e).State != contract.Cancelled {
		t.Errorf("it says %+v", e)
	}
	if e, open := next(t, events); open {
		t.Errorf("it goes on with %+v", e)
	}
}

func TestAStreamShowsThatItLivesAndEndsAfterItsTime(t *testing.T) {
	w := newWorld(t, func(c *api.Config) { c.Pace = api.Pace{Beat: 10 * time.Millisecond, Lasts: 200 * time.Millisecond} })
	v := w.draft(1)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.serve().URL+api.Base+"/trials/"+string(v.ID)+"/progress", nil)
	w.must(err)
	r.Header.Set("Authorization", "Bearer "+member)
	resp, err := http.DefaultClient.Do(r)
	w.must(err)
	defer func() { _ = resp.Body.Close() }()
	beats := 0
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), ": still here") {
			beats++
		}
	}
	if lines.Err() != nil || beats < 3 {
		t.Errorf("%d beats, then %v", beats, lines.Err())
	}
}

// A deadline of HTTP/2 is a timer of the stream: one that is left set ends it while it
// waits for the next event.
func TestAStreamByHTTP2LivesBetweenItsEvents(t *testing.T) {
	w := newWorld(t, func(c *api.Config) {
		c.Pace = api.Pace{Beat: 300 * time.Millisecond, Bound: 100 * time.Millisecond, Lasts: time.Second}
	})
	s := httptest.NewUnstartedServer(w.handler)
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(func() { w.api.Close(); s.Close() })
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+api.Base+"/trials/"+string(w.draft(1).ID)+"/progress", nil)
	w.must(err)
	r.Header.Set("Authorization", "Bearer "+member)
	resp, err := s.Client().Do(r)
	w.must(err)
	defer func() { _ = resp.Body.Close() }()
	all, err := io.ReadAll(resp.Body)
	if beats := strings.Count(string(all), ": still here"); resp.ProtoMajor != 2 || err != nil || beats < 2 {
		t.Errorf("by %s: %d beats, then %v", resp.Proto, beats, err)
	}
}

func TestNobodyCanHoldEveryStream(t *testing.T) {
	w := newWorld(t, func(c *api.Config) { c.MaxStreams = 2 })
	path := "/trials/" + string(w.draft(1).ID) + "/progress"
	url := w.serve().URL
	first, leave := follow(w, url, member, path, "")
	next(t, first)
	second, stop := follow(w, url, member, path, "")
	defer stop()
	next(t, second)
	w.get(member, path).says(503, "You follow too many things at once. Close some of them, then try again.")
	other, stopOther := follow(w, url, colleague, path, "")
	defer stopOther()
	next(t, other)
	leave()
	eventually(t, "a place is free again", func() bool {
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+api.Base+path, nil)
		w.must(err)
		r.Header.Set("Authorization", "Bearer "+member)
		resp, err := http.DefaultClient.Do(r)
		w.must(err)
		defer func() { _ = resp.Body.Close() }()
		return resp.StatusCode == http.StatusOK
	})
}

func TestWhoLosesTheRightIsToldNothingMore(t *testing.T) {
	for name, change := range map[string]func(*den.Person){
		"another department": func(p *den.Person) { p.Memberships = nil },
		"left":               func(p *den.Person) { p.Left = true },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.run()
			v := w.started(1)
			events, stop := follow(w, w.serve().URL, colleague, "/sandboxes/"+string(v.Entries[0].Lease)+"/progress", "")
			defer stop()
			next(t, events)
			w.change(colleague, change)
			w.extend(v.ID)
			if e, _ := next(t, events); e.name != "gone" || e.data != "{}" {
				t.Errorf("it says %+v", e)
			}
			if e, open := next(t, events); open {
				t.Errorf("it goes on with %+v", e)
			}
		})
	}
}

// followsLog has somebody follow the log of a product that runs, looked at often, from
// its first event on.
func followsLog(t *testing.T, who string) (*world, den.TrialView, <-chan event) {
	t.Helper()
	w := newWorld(t, func(c *api.Config) { c.Pace = api.Pace{Look: 10 * time.Millisecond} })
	w.run()
	v := w.started(1)
	events, stop := follow(w, w.serve().URL, who, "/sandboxes/"+string(v.Entries[0].Lease)+"/log/progress", "")
	t.Cleanup(stop)
	if e, _ := next(t, events); e.name != "log" {
		t.Fatalf("it begins with %+v", e)
	}
	return w, v, events
}

// An engine that is silent for a while ends no stream, and the log goes on when it is
// back.
func TestAnEngineThatIsSilentEndsNoStream(t *testing.T) {
	w, v, events := followsLog(t, member)
	const looks = 10
	w.engine.EngineDown(true)
	asked := w.engine.Count("logs")
	eventually(t, "the engine was asked while it is silent", func() bool { return w.engine.Count("logs") >= asked+looks })
	w.engine.EngineDown(false)
	asked = w.engine.Count("logs")
	eventually(t, "the engine is asked when it is back", func() bool { return w.engine.Count("logs") > asked })
	_, err := w.o.End(context.Background(), w.act(member), v.Entries[0].Lease, "Enough.", 0)
	w.must(err)
	for open := true; open; {
		var e event
		if e, open = next(t, events); e.name == "gone" {
			t.Errorf("it says %+v", e)
		}
	}
}

// Whoever loses their role while the engine keeps a look at the log waiting is told
// nothing more, before it answers.
func TestALogThatWaitsForTheEngineEndsWithTheRight(t *testing.T) {
	w, v, events := followsLog(t, colleague)
	waits, answers := make(chan struct{}), make(chan struct{})
	once := sync.OnceFunc(func() { close(waits) })
	let := sync.OnceFunc(func() { close(answers) })
	t.Cleanup(let)
	w.engine.Before(func(at string, _ sandbox.ID) {
		if at == "logs" {
			once()
			<-answers
		}
	})
	<-waits
	w.change(colleague, func(p *den.Person) { p.Memberships = nil })
	w.extend(v.ID)
	if e, _ := next(t, events); e.name != "gone" {
		t.Errorf("it says %+v", e)
	}
	if e, open := next(t, events); open {
		t.Errorf("it goes on with %+v", e)
	}
}

func TestAServerThatStopsEndsItsStreams(t *testing.T) {
	w := newWorld(t)
	server := w.serve()
	events, stop := follow(w, server.URL, member, "/trials/"+string(w.draft(1).ID)+"/progress", "")
	defer stop()
	next(t, events)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := server.Config.Shutdown(ctx); err != nil {
		t.Errorf("the server did not stop: %v", err)
	}
	if e, open := next(t, events); open {
		t.Errorf("it goes on with %+v", e)
	}
}

// eventually asks again and again, for a while, whether something is so.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	patience := time.NewTimer(20 * time.Second)
	defer patience.Stop()
	for !is() {
		select {
		case <-again.C:
		case <-patience.C:
			t.Fatalf("not so: %s", what)
		}
	}
}
