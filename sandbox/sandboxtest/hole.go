package sandboxtest

import (
	"archive/tar"
	"bytes"
	"fmt"
	"strconv"
	"testing"
)

// Hole is a layer of one file of size bytes, which is all hole: the archive holds none of
// them (GNU tar, sparse format 1.0). archive/tar reads such files and writes none.
func Hole(t testing.TB, size int64) []byte {
	t.Helper()
	var records string
	for _, one := range [][2]string{
		{"GNU.sparse.major", "1"}, {"GNU.sparse.minor", "0"}, {"GNU.sparse.name", "hole"}, {"GNU.sparse.realsize", strconv.FormatInt(size, 10)},
	} {
		rest := fmt.Sprintf(" %s=%s\n", one[0], one[1])
		length := len(rest) + 2 // each record is at least 10 bytes long, and shorter than 100
		records += strconv.Itoa(length) + rest
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	writeFile(t, w, "x", records)
	block := make([]byte, 512)
	copy(block, fmt.Sprintf("1\n%d\n0\n", size)) // one piece of data, at the end and empty
	writeFile(t, w, "hole", string(block))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	const kind, sum, sumEnd, header = 156, 148, 156, 512
	out := b.Bytes()
	out[kind] = tar.TypeXHeader
	copy(out[sum:sumEnd], "        ")
	total := 0
	for _, c := range out[:header] {
		total += int(c)
	}
	copy(out[sum:sumEnd], fmt.Sprintf("%06o\x00 ", total))
	return out
}

func writeFile(t testing.TB, w *tar.Writer, name, body string) {
	t.Helper()
	err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: int64(len(body)), Format: tar.FormatUSTAR})
	if err == nil {
		_, err = w.Write([]byte(body))
	}
	if err != nil {
		t.Fatal(err)
	}
}
