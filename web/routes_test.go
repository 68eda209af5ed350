package web

import (
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/gateway"
	"innovationden/web/pages"
)

type nobodyHome struct{ Den }

type noVisits struct{ pages.Visits }

type noAddresses struct{ pages.Addresses }

// bare is a server with its pages and nothing behind them.
func bare(t *testing.T) *server {
	t.Helper()
	s := &server{Config: Config{Den: nobodyHome{}, Sessions: NewSessions(nil, true), Zone: time.UTC, Now: time.Now, Log: slog.New(slog.DiscardHandler)}, open: map[string]bool{}}
	var err error
	s.pages, err = pages.New(pages.Config{
		Den: s.Den, Sessions: s.Sessions, Visits: noVisits{}, Addresses: noAddresses{}, Zone: time.UTC, Now: time.Now, Log: s.Log,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheTableListsEveryRoute(t *testing.T) {
	s := bare(t)
	engine, err := s.engine(http.NewCrossOriginProtection(), true)
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, r := range engine.Routes() {
		got = append(got, r.Method+" "+r.Path)
	}
	for _, r := range s.Routes() {
		want = append(want, r.Method+" "+r.Path)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the engine answers\n%q, the table says\n%q", got, want)
	}
}

func TestEveryActionOfTheTableIsInThePolicy(t *testing.T) {
	for _, r := range bare(t).Routes() {
		if r.Who != Anybody && r.Who != Known && r.Who != Reader && !slices.Contains(den.Actions, r.Who) {
			t.Errorf("%s %s asks for %q, which the policy does not know", r.Method, r.Path, r.Who)
		}
		isRead := slices.Contains([]den.Action{den.ReadTrial, den.ReadSandbox, den.ReadTechmap, den.ReadRecord, den.ReadHost}, r.Who)
		if r.Method == http.MethodPost && isRead {
			t.Errorf("%s changes something and asks only for %q", r.Path, r.Who)
		}
	}
}

func TestOnlyTheDoorIsOpenToAnybody(t *testing.T) {
	want := []string{"/api/docs", "/healthz", "/help", "/help/:guide", "/join", "/join/new", "/readyz", "/record/key", "/record/key/file", "/schemas/*name", "/sign-in", "/sign-in/callback", "/sign-in/code", "/sign-in/computer", "/sign-in/password", "/sign-in/provider", "/sign-out", "/static/*file", "/visit/:secret"}
	var got []string
	for _, r := range bare(t).Routes() {
		if r.Who == Anybody {
			got = append(got, r.Path)
		}
	}
	slices.Sort(got)
	if got = slices.Compact(got); !slices.Equal(got, want) {
		t.Errorf("open to anybody: %q, want %q", got, want)
	}
}

// An open techmap opens the pages of suppliers, products and challenges to read, and
// nothing else.
func TestAnOpenTechmapOpensItsPagesAlone(t *testing.T) {
	closed, open := bare(t), bare(t)
	open.OpenTechmap = true
	var got []string
	for n, r := range open.Routes() {
		if r.Who != closed.Routes()[n].Who {
			got = append(got, r.Method+" "+r.Path)
		}
	}
	want := []string{"GET /techmap", "GET /techmap/map", "GET /techmap/compare", "GET /products", "GET /products/:id", "GET /suppliers/:id", "GET /releases/:id",
		"GET /challenges", "GET /challenges/:id", "GET /challenges/:id/pack", "GET /challenges/:id/pack/text", "GET /challenges/:id/pack/html"}
	if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("opened: %q, want %q", got, want)
	}
}

func TestTheWebSaysWhatItLacks(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("a web without a den was made")
	}
	table := gateway.NewTable()
	door, err := gateway.New(gateway.Options{
		Routes: table, Visitors: gateway.NewVisits(gateway.VisitRules{Clock: time.Now, Random: zeros{}}), Dialer: noDialer{},
		Domain: "localhost", Control: "http://den.example", Clock: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Den: nobodyHome{}, Sessions: NewSessions(nil, false), Gateway: door, Visits: gateway.NewVisits(gateway.VisitRules{Clock: time.Now, Random: zeros{}}),
		Zone: time.UTC, Now: time.Now, Log: slog.New(slog.DiscardHandler), Public: "den.example"}
	if _, err := New(c); err == nil {
		t.Error("a public address without a scheme was taken")
	}
	c.Public = "https://den.example"
	if _, err := New(c); err != nil {
		t.Error(err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

type noDialer struct{ gateway.Dialer }
