package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func withSandbox(t *testing.T) *scripted {
	t.Helper()
	s := newScripted(t)
	name, evil := "Slotwise", "tri\x1b]0;owned\x07al"
	s.sandbox = contract.Sandbox{
		Id: "lea_1", Trial: "tri_1", TrialName: &evil, Product: "prd_1", ProductName: &name, Phase: contract.Phase(den.Live),
		Url: "http://quiet-owl.localhost:8080/", Size: "small",
	}
	return s
}

func TestChangesOfASandbox(t *testing.T) {
	for words, want := range map[string]asked{
		"sandbox pause lea_1":                                       {method: "POST", path: "/sandboxes/lea_1/pause"},
		"sandbox pause lea_1 --revision 7":                          {method: "POST", path: "/sandboxes/lea_1/pause", match: `"7"`},
		"sandbox resume lea_1":                                      {method: "POST", path: "/sandboxes/lea_1/resume"},
		"sandbox restart lea_1 --why hung":                          {method: "POST", path: "/sandboxes/lea_1/restart", body: `{"why":"hung"}`},
		"sandbox end lea_1 --why enough":                            {method: "POST", path: "/sandboxes/lea_1/end", body: `{"why":"enough"}`},
		"sandbox extend lea_1 --by 2d":                              {method: "POST", path: "/sandboxes/lea_1/extend", body: `{"by_seconds":172800}`},
		"sandbox extend lea_1 --until 2026-06-03T16:30:00Z --why x": {method: "POST", path: "/sandboxes/lea_1/extend", body: `{"until":"2026-06-03T16:30:00Z","why":"x"}`},
		"trial extend tri_1 --by 8h":                                {method: "POST", path: "/trials/tri_1/extend", body: `{"by_seconds":28800}`},
		"trial cancel tri_1 --why no":                               {method: "POST", path: "/trials/tri_1/cancel", body: `{"why":"no"}`},
		"trial end tri_1 --no-wait":                                 {method: "POST", path: "/trials/tri_1/end", body: `{}`},
	} {
		s := withSandbox(t)
		s.play(t, strings.Fields(words)...).want(t, exitDone)
		got := s.heard(http.MethodPost, "")
		if len(got) != 1 {
			t.Errorf("%q sent %d changes", words, len(got))
			continue
		}
		got[0].key, got[0].query = "", ""
		if got[0] != want {
			t.Errorf("%q sent %+v, want %+v", words, got[0], want)
		}
	}
}

func TestEndingASandboxWaitsUntilItIsGone(t *testing.T) {
	s := withSandbox(t)
	s.play(t, "sandbox", "end", "lea_1").want(t, exitDone, "removed")
	s = withSandbox(t)
	p := s.play(t, "sandbox", "end", "lea_1", "--no-wait")
	p.want(t, exitDone)
	if s.heard(http.MethodGet, "") != nil {
		t.Error("with --no-wait it waits")
	}
}

func TestAFaultOfAFlagNamesTheFlag(t *testing.T) {
	s := withSandbox(t)
	for _, pointer := range []string{"/by", "/by_seconds"} {
		s.refuse["POST /sandboxes/lea_1/extend"] = problemDoc(422, "Choose an end no later than Friday.", pointer, "Choose an end no later than Friday.")
		s.play(t, "sandbox", "extend", "lea_1", "--by", "9w").want(t, exitFailed, "  --by: Choose an end no later than Friday.")
	}
}

func TestStrangersTextCannotCommandATerminal(t *testing.T) {
	s := withSandbox(t)
	s.sandbox.Detail = "red\x1b[31m\u202etxet"
	s.logs = []string{"a\x1b[2Jb\tc\n\u009bd\r\n"}
	plain := map[string]string{"DEN_URL": s.URL, "DEN_TOKEN": goodToken}
	terminal := func(k *client) { k.terminal = func(io.Writer) bool { return true } }
	for _, words := range []string{"sandbox list", "sandbox show lea_1", "sandbox receipt lea_1", "sandbox logs lea_1"} {
		p := playWith(t.Context(), terminal, plain, "", strings.Fields(words)...)
		p.want(t, exitDone)
		if strings.ContainsAny(p.out, "\x1b\x07\u009b\u202e\r") {
			t.Errorf("%q lets through what commands a terminal: %q", words, p.out)
		}
	}
	if p := s.play(t, "sandbox", "logs", "lea_1"); p.out != s.logs[0] {
		t.Errorf("into a file the log is not as it was: %q", p.out)
	}
	if p := s.play(t, "sandbox", "logs", "lea_1", "--json"); !strings.HasPrefix(p.out, `"a\u001b[2Jb\tc\n`) {
		t.Errorf("as JSON the log is %q", p.out)
	}
}

