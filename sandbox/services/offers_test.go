package services_test

import (
	"errors"
	"io/fs"
	"net/netip"
	"slices"
	"testing"

	"innovationden/sandbox"
	"innovationden/sandbox/cell"
	"innovationden/sandbox/services"
)

func TestOffersOfManySandboxes(t *testing.T) {
	var all services.Offers
	one, two := prepared(t), prepared(t)
	defer func() { _ = all.CloseAll(func(sandbox.ID, services.Evidence) error { return nil }) }()
	for range 2 { // on every pass
		if err := errors.Join(all.Open(t.Context(), "one", one, config()), all.Open(t.Context(), "two", two, config())); err != nil {
			t.Fatal(err)
		}
	}
	if output, _, err := inside(t, two, "getent", "hosts", "only.example.com"); err == nil {
		t.Errorf("resolved: %s", output)
	}
	o, ok := all.Of("one")
	if !ok || len(o.Tried()) != 0 {
		t.Errorf("the other sandbox has %v, %+v", ok, o.Tried())
	}
	if e, ok := all.Close("one"); !ok || len(e.Tried) != 0 {
		t.Errorf("closed one: %v, %+v", ok, e)
	}
	if _, ok := all.Close("one"); ok {
		t.Error("closed one twice")
	}
	if err := all.Open(t.Context(), "one", one, config()); err != nil {
		t.Errorf("open again: %v", err)
	}
	var kept []sandbox.ID
	err := all.CloseAll(func(id sandbox.ID, e services.Evidence) error {
		kept = append(kept, id)
		if id == "two" && (len(e.Tried) != 1 || e.Tried[0].Name != "only.example.com") {
			t.Errorf("kept of two: %+v", e)
		}
		return fs.ErrPermission
	})
	if !errors.Is(err, fs.ErrPermission) || !slices.Equal(kept, []sandbox.ID{"one", "two"}) {
		t.Errorf("closed %v, %v", kept, err)
	}
	if _, ok := all.Of("two"); ok {
		t.Error("two is still offered")
	}
}

// A namespace that is left has no listener of ours, and can be offered to again.
func TestASpaceCanBeLeft(t *testing.T) {
	one, two := prepared(t), prepared(t)
	o, err := services.Open(t.Context(), one, config())
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	reached := func(n *cell.Namespace) bool {
		conn, err := n.DialAddr(t.Context(), netip.Addr{}, netip.AddrPortFrom(addr("127.0.0.1"), services.MailPort))
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	}
	for range 2 {
		if err := o.Also(t.Context(), two); err != nil {
			t.Fatal(err)
		}
		if !reached(one) || !reached(two) {
			t.Error("a space has no offer")
		}
		o.Leave(two)
		o.Leave(two)
		if !reached(one) || reached(two) {
			t.Errorf("left two: one %v, two %v", reached(one), reached(two))
		}
	}
}
