package ledger_test

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/ledger"
)

func TestASealIsOfItsKeyAndItsHashAndIsNoCheckpoint(t *testing.T) {
	open := func() *ledger.Key {
		k, err := ledger.OpenKey(t.TempDir(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	key, other := open(), open()
	hash := strings.Repeat("ab", 32)
	signed, err := key.Seal(hash, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ledger.OpenSeal(signed, key.Public()); err != nil || got != hash {
		t.Errorf("%q %v", got, err)
	}
	for name, spoilt := range map[string][2]string{
		"another key": {signed, other.Public()}, "no key": {signed, "x"}, "another hash": {strings.Replace(signed, "ab", "ac", 1), key.Public()},
	} {
		if _, err := ledger.OpenSeal(spoilt[0], spoilt[1]); den.KindOf(err) != den.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ledger.OpenCheckpoint(signed, key.Public()); den.KindOf(err) != den.Invalid {
		t.Errorf("a seal passes for a checkpoint: %v", err)
	}
	checkpoint, err := key.Sign(den.Head{Size: 1, Root: hash}, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.OpenSeal(checkpoint, key.Public()); den.KindOf(err) != den.Invalid {
		t.Errorf("a checkpoint passes for a seal: %v", err)
	}
	if _, err := key.Seal("x", time.Unix(0, 0)); err == nil {
		t.Error("what is no hash was sealed")
	}
}
