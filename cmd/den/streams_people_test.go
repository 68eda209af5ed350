package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"innovationden/web/api/contract"
)

// place is a trial that runs, with the ids of its sandboxes.
type place struct {
	trial string
	boxes []string
}

// follower is somebody with a browser and an address of their own.
type follower struct {
	s        *served
	id, name string
	in       string // their department
	browser  *http.Client
	jar      http.CookieJar
}

// addresses counts people, because whoever comes from one address too often has to wait.
var addresses atomic.Int64

// join makes somebody a member of a department as people become one: by an invitation,
// with a password of their own.
func (s *served) join(department string) (*follower, error) {
	n := addresses.Add(1)
	f := &follower{s: s, name: fmt.Sprintf("follower-%d", n), in: department}
	var err error
	if f.jar, err = cookiejar.New(nil); err != nil {
		return nil, err
	}
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 1, byte(n>>8), byte(n))}}
	f.browser = &http.Client{Jar: f.jar, Transport: &http.Transport{
		DisableKeepAlives: true, // what waits for a next request would count as held
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, s.listen)
		},
	}}
	invited, err := s.client().InviteMemberWithResponse(context.Background(), department, nil, contract.NewMember{For: f.name, Role: contract.Member})
	if err != nil || invited.JSON201 == nil {
		return nil, unanswered("an invitation", err, invited)
	}
	if _, err := f.post("/join/new", url.Values{
		"link": {invited.JSON201.Secret}, "name": {f.name}, "email": {f.name + "@example.com"}, "password": {"a long password for " + f.name},
	}); err != nil {
		return nil, err
	}
	var me contract.Me
	text, err := f.page("/api/v1/me")
	if err == nil {
		err = json.Unmarshal([]byte(text), &me)
	}
	f.id = me.Id
	return f, err
}

func (f *follower) ask(ctx context.Context, method, address string, set func(http.Header), body io.Reader) (*http.Response, error) {
	if strings.HasPrefix(address, "/") {
		address = "http://" + f.s.listen + address
	}
	q, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, err
	}
	set(q.Header)
	return f.browser.Do(q)
}

func (f *follower) text(answer *http.Response, err error) (string, error) {
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s is answered with %s: %.300s", f.name, answer.Request.URL.Path, answer.Status, text)
	}
	return string(text), err
}

func (f *follower) page(address string) (string, error) {
	return f.text(f.ask(context.Background(), http.MethodGet, address, func(http.Header) {}, nil))
}

func (f *follower) post(path string, form url.Values) (string, error) {
	return f.text(f.ask(context.Background(), http.MethodPost, path, func(h http.Header) {
		h.Set("Content-Type", "application/x-www-form-urlencoded")
		h.Set("Accept", "text/html")
	}, strings.NewReader(form.Encode())))
}

// follows makes a stream of an address, for readers to open.
func (f *follower) follows(k kind, trial, address string) *stream {
	return &stream{kind: k, name: f.name + " " + address, trial: trial, open: func(ctx context.Context, last string) (*http.Response, error) {
		return f.ask(ctx, http.MethodGet, address, func(h http.Header) {
			h.Set("Accept", "text/event-stream")
			if last != "" && k.lasts > 0 {
				h.Set("Last-Event-ID", last)
			}
		}, nil)
	}}
}

// enter opens a product as a browser does, and says where it is.
func (f *follower) enter(box string) (string, error) {
	answer, err := f.ask(context.Background(), http.MethodGet, "/open/"+box, func(http.Header) {}, nil)
	if _, err := f.text(answer, err); err != nil {
		return "", err
	}
	if answer.Request.URL.Host == f.s.listen {
		return "", errors.New("the product was not opened")
	}
	return "http://" + answer.Request.URL.Host, nil
}

// Streams that somebody follows at once; at most 16, 16 and 64 are allowed.
const (
	ownPages    = 14
	ownPrograms = 10
	ownProducts = 16
	ownStreams  = ownPages + ownPrograms + ownProducts
)

