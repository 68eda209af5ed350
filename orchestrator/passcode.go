package orchestrator

import (
	"context"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"math"
	"sync"
	"time"

	"innovationden/orchestrator/den"
)

// How often a passcode may be wrong in a time: of one link from one address, so that
// nobody alone keeps the others of a link out; of one link, so that it is not guessed from
// many addresses; and from one address, whatever links it has.
const (
	wrongOfPair    = 5
	wrongOfLink    = 10
	wrongOfAddress = 30
	wrongWindow    = 10 * time.Minute
	wrongMost      = 20_000 // keys in memory before those that have run out are let go
)

// How many passcodes are worked on at once, and how long somebody waits for their turn:
// each takes a processor for a good part of a second, and whoever asks is nobody yet.
const (
	passcodesAtOnce   = 2
	passcodesPatience = 10 * time.Second
)

// passcodes compares the passcodes of links. It is safe for many goroutines.
type passcodes struct {
	turns chan struct{}

	mu    sync.Mutex
	wrong map[string][]time.Time // when somebody was wrong; a restart forgets it
}

// opens is nil for the passcode of a share that has one. Denied for another; TooSoon;
// Busy. A try counts before it is looked at, so that many at once are no way round it, and
// one that was right gives back what its address was wrong before.
func (p *passcodes) opens(ctx context.Context, s den.Share, typed, from string, now func() time.Time) error {
	if typed == "" {
		return wrongPasscode("Enter the passcode that you were given with the link.")
	}
	tries := triesOf(s.ID, from)
	if err := p.tooSoon(tries, now()); err != nil {
		return err
	}
	give, err := p.turn(ctx)
	if err != nil {
		return err
	}
	defer give()
	if err := p.take(tries, now()); err != nil {
		return err
	}
	key, err := keyOf(s.Salt, typed)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare([]byte(key), []byte(s.Passcode)) != 1 {
		return wrongPasscode("This is not the passcode. Enter the one that you were given with the link.")
	}
	p.right(tries)
	return nil
}

func wrongPasscode(say string) error {
	return &den.Error{Kind: den.Denied, Field: "passcode", Say: say}
}

// stretched makes the key of a passcode that is kept in its place, in its turn. Busy.
func (p *passcodes) stretched(ctx context.Context, salt, passcode string) (string, error) {
	give, err := p.turn(ctx)
	if err != nil {
		return "", err
	}
	defer give()
	return keyOf(salt, passcode)
}

func keyOf(salt, passcode string) (string, error) {
	const rounds = 600_000 // OWASP, for PBKDF2 with SHA-256
	key, err := pbkdf2.Key(sha256.New, passcode, []byte(salt), rounds, sha256.Size)
	return hex.EncodeToString(key), err
}

// turn waits for its turn; the function gives it back.
func (p *passcodes) turn(ctx context.Context) (give func(), err error) {
	ctx, stop := context.WithTimeout(ctx, passcodesPatience)
	defer stop()
	select {
	case p.turns <- struct{}{}:
		return func() { <-p.turns }, nil
	case <-ctx.Done():
		return nil, den.Refuse(den.Busy, "Many people are using a passcode just now. Try again in a moment.")
	}
}

// tries are what a try counts for: how often each may be wrong, the pair first.
type tries [3]struct {
	key  string
	most int
}

func triesOf(share den.ID, from string) (t tries) {
	t[0].key, t[0].most = string(share)+" "+from, wrongOfPair
	t[1].key, t[1].most = string(share), wrongOfLink
	t[2].key, t[2].most = " "+from, wrongOfAddress
	return t
}

// take counts a try, unless it is too soon for one.
func (p *passcodes) take(t tries, now time.Time) error {
	if err := p.tooSoon(t, now); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.wrong) >= wrongMost {
		for key := range p.wrong {
			p.recent(key, now)
		}
	}
	for _, one := range t {
		p.wrong[one.key] = append(p.recent(one.key, now), now)
	}
	return nil
}

func (p *passcodes) tooSoon(t tries, now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var wait time.Duration
	for _, one := range t {
		if at := p.recent(one.key, now); len(at) >= one.most {
			wait = max(wait, at[len(at)-one.most].Add(wrongWindow).Sub(now))
		}
	}
	if wait <= 0 {
		return nil
	}
	minutes, word := int(math.Ceil(wait.Minutes())), "minutes"
	if minutes == 1 {
		word = "minute"
	}
	err := den.Refuse(den.TooSoon, "There were too many wrong passcodes. Try again in %d %s.", minutes, word)
	err.Field, err.Wait = "passcode", wait
	return err
}

// recent is when somebody was wrong in the time that counts, oldest first.
func (p *passcodes) recent(key string, now time.Time) []time.Time {
	at := p.wrong[key]
	for len(at) > 0 && now.Sub(at[0]) >= wrongWindow {
		at = at[1:]
	}
	if len(at) == 0 {
		delete(p.wrong, key)
		return nil
	}
	p.wrong[key] = at
	return at
}

// right gives back the try that was right, and those that its address was wrong before.
func (p *passcodes) right(t tries) {
	p.mu.Lock()
	defer p.mu.Unlock()
	mine := p.wrong[t[0].key]
	delete(p.wrong, t[0].key)
	for _, one := range t[1:] {
		left := p.wrong[one.key]
		for _, at := range mine {
			for n, other := range left {
				if other.Equal(at) {
					left = append(left[:n:n], left[n+1:]...)
					break
				}
			}
		}
		p.wrong[one.key] = left
		if len(left) == 0 {
			delete(p.wrong, one.key)
		}
	}
}