func TestFollowingALogPrintsEachPartOnceUntilTheEnd(t *testing.T) {
	s := withSandbox(t)
	s.logs = []string{"", "one\n", "one\n", "one\ntwo\n", "wo\nthree\n", "wo\nthree\nlast words\n"}
	rests := 0
	p := playWith(t.Context(), func(k *client) {
		k.rest = func(_ context.Context, d time.Duration) error { rests++; return nil }
	}, map[string]string{"DEN_URL": s.URL, "DEN_TOKEN": goodToken}, "", "sandbox", "logs", "-f", "lea_1")
	p.want(t, exitDone, "The sandbox is over.")
	if p.out != "one\ntwo\nthree\nlast words\n" || rests != 5 {
		t.Errorf("after %d rests it had printed %q", rests, p.out)
	}
}

func TestFollowingALogEndsWhenSomebodyHasSeenEnough(t *testing.T) {
	s := withSandbox(t)
	s.logs = []string{"one\n", "one\n", "one\n"}
	p := playWith(t.Context(), func(k *client) { k.rest = func(context.Context, time.Duration) error { return context.Canceled } },
		map[string]string{"DEN_URL": s.URL, "DEN_TOKEN": goodToken}, "", "sandbox", "logs", "-f", "lea_1")
	p.want(t, exitDone)
	if p.out != "one\n" {
		t.Errorf("it printed %q", p.out)
	}
}

// Each line of a log is told apart by its number, as by a time: two ends of one log
// then give exactly what was printed between them, whatever the window cuts.
func TestFreshIsWhatWasPrintedMeanwhile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var log strings.Builder
		for i := range rapid.IntRange(1, 60).Draw(t, "lines") {
			log.WriteString(strings.Repeat(string(rune('a'+i%7)), i%5) + string(rune('A'+i)) + "\n")
		}
		text := log.String()
		a := rapid.IntRange(1, len(text)).Draw(t, "a")
		b := rapid.IntRange(a, len(text)).Draw(t, "b")
		window := rapid.IntRange(b-a+12, len(text)+12).Draw(t, "window")
		end := func(n int) string { return text[max(0, n-window):n] }
		if got := fresh(end(a), end(b)); got != text[a:b] {
			t.Fatalf("between %q and %q it finds %q, want %q", end(a), end(b), got, text[a:b])
		}
	})
}

func TestOpeningASandbox(t *testing.T) {
	s := withSandbox(t)
	env := map[string]string{"DEN_URL": s.URL, "DEN_TOKEN": goodToken}
	opened := ""
	works := func(k *client) {
		k.browse = func(_ context.Context, address string) error { opened = address; return nil }
	}
	fails := func(k *client) { k.browse = func(context.Context, string) error { return errors.New("no desktop") } }
	p := playWith(t.Context(), works, env, "", "sandbox", "open", "lea_1")
	p.want(t, exitDone, "Opened http://quiet-owl.localhost:8080/")
	if opened != s.sandbox.Url || p.out != "" {
		t.Errorf("it opened %q and printed %q", opened, p.out)
	}
	p = playWith(t.Context(), fails, env, "", "sandbox", "open", "lea_1")
	p.want(t, exitDone, "no desktop")
	if p.out != s.sandbox.Url+"\n" {
		t.Errorf("without a browser it prints %q", p.out)
	}
	p = playWith(t.Context(), fails, env, "", "sandbox", "open", "--print", "lea_1")
	if p.out != s.sandbox.Url+"\n" || p.err != "" {
		t.Errorf("with --print it prints %q and %q", p.out, p.err)
	}
	for _, address := range []string{"", "--help", "file:///etc/passwd", "javascript:alert(1)"} {
		s.sandbox.Url, opened = address, ""
		playWith(t.Context(), works, env, "", "sandbox", "open", "lea_1").want(t, exitFailed, "has no address")
		if opened != "" {
			t.Errorf("it opened %q", address)
		}
	}
	s.sandbox.Url, s.sandbox.Phase = "http://quiet-owl.localhost/", contract.Phase(den.Paused)
	playWith(t.Context(), works, env, "", "sandbox", "open", "lea_1").want(t, exitFailed, "cannot be opened now: it is paused")
}