// beatOfProduct is how often a product says something, in milliseconds.
const beatOfProduct = "10000"

// everything is what the nth of a department follows in its trials.
func (f *follower) everything(n int, places []place) (all []*stream, err error) {
	type box struct{ trial, id string }
	var boxes []box
	for _, p := range places {
		for _, id := range p.boxes {
			boxes = append(boxes, box{p.trial, id})
		}
	}
	for i := range ownPages {
		if i%3 == 0 {
			p := places[(n*ownPages+i)%len(places)]
			all = append(all, f.follows(ofPage, p.trial, "/trials/"+p.trial+"/live"))
			continue
		}
		b := boxes[(n*ownPages+i)%len(boxes)]
		all = append(all, f.follows(ofPage, b.trial, "/sandboxes/"+b.id+"/live"))
	}
	for i := range ownPrograms {
		p, b := places[(n*ownPrograms+i)%len(places)], boxes[(n*ownPrograms+i)%len(boxes)]
		switch {
		case i == 0 && n == 0: // which asks the engine every second
			all = append(all, f.follows(ofProgram, "", "/api/v1/sandboxes/"+b.id+"/log/progress"))
		case i%2 == 0:
			all = append(all, f.follows(ofProgram, p.trial, "/api/v1/trials/"+p.trial+"/progress"))
		default:
			all = append(all, f.follows(ofProgram, b.trial, "/api/v1/sandboxes/"+b.id+"/progress"))
		}
	}
	at := map[string]string{}
	for i := range ownProducts {
		b := boxes[(n*ownProducts+i)%len(boxes)]
		if at[b.id] == "" {
			if at[b.id], err = f.enter(b.id); err != nil {
				return nil, err
			}
		}
		all = append(all, f.follows(ofProduct, b.trial, at[b.id]+"/events?ms="+beatOfProduct))
	}
	return all, nil
}

// opens opens streams and waits until each was answered.
func (r *readers) opens(these []*stream, patience time.Duration) error {
	for _, s := range these {
		r.add(s)
	}
	return within(patience, func() error {
		for _, s := range these {
			s.mu.Lock()
			waits := s.opened.IsZero() && s.ended.IsZero() || s.count == 0 && len(s.wrong) == 0
			s.mu.Unlock()
			if waits {
				return fmt.Errorf("%s %s has told nothing yet", s.what, s.name)
			}
		}
		return nil
	})
}

// places starts trials of a department with these releases each, and waits until all is
// live.
func (s *served) places(department string, count int, length time.Duration, releases ...string) ([]place, error) {
	all := make([]place, count)
	_, err := together(2, count, func(n int) (err error) {
		all[n], err = s.place(department, length, releases...)
		return err
	})
	return all, err
}

func (s *served) place(department string, length time.Duration, releases ...string) (p place, err error) {
	ctx, client := context.Background(), s.client()
	wanted := s.newTrial(length, releases...)
	wanted.Department = &department
	draft, err := client.AddTrialWithResponse(ctx, nil, wanted)
	if err != nil || draft.JSON201 == nil {
		return p, unanswered("a draft", err, draft)
	}
	p.trial = draft.JSON201.Id
	started, err := client.StartTrialWithResponse(ctx, p.trial, nil)
	if err != nil || started.JSON202 == nil {
		return p, unanswered("a start", err, started)
	}
	return p, within(2*time.Minute, func() error {
		found, err := client.GetTrialWithResponse(ctx, p.trial)
		if err != nil || found.JSON200 == nil {
			return unanswered("a trial", err, found)
		}
		p.boxes = nil
		for _, e := range found.JSON200.Entries {
			if e.Sandbox.Phase != contract.PhaseLive {
				return fmt.Errorf("it is %s: %s", e.Sandbox.Phase, e.Sandbox.Detail)
			}
			p.boxes = append(p.boxes, e.Sandbox.Id)
		}
		return nil
	})
}
