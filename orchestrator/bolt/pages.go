package bolt

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
)

// The layout of a page, as bbolt writes it (go.etcd.io/bbolt, internal/common, version 2
// of the file) on processors that put the low byte first: a header of 16 bytes, then
// elements of 16 bytes, then what they point to.
const (
	headerSize  = 16
	elementSize = 16
	bucketSize  = 16 // the root and the sequence of a bucket
	branchFlag  = 0x01
	leafFlag    = 0x02
	bucketFlag  = 0x01 // of an element of a leaf
)

// pager follows the pages of a file from a root, and makes sure that nothing in them
// points outside of them, or to a page that was met before. bbolt takes all that for
// granted, also when it checks a file, which it does where no fault can be caught.
type pager struct {
	file  io.ReaderAt
	size  int      // bytes of a page
	pages uint64   // in use
	met   []uint64 // a bit for each page
	goOn  func() error
}

// checkPages follows every page that belongs to what a transaction sees.
func (c *checker) checkPages() error {
	f, err := os.Open(c.tx.b.DB().Path())
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	size := c.tx.b.DB().Info().PageSize
	pages := uint64(c.tx.b.Size()) / uint64(size)
	p := &pager{file: f, size: size, pages: pages, met: make([]uint64, pages/64+1), goOn: c.goOn}
	return p.follow(uint64(c.tx.b.Cursor().Bucket().Root()))
}

// follow looks at a page and at all that hangs on it.
func (p *pager) follow(id uint64) error {
	if err := p.goOn(); err != nil {
		return err
	}
	page, err := p.read(id)
	if err != nil {
		return err
	}
	next, err := pointsTo(page)
	if err != nil {
		return damaged("page %d: %v", id, err)
	}
	for _, id := range next {
		if err := p.follow(id); err != nil {
			return err
		}
	}
	return nil
}

// read gives a page with those that it goes on in. It is the caller's.
func (p *pager) read(id uint64) ([]byte, error) {
	if id < 2 || id >= p.pages {
		return nil, damaged("page %d is asked for, and there are %d", id, p.pages)
	}
	var head [headerSize]byte
	if _, err := p.file.ReadAt(head[:], int64(id)*int64(p.size)); err != nil {
		return nil, damaged("page %d: %v", id, err)
	}
	more := uint64(binary.LittleEndian.Uint32(head[12:]))
	if own := binary.LittleEndian.Uint64(head[:]); own != id || more >= p.pages-id {
		return nil, damaged("page %d says that it is %d and goes on for %d", id, own, more)
	}
	for at := id; at <= id+more; at++ {
		if p.met[at/64]&(1<<(at%64)) != 0 {
			return nil, damaged("page %d is used twice", at)
		}
		p.met[at/64] |= 1 << (at % 64)
	}
	page := make([]byte, (more+1)*uint64(p.size))
	if _, err := p.file.ReadAt(page, int64(id)*int64(p.size)); err != nil {
		return nil, damaged("page %d: %v", id, err)
	}
	return page, nil
}

// pointsTo lists the pages that hang on a page, and makes sure that its keys and values
// are inside of it.
func pointsTo(page []byte) (next []uint64, err error) {
	flags, count := binary.LittleEndian.Uint16(page[8:]), int(binary.LittleEndian.Uint16(page[10:]))
	if flags != branchFlag && flags != leafFlag {
		return nil, fmt.Errorf("its kind is %d", flags)
	}
	if headerSize+count*elementSize > len(page) {
		return nil, fmt.Errorf("it has %d elements", count)
	}
	for i := range count {
		at := headerSize + i*elementSize
		element := page[at : at+elementSize]
		if flags == branchFlag {
			if _, err := inside(page, at, element[0:], element[4:]); err != nil {
				return nil, err
			}
			next = append(next, binary.LittleEndian.Uint64(element[8:]))
			continue
		}
		key, err := inside(page, at, element[4:], element[8:])
		if err != nil {
			return nil, err
		}
		value, size := at+int(binary.LittleEndian.Uint32(element[4:]))+len(key), int(binary.LittleEndian.Uint32(element[12:]))
		if value+size > len(page) {
			return nil, fmt.Errorf("value %d ends outside of it", i)
		}
		if binary.LittleEndian.Uint32(element)&bucketFlag == 0 {
			continue
		}
		inner, err := ofBucket(page[value : value+size])
		if err != nil {
			return nil, err
		}
		next = append(next, inner...)
	}
	return next, nil
}

// ofBucket lists the pages that hang on a bucket: its root, or what hangs on the page
// that it holds itself.
func ofBucket(value []byte) ([]uint64, error) {
	if len(value) < bucketSize {
		return nil, fmt.Errorf("a bucket has %d bytes", len(value))
	}
	if root := binary.LittleEndian.Uint64(value); root != 0 {
		return []uint64{root}, nil
	}
	if len(value) < bucketSize+headerSize {
		return nil, fmt.Errorf("a bucket has %d bytes", len(value))
	}
	return pointsTo(value[bucketSize:])
}

// inside is what begins so many bytes after an element and is so long.
func inside(page []byte, element int, pos, size []byte) ([]byte, error) {
	from, n := element+int(binary.LittleEndian.Uint32(pos)), int(binary.LittleEndian.Uint32(size))
	if from+n > len(page) {
		return nil, fmt.Errorf("a key is outside of it")
	}
	return page[from : from+n], nil
}
