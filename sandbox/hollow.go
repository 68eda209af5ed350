package sandbox

import (
	"archive/tar"
	"strings"
)

// Hollow is how many bytes a file with holes of a layer comes to, of which the archive
// holds a few: an engine writes the holes out. It is 0 for other files, whose bytes are
// counted as they are read.
func Hollow(h *tar.Header) int64 {
	if h.Typeflag == tar.TypeGNUSparse {
		return h.Size
	}
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return h.Size
		}
	}
	return 0
}
