//go:build chaos

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"innovationden/web/api/contract"
)

// life is what goes on beside the streams, and what was found wrong.
type life struct {
	t   testing.TB
	m   *many
	all sync.WaitGroup

	mu                                 sync.Mutex
	wrong                              []string
	extended, passed, late, went, deaf taken
}

// taken is how often something was done, and how long it took at most.
type taken struct {
	n, slow int // slow: in more than a second
	most    time.Duration
}

func (l *life) took(which *taken, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	which.n++
	if d > time.Second {
		which.slow++
	}
	which.most = max(which.most, d.Round(time.Millisecond))
}

func (l *life) faulty(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wrong = append(l.wrong, text)
	const most = 100
	if len(l.wrong) <= most {
		l.t.Logf("%s violation: %s", time.Now().Format(time.TimeOnly), text)
	}
}

func (l *life) check(when string, err error) {
	if err != nil {
		l.faulty("%s: %v", when, err)
	}
}

func (l *life) found(wrong []string) {
	for _, one := range wrong {
		l.faulty("%s", one)
	}
}

// Bounds of what must happen. What is due within a second has five, and besides as long
// as the den waited for a processor meanwhile, because the readers and the engine share
// the machine with the den, and perhaps with others.
const (
	promptly  = 5 * time.Second
	toldSoon  = 30 * time.Second
	goneAfter = time.Minute
)

// live begins what goes on until ctx ends.
func (m *many) live(ctx context.Context) {
	l := &m.life
	l.every(ctx, 10*time.Second, func(n int) { l.extend(m.trials[n%len(m.trials)]) })
	guest, err := m.join(m.departments[0])
	must(m.t, err)
	l.every(ctx, 30*time.Second, func(n int) { l.pass(guest, n%2 == 0) })
	l.every(ctx, 45*time.Second, l.goes)
	lazy, err := m.join(m.departments[1%len(m.departments)])
	must(m.t, err)
	l.every(ctx, time.Minute, func(n int) { l.neverRead(ctx, lazy, n) })
}

// every does something again and again until ctx ends, and never twice at once.
func (l *life) every(ctx context.Context, gap time.Duration, do func(n int)) {
	l.all.Go(func() {
		tick := time.NewTicker(gap)
		defer tick.Stop()
		for n := 0; ctx.Err() == nil; n++ {
			do(n)
			select {
			case <-ctx.Done():
			case <-tick.C:
			}
		}
	})
}

// extend lets a trial live longer, which every stream about it must tell.
func (l *life) extend(p place) {
	seconds, why := int64(3600), "We are not done."
	longer, err := l.m.client().ExtendTrialWithResponse(context.Background(), p.trial, nil, contract.Extension{BySeconds: &seconds, Why: &why})
	if err != nil || longer.JSON200 == nil {
		l.check("extending a trial", unanswered("more time", err, longer))
		return
	}
	began := time.Now()
	err = l.m.readers.knows(p.trial, *longer.JSON200.EndsAt, toldSoon)
	l.took(&l.extended, time.Since(began))
	l.check("after an extension", err)
}

// pass takes a trial of one product to its end, by its time or by a word, with streams
// that may end when it does and not before.
func (l *life) pass(guest *follower, byTime bool) {
	length, how := time.Hour, "the product of a trial that somebody ended"
	if byTime {
		length, how = 40*time.Second, "the product of a trial whose time is over"
	}
	p, err := l.m.place(guest.in, length, l.m.releases[0])
	if err != nil {
		l.check("a trial that passes", err)
		return
	}
	box, err := l.m.box(p.trial)
	if err == nil && box.EndsAt == nil {
		err = errors.New("it has no end")
	}
	at, faulty := guest.enter(p.boxes[0])
	if err = errors.Join(err, faulty); err != nil {
		l.check("a trial that passes", err)
		return
	}
	product := guest.follows(ofProduct, p.trial, at+"/events?ms=500")
	mine := []*stream{
		product, guest.follows(ofPage, p.trial, "/trials/"+p.trial+"/live"), guest.follows(ofPage, p.trial, "/sandboxes/"+p.boxes[0]+"/live"),
		guest.follows(ofProgram, p.trial, "/api/v1/trials/"+p.trial+"/progress"), guest.follows(ofProgram, p.trial, "/api/v1/sandboxes/"+p.boxes[0]+"/progress"),
	}
	defer func() { l.m.readers.close(mine) }()
	ends := *box.EndsAt
	if byTime {
		for _, s := range mine {
			s.excuse(ends.Add(-time.Second))
		}
	}
	l.check("streams of a trial that passes", l.m.readers.opens(mine, toldSoon))
	if !byTime {
		<-time.After(5 * time.Second)
		ends = time.Now()
		for _, s := range mine {
			s.excuse(ends)
		}
		ended, err := l.m.client().EndTrialWithResponse(context.Background(), p.trial, nil, contract.Reason{})
		if err != nil || ended.JSON202 == nil {
			l.check("ending a trial", unanswered("an end", err, ended))
			return
		}
	}
	<-time.After(time.Until(ends))
	l.closes(how, []*stream{product}, ends, &l.late)
	l.check("a trial that is over", l.m.gone(p.trial, time.Until(ends)+goneAfter))
	l.took(&l.passed, time.Since(ends))
	_, err = areOver(mine, toldSoon)
	l.check("streams of a trial that is over", err)
}

