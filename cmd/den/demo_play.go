package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

// told is what happened in a demo that nobody watched.
type told struct {
	Trial    den.ID        `json:"trial"`
	Entries  []toldEntry   `json:"entries"`
	Outcome  *toldOutcome  `json:"outcome"`
	Receipts []toldReceipt `json:"receipts"`
	OK       bool          `json:"ok"`
	Problem  string        `json:"problem,omitempty"`
}

type toldEntry struct {
	Product  string  `json:"product"`
	Lease    den.ID  `json:"lease"`
	URL      string  `json:"url"`
	LaunchMS float64 `json:"launch_ms"`
	Answered bool    `json:"answered"`
}

type toldOutcome struct {
	Finding  string       `json:"finding"`
	Decision den.Decision `json:"decision"`
	Results  []toldResult `json:"results"`
}

type toldResult struct {
	Product string  `json:"product"`
	Total   float64 `json:"total"`
	Rank    int     `json:"rank"`
}

type toldReceipt struct {
	Lease den.ID    `json:"lease"`
	Found toldFound `json:"found"`
	Left  int       `json:"left"`
	Looks int       `json:"looks"`
}

type toldFound struct {
	Containers int `json:"containers"`
	Networks   int `json:"networks"`
	Volumes    int `json:"volumes"`
}

// play tells the whole story. What was told is complete up to where it failed.
func (s *story) play(ctx context.Context) (t told, err error) {
	defer func() {
		if err != nil {
			t.OK, t.Problem = false, err.Error()
		}
	}()
	for _, step := range []func(context.Context, *told) error{
		func(ctx context.Context, _ *told) error { return s.setUp(ctx) },
		s.tellLaunch, s.tellOutcome, s.tellReceipts,
	} {
		if err := step(ctx, &t); err != nil {
			return t, err
		}
	}
	t.OK = t.whole(len(s.products))
	return t, nil
}

// whole says that every step happened and that nothing is left.
func (t told) whole(products int) bool {
	ok := t.Trial != "" && t.Outcome != nil && t.Outcome.Decision != "" && len(t.Entries) == products && len(t.Receipts) == products
	for _, e := range t.Entries {
		ok = ok && e.Answered && e.LaunchMS > 0
	}
	for _, r := range t.Receipts {
		ok = ok && r.Found.Containers > 0 && r.Left == 0 && r.Looks == 2
	}
	return ok
}

func (s *story) tellLaunch(ctx context.Context, t *told) error {
	if err := s.launch(ctx); err != nil {
		return err
	}
	t.Trial = s.trial.ID
	visitor, err := s.visitor(ctx)
	if err != nil {
		return err
	}
	for _, e := range s.trial.Entries {
		l := e.Sandbox
		entry := toldEntry{Product: e.ProductName, Lease: l.ID, URL: l.URL, LaunchMS: float64(l.Launch.Microseconds()) / 1000}
		entry.Answered, err = s.opens(ctx, visitor, e)
		t.Entries = append(t.Entries, entry)
		if err != nil {
			return fmt.Errorf("opening %s: %w", e.ProductName, err)
		}
	}
	return nil
}

