package ledger

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"innovationden/orchestrator/den"
)

// sealName begins what Seal signs, so that no seal can pass for a checkpoint.
const sealName = "innovation-den-bundle"

// Seal signs that something with a hash (SHA-256, in hex) was given out at a time.
func (k *Key) Seal(hash string, at time.Time) (string, error) {
	if raw, err := hex.DecodeString(hash); err != nil || len(raw) != 32 {
		return "", fmt.Errorf("seal: %q is not a hash", hash)
	}
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%s\n%s\n", sealName, hash, at.UTC().Format(time.RFC3339))}, k.signer)
	return string(signed), err
}

// OpenSeal checks the signature of a seal with a public key and gives the hash.
func OpenSeal(signed, public string) (string, error) {
	verifier, err := note.NewVerifier(strings.TrimSpace(public))
	if err != nil {
		return "", &den.Error{Kind: den.Invalid, Say: "Enter the den's public key as it stands on its record page.", Err: err}
	}
	opened, err := note.Open([]byte(signed), note.VerifierList(verifier))
	if err != nil {
		return "", &den.Error{Kind: den.Invalid, Say: "The seal is not signed with this key. Ask for the bundle again, or check the key.", Err: err}
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != sealName {
		return "", den.Refuse(den.Invalid, "The seal is not one of a bundle.")
	}
	return lines[1], nil
}
