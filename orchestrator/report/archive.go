package report

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"time"
)

// A bundle is a zip in which nothing is compressed: the same files give the same bytes
// with any version of the library, so that a bundle can be compared byte for byte with
// what it must be, and no file in it can be larger than it looks.

// contents lists what is in a bundle, in its order, but for itself and the seal.
type contents struct {
	Standard string    `json:"standard"`
	Trial    string    `json:"trial"`
	MadeAt   time.Time `json:"made_at"`
	Files    []listed  `json:"files"`
}

type listed struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	Hash string `json:"sha256"`
}

const (
	bundleStandard = "innovation-den-bundle/1"
	contentsName   = "contents.json"
	sealName       = "seal.txt"
)

// archive writes a bundle.
type archive struct {
	z    *zip.Writer
	at   time.Time
	made []listed
}

func newArchive(w io.Writer, at time.Time) *archive {
	return &archive{z: zip.NewWriter(w), at: at.UTC().Truncate(2 * time.Second)} // as a zip keeps it
}

// add writes a file and remembers its hash.
func (a *archive) add(name string, from io.Reader) error {
	sum := sha256.New()
	n, err := a.put(name, io.TeeReader(from, sum))
	a.made = append(a.made, listed{Name: name, Size: n, Hash: hex.EncodeToString(sum.Sum(nil))})
	return err
}

func (a *archive) put(name string, from io.Reader) (int64, error) {
	f, err := a.z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: a.at})
	if err != nil {
		return 0, err
	}
	return io.Copy(f, from)
}

func (a *archive) bytes(name string, body []byte) error { return a.add(name, bytes.NewReader(body)) }