// closes waits until streams that are due to end now have ended.
func (l *life) closes(what string, these []*stream, due time.Time, which *taken) {
	before, err := l.m.waited()
	l.check(what, err)
	last, err := areOver(these, toldSoon)
	l.check(what, err)
	if err != nil {
		return
	}
	after, err := l.m.waited()
	l.check(what, err)
	took, waited := max(0, last.Sub(due)), after-before
	l.took(which, took)
	if took > time.Second {
		l.t.Logf("%s %s: closed after %s; meanwhile the den's threads waited %s for a processor", time.Now().Format(time.TimeOnly), what, took.Round(time.Millisecond), waited.Round(time.Millisecond))
	}
	if took > promptly+waited {
		l.faulty("%s: streams were closed after %s", what, took)
	}
}

// waited is how long the threads of the den have waited for a processor, in all.
func (s *served) waited() (sum time.Duration, err error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", s.process.Process.Pid))
	for _, name := range threads {
		text, faulty := os.ReadFile(name)
		if faulty != nil {
			continue // the thread has ended
		}
		var ran, waited int64
		if _, faulty := fmt.Sscan(string(text), &ran, &waited); faulty != nil {
			err = errors.Join(err, faulty)
		}
		sum += time.Duration(waited)
	}
	return sum, err
}

// goes has somebody come, follow as much as everybody, and lose what they follow it by.
func (l *life) goes(n int) {
	in := l.m.departments[n%len(l.m.departments)]
	one, err := l.m.join(in)
	if err != nil {
		l.check("joining", err)
		return
	}
	places := l.m.of[in]
	mine, err := one.everything(n, places)
	if err != nil {
		l.check("opening products", err)
		return
	}
	defer func() { l.m.readers.close(mine) }()
	l.check("streams of somebody who goes", l.m.readers.opens(mine, toldSoon))
	<-time.After(2 * time.Second)
	began := time.Now()
	for _, s := range mine {
		s.excuse(began)
	}
	how, err := l.loses(one, n)
	answered := time.Now()
	if err != nil {
		l.check(how, err)
		return
	}
	l.closes("after somebody "+how, mine, answered, &l.went)
	for _, address := range []string{"/trials/" + places[0].trial, "/api/v1/trials/" + places[0].trial, places[0].boxes[0]} {
		if !strings.HasPrefix(address, "/") {
			address = "/open/" + address
		}
		text, err := one.page(address)
		if err == nil && !strings.Contains(text, "sign-in") {
			l.faulty("somebody who %s still gets %s", how, address)
		}
	}
}

// loses takes somebody's role away, or their session, or all that they are.
func (l *life) loses(one *follower, n int) (how string, err error) {
	ctx, client := context.Background(), l.m.client()
	switch n % 3 {
	case 0:
		out, err := client.RemoveMemberWithResponse(ctx, one.in, one.id)
		if err != nil || out.JSON200 == nil {
			return "losing a role", unanswered("taking a role", err, out)
		}
		return "lost their role", nil
	case 1:
		_, err := one.post("/sign-out", url.Values{})
		return "signed out", err
	}
	left, err := client.SetLeftWithResponse(ctx, one.id, contract.Leaving{Left: true})
	if err != nil || left.JSON200 == nil {
		return "leaving", unanswered("a leaving", err, left)
	}
	return "left", nil
}

// neverRead opens streams and reads nothing of them. One of them is a product that says
// endlessly much: it must be cut off.
func (l *life) neverRead(ctx context.Context, lazy *follower, n int) {
	places := l.m.of[lazy.in]
	p := places[n%len(places)]
	box := p.boxes[n%len(p.boxes)]
	at, err := lazy.enter(box)
	if err != nil {
		l.check("opening a product", err)
		return
	}
	var quiet []net.Conn
	for _, path := range []string{"/trials/" + p.trial + "/live", "/sandboxes/" + box + "/live", "/api/v1/trials/" + p.trial + "/progress"} {
		conn, err := lazy.deaf("http://"+l.m.listen, path)
		l.check("a reader who never reads", err)
		quiet = append(quiet, conn)
	}
	flood, err := lazy.deaf(at, "/events?ms=0&bytes=30000")
	l.check("a reader who never reads", err)
	defer func() {
		for _, conn := range append(quiet, flood) {
			if conn != nil {
				_ = conn.Close()
			}
		}
	}()
	const bound = 60*time.Second + 2*promptly // the gateway's, and what it takes to fill what is between
	select {
	case <-ctx.Done():
		return
	case <-time.After(bound):
	}
	// What lies between is read now; a product that was not cut off would go on for ever.
	const between = 64 << 20
	_ = flood.SetReadDeadline(time.Now().Add(toldSoon))
	read, err := io.CopyN(io.Discard, flood, between)
	var slow net.Error
	if err == nil || errors.As(err, &slow) && slow.Timeout() {
		l.faulty("a reader who never read was not cut off in %s: %d bytes more, %v", bound, read, err)
	}
	l.took(&l.deaf, 0)
}

// deaf asks for a stream and never reads from it.
func (f *follower) deaf(at, path string) (net.Conn, error) {
	conn, err := net.Dial("tcp", f.s.listen)
	if err != nil {
		return nil, err
	}
	home, err := url.Parse(at)
	if err != nil {
		return nil, err
	}
	q := http.Request{Header: http.Header{}}
	for _, c := range f.jar.Cookies(home) {
		q.AddCookie(c)
	}
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\nCookie: %s\r\n\r\n", path, home.Host, q.Header.Get("Cookie"))
	return conn, err
}
