package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// kind is what a stream of server-sent events promises.
type kind struct {
	what     string
	lasts    time.Duration // then it ends, and its reader comes back; 0: it stays
	numbered bool          // its events are 1, 2, 3…
}

var (
	ofPage    = kind{what: "page", lasts: 10 * time.Minute}
	ofProgram = kind{what: "program", lasts: 10 * time.Minute}
	ofProduct = kind{what: "product", numbered: true}
)

// hush is how long nothing may come: a comment or an event is due every fifteen seconds
// at most, and the machine may be busy.
const hush = 45 * time.Second

// stream is one open stream with the reader that holds it to its promise, as an
// EventSource would read it.
type stream struct {
	kind
	name  string
	trial string // what it is about
	open  func(ctx context.Context, last string) (*http.Response, error)
	leave context.CancelFunc
	over  chan struct{} // closed when it has ended for good

	mu      sync.Mutex
	last    string        // the newest id
	stamp   time.Time     // the latest moment that an event named, which never goes back
	opened  time.Time     // when it was opened the last time
	heard   time.Time     // when anything came
	longest time.Duration // that nothing came
	count   int           // events
	returns int
	excused time.Time // it may end from then on
	ended   time.Time
	word    string // its last one: done, gone or reload
	wrong   []string
}

// faulty notes what is wrong. The caller holds the lock.
func (s *stream) faulty(format string, args ...any) {
	s.wrong = append(s.wrong, fmt.Sprintf("%s %s: ", s.what, s.name)+fmt.Sprintf(format, args...))
}

// excuse allows the stream to end from then on.
func (s *stream) excuse(from time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.excused = from
}

// run reads until the stream has ended for good.
func (s *stream) run(ctx context.Context) {
	defer close(s.over)
	for {
		word, err := s.read(ctx)
		if !s.comesBack(ctx, word, err) {
			return
		}
	}
}

// read opens the stream once and reads it to its end.
func (s *stream) read(ctx context.Context) (word string, err error) {
	s.mu.Lock()
	last := s.last
	s.mu.Unlock()
	answer, err := s.open(ctx, last)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("it is answered with status %d", answer.StatusCode)
	}
	s.mu.Lock()
	s.opened = time.Now()
	s.heard = s.opened
	s.mu.Unlock()
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(make([]byte, 0, 4<<10), 4<<20)
	var e event
	for first := true; lines.Scan(); {
		s.sound(time.Now())
		field, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			e.data += value + "\n"
		case "":
			if lines.Text() != "" || e == (event{}) {
				continue
			}
			if e.name == "done" || e.name == "gone" || e.name == "reload" {
				word = e.name
			} else {
				s.take(e, first && last != "")
			}
			e, first = event{}, false
		}
	}
	return word, lines.Err()
}

// sound notes that something came, or, at the time of asking, that nothing did.
func (s *stream) sound(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.silence(now)
	s.heard = now
}

func (s *stream) silence(now time.Time) {
	if s.heard.IsZero() {
		return
	}
	silent := now.Sub(s.heard)
	if silent > hush && s.longest <= hush {
		s.faulty("nothing came for %s", silent.Round(time.Second))
	}
	s.longest = max(s.longest, silent)
}

var stamps = regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)

// take holds an event to the ones before it.
func (s *stream) take(e event, back bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	if s.numbered {
		if want := strconv.Itoa(s.count); e.id != want {
			s.faulty("event %s came where %s was due", e.id, want)
			s.count, _ = strconv.Atoi(e.id)
		}
		return
	}
	switch {
	case e.id == "":
		s.faulty("an event without an id: %.200q", e)
	case back && e.id == s.last:
		s.faulty("it was told again what it had seen")
	}
	s.last = e.id
	if e.name == "log" {
		return
	}
	var latest time.Time
	for _, text := range stamps.FindAllString(e.data, -1) {
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil && at.After(latest) {
			latest = at
		}
	}
	latest = latest.Truncate(time.Second)
	if latest.Before(s.stamp) && s.excused.IsZero() {
		s.faulty("it went back from %s to %s", s.stamp, latest)
	}
	s.stamp = latest
}

