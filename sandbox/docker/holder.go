package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/containerd/errdefs"

	"innovationden/sandbox"
)

// holderTag is the name of the holder's image, the same for every installation: it is
// the same image. It is run by id.
const holderTag = "innovationden/holder:"

// pause is a program that calls pause(2), or ppoll(2) where there is no pause, for
// ever, as a static ELF executable: a header of 64 bytes, one program header of 56
// (elf(5)) and the code, loaded at 0x400000.
func pause(arch string) ([]byte, error) {
	var machine uint16
	var code []byte
	switch arch {
	case "amd64":
		machine = 62 // EM_X86_64
		code = []byte{
			0xb8, 34, 0, 0, 0, // mov $34, %eax: pause
			0x0f, 0x05, // syscall
			0xeb, 0xf7, // jmp to the start
		}
	case "arm64":
		machine = 183 // EM_AARCH64
		for _, word := range []uint32{
			0xd2800000, // mov x0, #0: no descriptors
			0xd2800001, // mov x1, #0
			0xd2800002, // mov x2, #0: no time
			0xd2800003, // mov x3, #0: no signals
			0xd2800004, // mov x4, #0
			0xd2800928, // mov x8, #73: ppoll
			0xd4000001, // svc #0
			0x17fffff9, // b to the start
		} {
			code = binary.LittleEndian.AppendUint32(code, word)
		}
	default:
		return nil, fmt.Errorf("the den has no holder for engines of architecture %q", arch)
	}
	const base, head, segment = 0x400000, 64, 56
	size := uint64(head + segment + len(code))
	le := binary.LittleEndian
	b := []byte{0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0} // 64 bits, little-endian
	b = le.AppendUint16(b, 2)                                            // ET_EXEC
	b = le.AppendUint16(b, machine)
	b = le.AppendUint32(b, 1)
	b = le.AppendUint64(b, base+head+segment) // entry
	b = le.AppendUint64(b, head)              // where the program header is
	b = le.AppendUint64(b, 0)                 // no sections
	b = le.AppendUint32(b, 0)
	for _, v := range []uint16{head, segment, 1, 0, 0, 0} {
		b = le.AppendUint16(b, v)
	}
	b = le.AppendUint32(b, 1) // PT_LOAD
	b = le.AppendUint32(b, 5) // readable, executable
	for _, v := range []uint64{0, base, base, size, size, 0x1000} {
		b = le.AppendUint64(b, v)
	}
	return append(b, code...), nil
}

// holderArchive makes the holder's image in the form of docker save. It is the same,
// byte for byte, whoever makes it.
func holderArchive(arch string) (archive []byte, tag, diff string, err error) {
	program, err := pause(arch)
	if err != nil {
		return nil, "", "", err
	}
	layer := tarOf(file{"pause", 0o555, program})
	sum := sha256.Sum256(layer)
	diff = "sha256:" + hex.EncodeToString(sum[:])
	tag = holderTag + arch + "-" + hex.EncodeToString(sum[:6])
	config, err := json.Marshal(map[string]any{
		"architecture": arch, "os": "linux", "created": "1970-01-01T00:00:00Z",
		"config": map[string]any{"Entrypoint": []string{"/pause"}, "User": nobody},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{diff}},
	})
	if err != nil {
		return nil, "", "", err
	}
	name := fmt.Sprintf("%x.json", sha256.Sum256(config))
	manifest, err := json.Marshal([]manifestEntry{{Config: name, RepoTags: []string{tag}, Layers: []string{"layer.tar"}}})
	if err != nil {
		return nil, "", "", err
	}
	return tarOf(file{name, 0o444, config}, file{"layer.tar", 0o444, layer}, file{"manifest.json", 0o444, manifest}), tag, diff, nil
}

type file struct {
	name string
	mode int64
	body []byte
}

// tarOf writes files to a tar archive in memory, where nothing can fail.
func tarOf(files ...file) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		_ = w.WriteHeader(&tar.Header{
			Typeflag: tar.TypeReg, Name: f.name, Mode: f.mode, Size: int64(len(f.body)), ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR,
		})
		_, _ = w.Write(f.body)
	}
	_ = w.Close()
	return b.Bytes()
}

// holderImage gives the id of the holder's image and brings it to the engine first
// where it is not there. A tag that leads to something else is put right.
func (r *Runtime) holderImage(ctx context.Context) (string, error) {
	r.mu.Lock()
	known := r.holder
	r.mu.Unlock()
	if known != "" {
		return known, nil
	}
	arch, err := r.engineArch(ctx)
	if err != nil {
		return "", err
	}
	archive, tag, diff, err := holderArchive(arch)
	if err != nil {
		return "", err
	}
	id, err := r.findHolder(ctx, tag, diff)
	if err != nil {
		return "", err
	}
	if id == "" {
		if err := r.ask(ctx, func(ctx context.Context) error { return r.send(ctx, bytes.NewReader(archive)) }); err != nil {
			return "", explain("bring the holder's image to the engine", err)
		}
		if id, err = r.findHolder(ctx, tag, diff); err != nil {
			return "", err
		}
		if id == "" {
			return "", fmt.Errorf("the holder's image did not arrive at the engine as %s", tag)
		}
	}
	r.mu.Lock()
	r.holder = id
	r.mu.Unlock()
	return id, nil
}

func (r *Runtime) forgetHolderImage() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.holder = ""
}

func (r *Runtime) findHolder(ctx context.Context, tag, diff string) (id string, err error) {
	err = r.ask(ctx, func(ctx context.Context) error {
		i, err := r.api.ImageInspect(ctx, tag)
		if errdefs.IsNotFound(err) {
			return nil
		}
		if err == nil && len(i.RootFS.Layers) == 1 && i.RootFS.Layers[0] == diff {
			id = i.ID
		}
		return err
	})
	return id, explain("look for the holder's image", err)
}

func (r *Runtime) engineArch(ctx context.Context) (string, error) {
	r.mu.Lock()
	arch := r.arch
	r.mu.Unlock()
	if arch != "" {
		return arch, nil
	}
	err := r.ask(ctx, func(ctx context.Context) error {
		v, err := r.api.ServerVersion(ctx)
		if arch = v.Arch; err == nil && arch == "" {
			err = fmt.Errorf("%w: half an answer about the engine", sandbox.ErrUnavailable)
		}
		return err
	})
	if err != nil {
		return "", explain("ask the engine for its version", err)
	}
	r.mu.Lock()
	r.arch = arch
	r.mu.Unlock()
	return arch, nil
}
