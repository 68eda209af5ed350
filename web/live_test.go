package web_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web"
)

// reader is one open live page.
type reader struct {
	answer *http.Response
	lines  *bufio.Scanner
}

func (v *visitor) follows(path, last string) (*reader, int) {
	v.Helper()
	ctx, stop := context.WithCancel(context.Background())
	v.Cleanup(stop)
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, v.server.URL+path, nil)
	v.must(err)
	q.Header.Set("Accept", "text/event-stream")
	if last != "" {
		q.Header.Set("Last-Event-ID", last)
	}
	answer, err := v.client.Do(q)
	v.must(err)
	v.Cleanup(func() { _ = answer.Body.Close() })
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	return &reader{answer: answer, lines: lines}, answer.StatusCode
}

// next reads one event: its id, its name and its data. Comments have none.
func (r *reader) next() (id, name, data string, ok bool) {
	for r.lines.Scan() {
		key, value, _ := strings.Cut(r.lines.Text(), ": ")
		switch key {
		case "id":
			id = value
		case "event":
			name = value
		case "data", "data:":
			data += value + "\n"
		case "":
			if r.lines.Text() == "" {
				return id, name, data, true
			}
		}
	}
	return id, name, data, false
}

func TestALivePageTellsOfEachChangeAndEnds(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	trial := r.trial()
	path := "/trials/" + string(trial.ID) + "/live"
	v := r.visitor("official")
	live, status := v.follows(path, "")
	if status != http.StatusOK || live.answer.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("a live page: %d %s", status, live.answer.Header.Get("Content-Type"))
	}
	first, _, data, _ := live.next()
	if first == "" || !strings.Contains(data, "Open Bookwell") || strings.Contains(data, "<script>") {
		t.Errorf("the first event: %q %s", first, data)
	}
	lease := trial.Entries[0].Sandbox.ID
	_, err := r.den.End(context.Background(), r.people["official"].Act(), lease, "Enough.", 0)
	r.must(err)
	for !strings.Contains(data, "Removed") {
		var ok bool
		if _, _, data, ok = live.next(); !ok {
			t.Fatal("the live page ended before the sandbox was removed")
		}
	}
	r.end(trial)
	for {
		_, name, _, ok := live.next()
		if name == "done" {
			break
		}
		if !ok {
			t.Fatal("the live page did not say that it is done")
		}
	}
}

func TestALivePageDoesNotRepeatWhatWasSeen(t *testing.T) {
	r := newRig(t)
	trial := r.end(r.trial())
	path := "/trials/" + string(trial.ID) + "/live"
	v := r.visitor("official")
	live, _ := v.follows(path, "")
	seen, _, _, _ := live.next()
	again, _ := v.follows(path, seen)
	if id, name, data, _ := again.next(); id != "" || name == "message" || data != "" {
		t.Errorf("sent again: %q %q %q", id, name, data)
	}
	other, _ := v.follows(path, "0000")
	if id, _, _, _ := other.next(); id != seen {
		t.Errorf("who saw something else got %q, want %q", id, seen)
	}
}

func TestALivePageEndsWithTheSession(t *testing.T) {
	r := newRig(t)
	trial := r.trial()
	v := r.visitor("official")
	live, _ := v.follows("/trials/"+string(trial.ID)+"/live", "")
	live.next()
	home, err := url.Parse(r.server.URL)
	r.must(err)
	same := r.visitor("")
	same.client.Jar.SetCookies(home, v.client.Jar.Cookies(home))
	same.post("/sign-out", url.Values{})
	_, err = r.den.ExtendTrial(context.Background(), r.people["official"].Act(), trial.ID, den.Extension{By: time.Hour, Why: "More."})
	r.must(err)
	for {
		_, name, data, ok := live.next()
		if name == "reload" {
			return
		}
		if !ok || strings.Contains(data, "Open") && name != "" {
			t.Fatalf("the page went on after the sign-out: %q %v", name, ok)
		}
	}
}

func TestOnePersonCannotHoldAllLivePages(t *testing.T) {
	r := newRig(t)
	trial := r.trial()
	path := "/trials/" + string(trial.ID) + "/live"
	v := r.visitor("official")
	var open []*reader
	for range 16 {
		live, status := v.follows(path, "")
		if status != http.StatusOK {
			t.Fatalf("live page %d: %d", len(open)+1, status)
		}
		open = append(open, live)
	}
	if _, status := v.follows(path, ""); status != http.StatusServiceUnavailable {
		t.Errorf("one too many: %d", status)
	}
	if _, status := r.visitor("operator").follows(path, ""); status != http.StatusOK {
		t.Errorf("somebody else: %d", status)
	}
}