// comesBack decides what the end of a stream means, and notes an end without a reason.
func (s *stream) comesBack(ctx context.Context, word string, err error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	const early = 2 * time.Second // a timer of ours may begin before theirs
	switch {
	case ctx.Err() != nil: // the reader left
	case !s.excused.IsZero() && !now.Before(s.excused):
	case word == "" && err == nil && s.lasts > 0 && now.Sub(s.opened) >= s.lasts-early:
		s.returns++
		return true
	case s.opened.IsZero():
		s.faulty("it could not be opened: %v", err)
	default:
		s.faulty("it was dropped %s after it was opened, with the word %q: %v", now.Sub(s.opened).Round(time.Millisecond), word, err)
	}
	s.ended, s.word = now, word
	return false
}

// readers are all streams of a test.
type readers struct {
	mu   sync.Mutex
	all  []*stream
	kept struct{ streams, events, returns int } // of those that were let go
	told map[string]bool
}

// add opens a stream and reads it.
func (r *readers) add(s *stream) *stream {
	ctx, leave := context.WithCancel(context.Background())
	s.leave, s.over = leave, make(chan struct{})
	r.mu.Lock()
	r.all = append(r.all, s)
	r.mu.Unlock()
	go s.run(ctx)
	return s
}

// close lets streams go, waits until their readers are away, and forgets those that
// were right.
func (r *readers) close(these []*stream) {
	for _, s := range these {
		s.leave()
	}
	for _, s := range these {
		<-s.over
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = slices.DeleteFunc(r.all, func(s *stream) bool {
		gone := slices.Contains(these, s) && len(s.wrong) == 0
		if gone {
			r.count(s)
		}
		return gone
	})
}

func (r *readers) count(s *stream) {
	r.kept.streams++
	r.kept.events += s.count
	r.kept.returns += s.returns
}

// look counts the streams that are open, and says what was found wrong since the last
// look.
func (r *readers) look() (open int, longest time.Duration, wrong []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if r.told == nil {
		r.told = map[string]bool{}
	}
	for _, s := range r.all {
		s.mu.Lock()
		if s.ended.IsZero() {
			s.silence(now)
			if s.opened.IsZero() {
				open--
			}
			open++
		}
		longest = max(longest, s.longest)
		for _, fault := range s.wrong {
			if !r.told[fault] {
				r.told[fault] = true
				wrong = append(wrong, fault)
			}
		}
		s.mu.Unlock()
	}
	return open, longest, wrong
}

// about are the streams that tell when a trial ends.
func (r *readers) about(trial string) (found []*stream) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.all {
		if s.trial == trial && !s.numbered {
			found = append(found, s)
		}
	}
	return found
}

// knows waits until each stream about a trial that is open has told that it ends at
// this moment or later.
func (r *readers) knows(trial string, ends time.Time, patience time.Duration) error {
	ends = ends.Truncate(time.Second)
	return within(patience, func() error {
		for _, s := range r.about(trial) {
			s.mu.Lock()
			knows, stamp := s.stamp, s.stamp
			behind := knows.Before(ends) && s.ended.IsZero() && s.excused.IsZero()
			s.mu.Unlock()
			if behind {
				return fmt.Errorf("%s %s says %s, and the trial ends %s", s.what, s.name, stamp.Format(time.RFC3339), ends.Format(time.RFC3339))
			}
		}
		return nil
	})
}

// areOver waits until streams have ended for good, and says when the last one did.
func areOver(these []*stream, patience time.Duration) (last time.Time, err error) {
	late := time.After(patience)
	for _, s := range these {
		select {
		case <-s.over:
			s.mu.Lock()
			if s.ended.After(last) {
				last = s.ended
			}
			s.mu.Unlock()
		case <-late:
			return last, fmt.Errorf("%s %s is still open after %s", s.what, s.name, patience)
		}
	}
	return last, nil
}
