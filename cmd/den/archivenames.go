package main

import (
	"archive/tar"
	"context"
	"encoding/json"
	"io"
	"path"

	"innovationden/sandbox"
	"innovationden/sandbox/policy"
)

// namedImages is an image store that also says what an archive calls its images. The
// engine takes no name from an archive; a compose file that comes with it uses them.
type namedImages struct{ sandbox.Images }

// Load implements sandbox.Images.
func (n namedImages) Load(ctx context.Context, archive io.Reader) ([]sandbox.Image, error) {
	beside, copied := io.Pipe()
	found := make(chan [][]string, 1)
	go func() {
		names := archiveNames(beside)
		_, _ = io.Copy(io.Discard, beside) // who loads must not wait for us
		found <- names
	}()
	loaded, err := n.Images.Load(ctx, io.TeeReader(archive, copied))
	_ = copied.Close()
	names := <-found
	if err != nil || len(names) != len(loaded) {
		return loaded, err
	}
	for i := range loaded {
		loaded[i].Names = append(names[i], loaded[i].Names...)
	}
	return loaded, nil
}

// archiveNames reads the names of each image of a `docker save` archive, in its order:
// nil where it cannot be read, which its loading tells of.
func archiveNames(from io.Reader) [][]string {
	const most = 4 << 20
	plain, err := policy.Plain("", from)
	if err != nil {
		return nil
	}
	var names [][]string
	for files := tar.NewReader(plain); ; {
		h, err := files.Next()
		if err != nil {
			return names
		}
		if path.Clean(h.Name) != "manifest.json" || h.Typeflag != tar.TypeReg {
			continue
		}
		var manifest []struct{ RepoTags []string }
		if err := json.NewDecoder(io.LimitReader(files, most)).Decode(&manifest); err != nil {
			return nil
		}
		names = nil
		for _, m := range manifest {
			names = append(names, m.RepoTags)
		}
	}
}