// visitor is a browser in which the civil servant has signed in, as a person does.
func (s *story) visitor(ctx context.Context) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	const patience = 10 * time.Second
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.config.Listen) // *.localhost is this machine
	}
	browser := &http.Client{Jar: jar, Timeout: patience, Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	form := url.Values{"person": {string(s.cast.official.ID)}, "then": {"/"}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.config.Public()+"/sign-in", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := browser.Do(request)
	if err != nil {
		return nil, fmt.Errorf("signing in: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("signing in answered with status %d", answer.StatusCode)
	}
	return browser, nil
}

// opens follows the sandbox's address through the sign-in to the product's own page.
func (s *story) opens(ctx context.Context, browser *http.Client, e den.EntryView) (bool, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.Sandbox.URL, nil)
	if err != nil {
		return false, err
	}
	request.Header.Set("Accept", "text/html")
	answer, err := browser.Do(request)
	if err != nil {
		return false, err
	}
	defer func() { _ = answer.Body.Close() }()
	const most = 1 << 20
	page, err := io.ReadAll(io.LimitReader(answer.Body, most))
	if err != nil {
		return false, err
	}
	at, _ := url.Parse(e.Sandbox.URL)
	arrived := answer.StatusCode == http.StatusOK && answer.Request.URL.Host == at.Host && strings.Contains(string(page), e.ProductName)
	if !arrived {
		return false, fmt.Errorf("%s answered with status %d and not with the product's page", answer.Request.URL.Redacted(), answer.StatusCode)
	}
	return true, nil
}

func (s *story) tellOutcome(ctx context.Context, t *told) error {
	if err := s.assess(ctx); err != nil {
		return err
	}
	official := s.cast.official.Act()
	out, err := s.den.Decide(ctx, official, s.trial.ID, den.NewDecision{
		Decision: den.TryAgain, Why: "Neither is ready: one cannot cancel online, the other keeps people out. Both suppliers have said what they will change.",
	})
	if err != nil {
		return err
	}
	t.Outcome = &toldOutcome{Finding: out.Says, Decision: out.Decision}
	for _, r := range out.Results {
		entry, _ := s.trial.Entry(r.Entry)
		t.Outcome.Results = append(t.Outcome.Results, toldResult{Product: s.productName(entry.Product), Total: r.Total, Rank: r.Rank})
	}
	return nil
}

func (s *story) productName(id den.ID) string {
	for _, e := range s.trial.Entries {
		if e.Product == id {
			return e.ProductName
		}
	}
	return string(id)
}

// tellReceipts ends one sandbox, then the trial, and waits for both receipts.
func (s *story) tellReceipts(ctx context.Context, t *told) error {
	official := s.cast.official.Act()
	if _, err := s.den.End(ctx, official, s.trial.Entries[0].Sandbox.ID, "Seen enough of it.", 0); err != nil {
		return err
	}
	if _, err := s.den.EndTrial(ctx, official, s.trial.ID, "The trial is over.", 0); err != nil {
		return err
	}
	if err := s.until(ctx, func(l *den.SandboxView) (bool, error) { return l.Phase == den.Ended, nil }); err != nil {
		return err
	}
	for _, e := range s.trial.Entries {
		r, err := s.den.Receipt(ctx, official, e.Sandbox.ID)
		if err != nil {
			return err
		}
		t.Receipts = append(t.Receipts, toldReceipt{Lease: r.Lease, Left: r.Left, Looks: len(r.Looks),
			Found: toldFound{Containers: len(r.Found.Containers), Networks: len(r.Found.Networks), Volumes: len(r.Found.Volumes)}})
		if err := s.nothingOf(ctx, r.Sandbox); err != nil {
			return err
		}
	}
	return nil
}

// nothingOf asks the engine itself, not the record.
func (s *story) nothingOf(ctx context.Context, id string) error {
	found, err := s.runtime.Find(ctx, sandbox.ID(id))
	if err == nil && !found.Empty() {
		err = fmt.Errorf("of the removed sandbox %s there is still %v", id, found)
	}
	return err
}

// print tells it to a person.
func (t told) print(out io.Writer) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	for _, e := range t.Entries {
		say("%s started in %.0f ms at %s and answered: %v", e.Product, e.LaunchMS, e.URL, e.Answered)
	}
	if t.Outcome != nil {
		for _, r := range t.Outcome.Results {
			say("%s: %.1f of 100, rank %d", r.Product, r.Total, r.Rank)
		}
		say("%s", t.Outcome.Finding)
	}
	for _, r := range t.Receipts {
		say("%s: %d containers, %d networks and %d volumes were removed; %d are left; looked %d times",
			r.Lease, r.Found.Containers, r.Found.Networks, r.Found.Volumes, r.Left, r.Looks)
	}
	if t.Problem != "" {
		say("It stopped here: %s", t.Problem)
	}
}
