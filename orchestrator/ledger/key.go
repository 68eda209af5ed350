package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"innovationden/orchestrator/den"
)

// keyFile is the private key's name in the data directory; keyName is what checkpoints
// are signed as.
const (
	keyFile = "record.key"
	keyName = "innovation-den-record"
)

// Key signs checkpoints (Ed25519, golang.org/x/mod/sumdb/note).
type Key struct {
	signer note.Signer
	public string
}

// OpenKey reads the key from the data directory, or makes it there with mode 0600.
// random is where a new key comes from. It refuses a key that others can read.
func OpenKey(dir string, random io.Reader) (*Key, error) {
	path := filepath.Join(dir, keyFile)
	text, err := readKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeKey(path, random); err != nil {
			return nil, fmt.Errorf("make the key of the record in %s: %w", dir, err)
		}
		text, err = readKey(path)
	}
	if err != nil {
		return nil, err
	}
	private, public, _ := strings.Cut(strings.TrimSpace(text), "\n")
	signer, err := note.NewSigner(private)
	if err != nil {
		return nil, &den.Error{Kind: den.Internal, Say: "The key of the record cannot be read. Put " + path + " back from a backup.", Err: err}
	}
	verifier, err := note.NewVerifier(public)
	if err != nil || verifier.KeyHash() != signer.KeyHash() {
		return nil, &den.Error{Kind: den.Internal, Say: "The two halves of the record's key do not belong together. Put " + path + " back from a backup.", Err: err}
	}
	return &Key{signer: signer, public: public}, nil
}

// Public is the text that others need to check a checkpoint.
func (k *Key) Public() string { return k.public }

// Fingerprint is the SHA-256 of Public in hex, to be compared by eye.
func (k *Key) Fingerprint() string { return Fingerprint(k.public) }

// Fingerprint is the SHA-256 of a public key's text in hex.
func Fingerprint(public string) string {
	sum := sha256.Sum256([]byte(strings.TrimSpace(public)))
	return hex.EncodeToString(sum[:])
}

func readKey(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", den.Refuse(den.Denied, "Other people on this machine can read the key of the record. Run: chmod 600 %s", path)
	}
	text, err := os.ReadFile(path)
	return string(text), err
}

// makeKey writes a key under a temporary name and then gives it its own, so that there
// is never half a key. Where somebody else was quicker, theirs stays.
func makeKey(path string, random io.Reader) (err error) {
	private, public, err := note.GenerateKey(random, keyName)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), keyFile+".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(private + "\n" + public + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
