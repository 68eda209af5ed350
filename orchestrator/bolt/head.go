package bolt

import (
	"encoding/binary"
	"hash/fnv"
	"io"
	"slices"

	"innovationden/orchestrator/den"
)

// bbolt has two heads and writes them in turn. It reads the newer one that is right, so
// damage to the newest would silently take the last change back. A power cut does not
// do that: a head is 64 bytes in one sector, which a disk writes whole or not at all.
// So a wrong head is damage, and is said.
//
// The layout is that of bbolt 1.5: a page begins with 16 bytes of its own, then come
// magic and version (4 bytes each), 48 bytes more, and the FNV-1a of all those.
const (
	headStart = 16
	headSum   = headStart + 56
	headEnd   = headSum + 8
	headMagic = 0xED0CDAED
)

// heads says whether both heads are right.
func heads(file io.ReaderAt, pageSize int) (bool, error) {
	for page := range int64(2) {
		head := make([]byte, headEnd)
		if _, err := file.ReadAt(head, page*int64(pageSize)); err != nil {
			return false, err
		}
		sum := fnv.New64a()
		_, _ = sum.Write(head[headStart:headSum])
		if binary.NativeEndian.Uint32(head[headStart:]) != headMagic ||
			!slices.Equal(binary.NativeEndian.AppendUint64(nil, sum.Sum64()), head[headSum:]) {
			return false, nil
		}
	}
	return true, nil
}

func oneHead(path string) error {
	return &den.Error{
		Kind: den.Internal,
		Say:  "One of the two heads of the data file " + path + " is damaged, so its last change may be missing. Restore the last backup, or start the den once with --accept-older-head to go on without that change.",
		Err:  errOneHead,
	}
}
