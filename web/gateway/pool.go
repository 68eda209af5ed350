package gateway

import "sync"

// Buffer sizes for copying a body. A stream keeps its buffer for as long as it
// is open, so it gets a small one; size is what makes a large body fast.
const (
	streamBuffer = 4 << 10
	usualBuffer  = 32 << 10
	largeBuffer  = 256 << 10
)

// buffers lends byte slices of the three sizes.
type buffers struct{ stream, usual, large sync.Pool }

func (b *buffers) of(size int) *sync.Pool {
	switch size {
	case streamBuffer:
		return &b.stream
	case largeBuffer:
		return &b.large
	}
	return &b.usual
}

func (b *buffers) get(size int) []byte {
	if p, ok := b.of(size).Get().(*[]byte); ok {
		return *p
	}
	return make([]byte, size)
}

func (b *buffers) put(p []byte) {
	p = p[:cap(p)]
	b.of(len(p)).Put(&p)
}
