package web

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"innovationden/orchestrator/den"
)

// Passwords turns passwords into what is kept of them, and compares. It does two at
// once at most: each takes 19 MiB for a moment.
type Passwords struct {
	turns chan struct{}
	none  string // what nobody's password is compared with
}

// As OWASP has it for argon2id.
const (
	hashMemory = 19 << 10 // KiB
	hashPasses = 2
	hashLanes  = 1
	hashLength = 32
	saltLength = 16

	hashesAtOnce   = 2
	hashesPatience = 10 * time.Second
)

// NewPasswords makes one.
func NewPasswords() *Passwords {
	p := &Passwords{turns: make(chan struct{}, hashesAtOnce)}
	p.none = phc(salt(), make([]byte, hashLength))
	return p
}

// Hash implements pages.Passwords. Busy while too many others sign in.
func (p *Passwords) Hash(ctx context.Context, password string) (encoded string, err error) {
	s := salt()
	sum, err := p.sum(ctx, password, s, effort{hashMemory, hashPasses, hashLanes}, hashLength)
	return phc(s, sum), err
}

// Matches implements pages.Passwords. It takes as long for an account that is not there.
func (p *Passwords) Matches(ctx context.Context, encoded, password string) (bool, error) {
	known := encoded != ""
	if !known {
		encoded = p.none
	}
	parts := strings.Split(encoded, "$") // "", argon2id, v=19, m=…,t=…,p=…, salt, hash
	var kept effort
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, fmt.Errorf("a kept password is not argon2id but %q", parts[min(1, len(parts)-1)])
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &kept.memory, &kept.passes, &kept.lanes); err != nil || kept.passes == 0 || kept.lanes == 0 {
		return false, fmt.Errorf("the settings of a kept password cannot be read: %q", parts[3])
	}
	s, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, fmt.Errorf("the salt of a kept password cannot be read: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, fmt.Errorf("a kept password cannot be read: %w", err)
	}
	got, err := p.sum(ctx, password, s, kept, uint32(len(want)))
	return err == nil && known && len(want) > 0 && subtle.ConstantTimeCompare(got, want) == 1, err
}

// effort is what one hash costs.
type effort struct {
	memory uint32 // KiB
	passes uint32
	lanes  uint8
}

// sum waits for its turn.
func (p *Passwords) sum(ctx context.Context, password string, salt []byte, e effort, length uint32) ([]byte, error) {
	ctx, stop := context.WithTimeout(ctx, hashesPatience)
	defer stop()
	select {
	case p.turns <- struct{}{}:
	case <-ctx.Done():
		return nil, den.Refuse(den.Busy, "Many people are signing in just now. Try again in a moment.")
	}
	defer func() { <-p.turns }()
	return argon2.IDKey([]byte(password), salt, e.passes, e.memory, e.lanes, length), nil
}

func salt() []byte {
	s := make([]byte, saltLength)
	_, _ = rand.Read(s) // it never fails
	return s
}

func phc(salt, sum []byte) string {
	text := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashLanes, text(salt), text(sum))
}
