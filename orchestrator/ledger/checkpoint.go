package ledger

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"innovationden/orchestrator/den"
)

// Checkpoint is the state of the record at a moment, as somebody signed it.
type Checkpoint struct {
	Head den.Head
	At   time.Time
}

// Sign writes a checkpoint as a signed note: the origin, the size, the root in base64
// and the time, one a line (c2sp.org/tlog-checkpoint), then the signature.
func (k *Key) Sign(head den.Head, at time.Time) (string, error) {
	root, err := hex.DecodeString(head.Root)
	if err != nil || len(root) != tlog.HashSize {
		return "", fmt.Errorf("sign a checkpoint: the root %q is not a hash", head.Root)
	}
	text := fmt.Sprintf("%s\n%d\n%s\n%s\n", k.signer.Name(), head.Size, base64.StdEncoding.EncodeToString(root), at.UTC().Format(time.RFC3339Nano))
	signed, err := note.Sign(&note.Note{Text: text}, k.signer)
	return string(signed), err
}

// OpenCheckpoint reads a checkpoint and checks its signature with a public key.
func OpenCheckpoint(signed, public string) (Checkpoint, error) {
	verifier, err := note.NewVerifier(strings.TrimSpace(public))
	if err != nil {
		return Checkpoint{}, &den.Error{Kind: den.Invalid, Say: "Enter the den's public key as it stands on its record page.", Err: err}
	}
	opened, err := note.Open([]byte(signed), note.VerifierList(verifier))
	if err != nil {
		return Checkpoint{}, &den.Error{Kind: den.Invalid, Say: "The checkpoint is not signed with this key. Ask for it again, or check the key.", Err: err}
	}
	return parseCheckpoint(opened.Text)
}

// ReadCheckpoint reads a checkpoint without checking who signed it.
func ReadCheckpoint(signed string) (Checkpoint, error) {
	text, _, found := strings.Cut(signed, "\n\n")
	if !found {
		return Checkpoint{}, den.Refuse(den.Invalid, "The file is not a checkpoint of a den. Choose another one.")
	}
	return parseCheckpoint(text + "\n")
}

func parseCheckpoint(text string) (Checkpoint, error) {
	bad := den.Refuse(den.Invalid, "The file is not a checkpoint of a den. Choose another one.")
	lines := strings.Split(text, "\n")
	if len(lines) < 5 || lines[0] != keyName {
		return Checkpoint{}, bad
	}
	size, err := strconv.ParseUint(lines[1], 10, 48)
	if err != nil || strconv.FormatUint(size, 10) != lines[1] {
		return Checkpoint{}, bad
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return Checkpoint{}, bad
	}
	at, err := time.Parse(time.RFC3339Nano, lines[3])
	if err != nil {
		return Checkpoint{}, bad
	}
	return Checkpoint{Head: den.Head{Size: size, Root: hex.EncodeToString(root)}, At: at}, nil
}
