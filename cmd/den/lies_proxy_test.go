package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// lie is one engine call of a den that is answered with a lie, or not at all. It is told
// once: at the nth call of the name.
type lie struct {
	call string // such as "POST /containers/create"
	nth  int
	way  string
	life string // in which it is told
}

func (l lie) String() string { return fmt.Sprintf("%s@%s@%d@%s", l.way, l.call, l.nth, l.life) }

// lieWays are the ways of answering a call wrongly. A number is a status with a message.
var lieWays = []string{
	"400", "404", "409", "500", "503", // refused, and nothing done
	"done",    // said to be done, and nothing done; or a list of nothing
	"lost",    // done, and closed without an answer
	"closed",  // closed, and nothing done
	"cut",     // done, and closed in the middle of the answer
	"empty",   // done, and answered with an empty object
	"garbage", // done, and answered with no JSON at all
	"slow",    // done, after two seconds
	"hang",    // never answered, and nothing done
	"stall",   // done, and the answer stops in the middle
}

// liar tells a lie, and notes every call that it hears.
type liar struct {
	mu    sync.Mutex
	lie   lie
	heard []lie // every call, its nth
	count map[string]int
	told  atomic.Bool

	always func(call string, r *http.Request) bool // lies that are told each time; nil: none
}

// tells arms the proxy with a lie; the zero lie only listens.
func (b *between) tells(l lie) *liar {
	one := &liar{lie: l, count: map[string]int{}}
	b.liar.Store(one)
	return one
}

// calls are those that were heard, in order, without those that go on and on.
func (l *liar) calls() []lie {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]lie{}, l.heard...)
}

var callVersion, callName = regexp.MustCompile(`^/v[0-9.]+`), regexp.MustCompile(`^/(containers|networks|volumes|images)/([^/]+/[^/]*:[^/]*|[^/]{13,})`)

// callOf names what is asked of the engine, whichever object it is about.
func callOf(r *http.Request) string {
	path := callVersion.ReplaceAllString(r.URL.Path, "")
	return r.Method + " " + callName.ReplaceAllString(path, "/$1/X")
}

// answer lies where it is time to, and says whether it did.
func (l *liar) answer(w http.ResponseWriter, r *http.Request, engine http.Handler) bool {
	call := callOf(r)
	l.mu.Lock()
	l.count[call]++
	one := lie{call: call, nth: l.count[call], way: l.lie.way, life: l.lie.life}
	l.heard = append(l.heard, one)
	l.mu.Unlock()
	if l.always != nil && l.always(call, r) {
		one.way = "done"
	} else if one != l.lie {
		return false
	}
	l.told.Store(true)
	one.tell(w, r, engine)
	return true
}

func (l lie) tell(w http.ResponseWriter, r *http.Request, engine http.Handler) {
	if status, err := strconv.Atoi(l.way); err == nil {
		send(w, status, `{"message":"the engine had a bad moment"}`)
		return
	}
	if l.way == "slow" {
		<-time.After(2 * time.Second)
	}
	kept := httptest.NewRecorder()
	if l.endless() {
		engine = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	}
	switch l.way {
	case "done":
		sayDone(w, r)
		return
	case "hang":
		<-r.Context().Done()
		return
	case "closed":
	default: // the engine does it, though nobody waits
		engine.ServeHTTP(kept, r.WithContext(context.WithoutCancel(r.Context())))
	}
	switch l.way {
	case "slow": // and nothing else is wrong with it
		maps.Copy(w.Header(), kept.Header())
		w.WriteHeader(kept.Code)
		_, _ = w.Write(kept.Body.Bytes())
	case "empty":
		send(w, kept.Code, "{}")
	case "garbage":
		send(w, kept.Code, "<html>502 Bad Gateway</html>")
	case "cut", "stall":
		body := kept.Body.Bytes()
		if len(body) == 0 && !l.endless() {
			l.breakOff(w)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)+1)) // one more than there is
		w.WriteHeader(max(kept.Code, http.StatusOK))
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		if l.way == "stall" {
			<-r.Context().Done()
		}
		panic(http.ErrAbortHandler)
	default:
		panic(http.ErrAbortHandler)
	}
}

// endless says that the engine's answer to a call does not end, so that nobody can wait for
// it: then the lie is an answer of nothing.
func (l lie) endless() bool {
	return strings.HasSuffix(l.call, "/events") || strings.HasSuffix(l.call, "/attach")
}

// breakOff stops in the middle of the first line of an answer that has no body: after the
// whole of its head it would be complete, and the lie would meet the next call.
func (l lie) breakOff(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, "HTTP/1.1 204 No Con")
	if l.way == "stall" {
		_, _ = io.Copy(io.Discard, conn) // until nobody waits any more
	}
	panic(http.ErrAbortHandler)
}

func send(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if status != http.StatusNoContent && status != http.StatusNotModified {
		_, _ = w.Write([]byte(body))
	}
}

// sayDone answers as if it were done.
func sayDone(w http.ResponseWriter, r *http.Request) {
	switch call := callOf(r); {
	case call == "GET /volumes":
		send(w, http.StatusOK, `{"Volumes":[]}`)
	case call == "GET /containers/json" || call == "GET /networks" || call == "GET /images/json":
		send(w, http.StatusOK, `[]`)
	case r.Method == http.MethodGet:
		send(w, http.StatusOK, `{}`)
	case strings.HasSuffix(call, "/create"):
		send(w, http.StatusCreated, `{"Id":"`+strings.Repeat("0", 64)+`","Warnings":[]}`)
	case strings.HasSuffix(call, "/wait"):
		send(w, http.StatusOK, `{"StatusCode":0}`)
	default:
		send(w, http.StatusNoContent, "")
	}
}
