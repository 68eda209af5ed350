package docker

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"innovationden/sandbox"
	"innovationden/sandbox/policy"
)

// manifestEntry is one image in the manifest.json that the den writes (docker save, Image
// Specification v1.2).
type manifestEntry struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// archive is a checked archive in a file of its own.
type archive struct {
	*policy.Archive
	file *os.File
	size int64
}

// checkArchive copies an archive to a bounded file and checks all of it. The caller
// closes what it returns.
func checkArchive(ctx context.Context, from io.Reader, at place, arch string, limits policy.ArchiveLimits) (*archive, error) {
	f, err := os.CreateTemp(at.folder, "den-archive-")
	if err != nil {
		return nil, fmt.Errorf("%w: a file for the archive: %w", sandbox.ErrFull, err)
	}
	a := &archive{file: f}
	err = os.Remove(f.Name()) // it goes when it is closed, whatever happens
	if err == nil {
		err = a.check(ctx, from, at, policy.Source{From: f, Platform: "linux/" + arch}, limits)
	}
	if err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

func (a *archive) check(ctx context.Context, from io.Reader, at place, kept policy.Source, limits policy.ArchiveLimits) (err error) {
	if a.size, err = policy.Unzip("", from, at.writer(a.file), limits); err == nil {
		kept.Size = a.size
		a.Archive, err = policy.CheckArchive(ctx, kept, limits)
	}
	var refused policy.Refusals
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused):
		return fmt.Errorf("%w: %s", sandbox.ErrImage, inShort(refused))
	case says(err, "no space left"):
		return fmt.Errorf("%w: keep the archive while it is checked: %w", sandbox.ErrFull, err)
	}
	return fmt.Errorf("read the archive: %w", err)
}

// inShort is the first refusal, without the archive's name, and how many there are besides.
func inShort(all policy.Refusals) string {
	first := all[0]
	text := first.Reason + " " + first.Instead
	if first.Attribute != "" {
		text = first.Attribute + ": " + text
	}
	switch more := len(all) - 1; more {
	case 0:
	case 1:
		text += " There is 1 more reason; \"den release check\" names both."
	default:
		text += fmt.Sprintf(" There are %d more reasons; \"den release check\" names them.", more)
	}
	return text
}

func (a *archive) close() { _ = a.file.Close() }

// rewrite writes the archive anew: the images alone, under our tags and no other name.
func (a *archive) rewrite(to io.Writer, tag func(imageID string) string) error {
	w := tar.NewWriter(to)
	written := map[string]bool{}
	put := func(from, as string) error {
		if written[as] {
			return nil
		}
		written[as] = true
		r, err := a.Open(from)
		if err != nil {
			return err
		}
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: as, Mode: 0o444, Size: r.Size()}); err != nil {
			return err
		}
		_, err = io.Copy(w, r)
		return err
	}
	var manifest []manifestEntry
	for _, i := range a.Images {
		e := manifestEntry{Config: strings.TrimPrefix(i.ID, "sha256:") + ".json", RepoTags: []string{tag(i.ID)}}
		if err := put(i.Config, e.Config); err != nil {
			return err
		}
		for _, l := range i.Layers {
			as := strings.TrimPrefix(a.Digests[l], "sha256:") + "/layer.tar"
			if err := put(l, as); err != nil {
				return err
			}
			e.Layers = append(e.Layers, as)
		}
		manifest = append(manifest, e)
	}
	raw, err := json.Marshal(manifest)
	if err != nil {
		return err
	}
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "manifest.json", Mode: 0o444, Size: int64(len(raw))}); err != nil {
		return err
	}
	if _, err := w.Write(raw); err != nil {
		return err
	}
	return w.Close()
}