// 100 people look at one trial; most of them never read. The others hear of each change
// while all the deaf still hold their writers, for the clock by which they are given up
// stands still for them: nobody is told only after somebody was cut off. Then it runs on,
// and who is deaf is cut off.
func TestSlowReadersDelayNobody(t *testing.T) {
	var ahead atomic.Int64
	r := newRig(t, func(c *web.Config) { c.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) } })
	trial := r.trial()
	ctx, by := context.Background(), r.people["official"].Act()
	const readers, deaf = 30, 70
	path := "/trials/" + string(trial.ID) + "/live"
	visitors := r.crowd((readers + deaf) / 10)
	var listening []*reader
	for n := range readers {
		live, status := visitors[n%len(visitors)].follows(path, "")
		if _, _, _, ok := live.next(); status != http.StatusOK || !ok {
			t.Fatalf("reader %d: %d", n, status)
		}
		listening = append(listening, live)
	}
	ahead.Store(int64(time.Hour))
	r.narrow.Store(true)
	before := r.closed.Load()
	for n := range deaf {
		r.deaf(visitors[n%len(visitors)], path)
	}
	extend := func() string {
		_, err := r.den.ExtendTrial(ctx, by, trial.ID, den.Extension{By: time.Minute, Why: "More."})
		r.must(err)
		want, err := r.den.Trial(ctx, by, trial.ID)
		r.must(err)
		return want.EndsAt.UTC().Format(time.RFC3339)
	}
	late := time.AfterFunc(5*time.Minute, r.server.CloseClientConnections)
	defer late.Stop()
	for round := range 8 { // three of them fill what the kernel holds for who is deaf
		said := extend()
		var all sync.WaitGroup
		for n, live := range listening {
			all.Go(func() {
				for {
					_, _, data, ok := live.next()
					if strings.Count(data, said) >= 2 {
						return
					}
					if !ok {
						t.Errorf("round %d: reader %d was cut off, or waited for five minutes", round, n)
						return
					}
				}
			})
		}
		all.Wait()
		if t.Failed() {
			t.FailNow()
		}
	}
	if n := r.closed.Load() - before; n > 0 {
		t.Errorf("%d were cut off meanwhile", n)
	}
	// These are given up after a quarter of a second, where others have ten.
	ahead.Store(int64(250*time.Millisecond - 10*time.Second))
	before = r.closed.Load()
	for _, one := range visitors {
		r.deaf(one, path)
	}
	given := time.After(3 * time.Minute)
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for r.closed.Load()-before < int64(len(visitors)) {
		select {
		case <-tick.C:
			extend() // what is told fills what the kernel holds for them
		case <-given:
			t.Fatalf("%d of %d deaf readers were cut off", r.closed.Load()-before, len(visitors))
		}
	}
}

// crowd is many members of the department, each with a browser of its own.
func (r *rig) crowd(n int) []*visitor {
	r.Helper()
	var all []*visitor
	for k := range n {
		name := fmt.Sprintf("member %d", k)
		who, err := r.den.AddPerson(context.Background(), den.System(), den.Person{Name: name, Demo: true, Memberships: []den.Membership{{Role: den.Member, In: r.department.ID}}})
		r.must(err)
		r.people[name] = who
		all = append(all, r.visitor(name))
	}
	return all
}

// deaf opens a live page and never reads from it.
func (r *rig) deaf(v *visitor, path string) {
	r.Helper()
	home, err := url.Parse(r.server.URL)
	r.must(err)
	conn, err := net.Dial("tcp", home.Host)
	r.must(err)
	r.Cleanup(func() { _ = conn.Close() })
	r.must(conn.(*net.TCPConn).SetReadBuffer(1 << 10))
	var cookies []string
	for _, c := range v.client.Jar.Cookies(home) {
		cookies = append(cookies, c.Name+"="+c.Value)
	}
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\nCookie: %s\r\n\r\n", path, home.Host, strings.Join(cookies, "; "))
	r.must(err)
}
