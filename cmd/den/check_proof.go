package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/ledger"
)

// proved is what a proof shows, without any store.
type proved struct {
	OK     bool       `json:"ok"`
	Signed bool       `json:"signed"`
	Signer string     `json:"key_fingerprint,omitempty"`
	Event  *den.Event `json:"event,omitempty"`
	Size   uint64     `json:"record_size"`
	Root   string     `json:"record_root"`
	Fault  string     `json:"fault,omitempty"`
}

// prove checks the proof of one event offline.
func (k check) prove() error {
	text, err := os.ReadFile(k.proof)
	if err != nil {
		return usageError{fmt.Errorf("the proof cannot be read: %w", err)}
	}
	var p den.Proof
	if err := json.Unmarshal(text, &p); err != nil {
		return usageError{fmt.Errorf("%s is not a proof of a den. Download it again from the page of the event", k.proof)}
	}
	public := ""
	if k.key != "" {
		if public, err = publicKey(k.key); err != nil {
			return err
		}
	}
	found := proved{Size: p.Head.Size, Root: p.Head.Root}
	e, signed, err := ledger.Proof(p).Check(public)
	switch {
	case den.KindOf(err) == den.Invalid:
		found.Fault = err.Error()
		var refused *den.Error
		if errors.As(err, &refused) {
			found.Fault = refused.Say
		}
	case err != nil:
		return err
	default:
		found.OK, found.Signed, found.Event = true, signed, &e
	}
	if signed {
		found.Signer = ledger.Fingerprint(public)
	}
	return k.sayProved(found)
}

func (k check) sayProved(found proved) error {
	switch {
	case k.json:
		if err := document(k.std.out, found); err != nil {
			return err
		}
	case !found.OK:
		_, _ = fmt.Fprintln(k.std.out, found.Fault)
	default:
		e := found.Event
		_, _ = fmt.Fprintf(k.std.out, "Event %d stands in the record of %d events, root %s.\n%s: %s\n", e.Seq, found.Size, found.Root, e.At.Format(time.RFC3339), harmless(e.Say))
		if found.Signed {
			_, _ = fmt.Fprintf(k.std.out, "Signed by the key %s.\n", found.Signer)
		} else {
			_, _ = fmt.Fprintln(k.std.out, "The proof is consistent, signer not checked. Name the den's public key with --key.")
		}
	}
	if !found.OK {
		return &saidError{code: exitFailed}
	}
	return nil
}
