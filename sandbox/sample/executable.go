package sample

import (
	"crypto/sha256"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrNotStatic says that an executable needs files that the image would not have.
var ErrNotStatic = errors.New("the executable is linked dynamically, and a sample product's image holds nothing else. Build it with CGO_ENABLED=0")

// Executable is a static Linux executable that serves sample products by
// "sample serve NAME". It is safe for use by many goroutines.
type Executable struct {
	from  io.ReaderAt
	size  int64
	arch  string // as in an image's configuration: amd64, arm64
	layer digest // of the layer that holds it
}

// Open reads the executable of a path, which for the den itself is os.Executable().
// The file must stay as it is for as long as the Executable is used; Close it then.
// ErrNotStatic when it cannot run alone in an image.
func Open(path string) (*Executable, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the executable: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("reading the executable: %w", err)
	}
	executable, err := Read(file, info.Size())
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return executable, nil
}

// Read is Open for an executable of size bytes that is open already. It reads it
// once from end to end, for the digest of its layer.
func Read(from io.ReaderAt, size int64) (*Executable, error) {
	arch, err := static(from)
	if err != nil {
		return nil, err
	}
	e := &Executable{from: from, size: size, arch: arch}
	sum := sha256.New()
	if err := e.writeLayer(sum); err != nil {
		return nil, err
	}
	e.layer = digest(sum.Sum(nil))
	return e, nil
}

// Close closes what Open opened.
func (e *Executable) Close() error {
	if closer, ok := e.from.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}

// static returns the architecture of a Linux executable that needs no interpreter
// and no library (System V ABI: no PT_INTERP segment, no DT_NEEDED entry).
func static(from io.ReaderAt) (arch string, err error) {
	file, err := elf.NewFile(from)
	if err != nil {
		return "", fmt.Errorf("the executable is not a Linux program (ELF): %w", err)
	}
	if file.Type != elf.ET_EXEC && file.Type != elf.ET_DYN {
		return "", fmt.Errorf("the file is of type %s, not a program that can be run", file.Type)
	}
	for _, segment := range file.Progs {
		if segment.Type == elf.PT_INTERP {
			return "", ErrNotStatic
		}
	}
	if needed, err := file.ImportedLibraries(); err == nil && len(needed) > 0 {
		return "", ErrNotStatic
	}
	switch file.Machine {
	case elf.EM_X86_64:
		return "amd64", nil
	case elf.EM_AARCH64:
		return "arm64", nil
	default:
		return "", fmt.Errorf("the executable is for %s. Sample products run on amd64 and arm64", file.Machine)
	}
}
