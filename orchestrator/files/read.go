package files

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
)

// ErrChanged is a file whose content is not that of its hash any more.
var ErrChanged = errors.New("the file was changed or is damaged")

// checked is a file that compares itself with its hash at its end.
type checked struct {
	file *os.File
	sum  hash.Hash
	want string
}

// Read reads on. The last read fails with ErrChanged instead of io.EOF where the
// content is wrong.
func (c *checked) Read(p []byte) (int, error) {
	n, err := c.file.Read(p)
	_, _ = c.sum.Write(p[:n])
	if err == io.EOF && hex.EncodeToString(c.sum.Sum(nil)) != c.want {
		return n, fmt.Errorf("%w: %s", ErrChanged, c.want)
	}
	return n, err
}

// Close lets go of the file.
func (c *checked) Close() error { return c.file.Close() }

// reader fails once its context has ended.
type reader struct {
	ctx  context.Context
	from io.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p)
}
