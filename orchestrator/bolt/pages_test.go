package bolt

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What bbolt would follow out of the file, or for ever, is named before it does.
func TestAPageThatPointsElsewhereIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "den.db")
	db := openedAt(t, path, Options{Reserve: -1})
	for n := range 200 {
		must(t, db.Update(t.Context(), begin(n)))
	}
	var root uint64
	var size int
	must(t, db.view(t.Context(), func(t *tx) error {
		root, size = uint64(t.b.Bucket(indexBucket).Bucket([]byte("events_by_subject")).Root()), t.b.DB().Info().PageSize
		return nil
	}))
	must(t, db.Close())
	good, err := os.ReadFile(path)
	must(t, err)
	at := int(root) * size
	if binary.LittleEndian.Uint16(good[at+8:]) != branchFlag {
		t.Fatal("the bucket has no branch: it needs more records")
	}
	for name, c := range map[string]struct {
		spoil func(page []byte)
		want  string
	}{
		"a key far away":      {func(p []byte) { binary.LittleEndian.PutUint32(p[headerSize:], 1<<31) }, "a key is outside"},
		"a key without end":   {func(p []byte) { binary.LittleEndian.PutUint32(p[headerSize+4:], 1<<31) }, "a key is outside"},
		"a page in itself":    {func(p []byte) { binary.LittleEndian.PutUint64(p[headerSize+8:], root) }, "used twice"},
		"a page far away":     {func(p []byte) { binary.LittleEndian.PutUint64(p[headerSize+8:], 1<<40) }, "is asked for"},
		"another page":        {func(p []byte) { binary.LittleEndian.PutUint64(p, root+1) }, "says that it is"},
		"a page without end":  {func(p []byte) { binary.LittleEndian.PutUint32(p[12:], 1<<31) }, "goes on for"},
		"too many elements":   {func(p []byte) { binary.LittleEndian.PutUint16(p[10:], 1<<15) }, "elements"},
		"a page of no kind":   {func(p []byte) { binary.LittleEndian.PutUint16(p[8:], 64) }, "its kind is 64"},
		"a page of all zeros": {func(p []byte) { clear(p) }, "says that it is 0"},
	} {
		bad := append([]byte{}, good...)
		c.spoil(bad[at : at+size])
		must(t, os.WriteFile(path, bad, 0o600))
		db, err := Open(path, Options{Now: noon, Reserve: -1})
		must(t, err) // the start does not look at it
		faults, err := db.Check(t.Context())
		if err != nil || len(faults) != 1 || faults[0].Place != "pages" || !strings.Contains(faults[0].Say, c.want) {
			t.Errorf("%s: %v, %v; want a fault that says %q", name, faults, err, c.want)
		}
		must(t, db.Close())
	}
}
