package main

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"innovationden/orchestrator/den"
)

var lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newIDs makes ids that sort in the order they were made (ULID), in lower case.
func newIDs(now func() time.Time) den.NewID {
	var mu sync.Mutex
	entropy := ulid.Monotonic(rand.Reader, 0)
	return func(kind den.Kind) den.ID {
		mu.Lock()
		defer mu.Unlock()
		return den.ID(string(kind) + "_" + strings.ToLower(ulid.MustNew(ulid.Timestamp(now()), entropy).String()))
	}
}

// newSecret makes a token, of 160 random bits.
func newSecret() string { return den.TokenText(lower.EncodeToString(random(20))) }

// newName makes the first part of a sandbox's address: two words that can be read out
// over a telephone, and 60 random bits, so that no name is ever used again or guessed.
func newName() string {
	b := random(10)
	return qualities[int(b[0])%len(qualities)] + "-" + animals[int(b[1])%len(animals)] + "-" + lower.EncodeToString(b[2:])[:12]
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the process where it would
	return b
}

var (
	qualities = []string{"amber", "bold", "brave", "bright", "calm", "clear", "crisp", "early", "fair", "fresh", "gentle", "green", "keen", "kind", "light", "lively", "mellow", "merry", "mild", "neat", "noble", "open", "plain", "quick", "quiet", "ready", "silver", "steady", "still", "sunny", "tidy", "warm"}
	animals   = []string{"badger", "beaver", "bittern", "curlew", "dipper", "dunlin", "egret", "falcon", "finch", "fox", "hare", "hawk", "heron", "ibis", "kestrel", "lapwing", "lark", "linnet", "marten", "merlin", "otter", "owl", "pipit", "plover", "puffin", "robin", "seal", "stoat", "swift", "tern", "vole", "wren"}
)
