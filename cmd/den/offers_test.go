package main

import (
	"context"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/cell"
)

// A service of a stack that is started again gets another namespace. What the den had open
// in the one before would keep that for as long as the sandbox lasts.
func TestTheOldNamespaceOfAServiceIsLeft(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Fatal("namespaces want root: run it by make test, or as root")
	}
	o := newOffers(filepath.Join(t.TempDir(), evidenceFile), slog.New(slog.DiscardHandler))
	o.ways = func(context.Context, string) (den.Ways, error) { return den.Ways{Mail: true}, nil }
	space := func() *cell.Namespace {
		n, err := cell.New()
		must(t, err)
		t.Cleanup(func() { _ = n.Close() })
		must(t, n.Prepare())
		return n
	}
	free := func(n *cell.Namespace) bool {
		l, err := n.Listen(netip.MustParseAddrPort("127.0.0.1:53"))
		if err == nil {
			must(t, l.Close())
		}
		return err == nil
	}
	first, again, other := space(), space(), space()
	defer o.close()
	for _, one := range []struct {
		service string
		in      *cell.Namespace
	}{{"web", first}, {"db", other}, {"web", again}, {"web", again}} {
		must(t, o.offer(t.Context(), "box", sandbox.Spec{ID: "box"}, one.service, one.in))
	}
	if !free(first) || free(again) || free(other) {
		t.Errorf("free are the old one: %v, the new one: %v, that of another service: %v", free(first), free(again), free(other))
	}
	o.withdraw("box")
	if !free(again) || !free(other) {
		t.Error("something is still open after it was withdrawn")
	}
}
