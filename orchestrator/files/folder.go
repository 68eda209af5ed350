package files

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"

	"innovationden/orchestrator/den"
)

// Bounds of what a folder may hold.
const (
	mostFiles = 1000
	mostDepth = 10
	mostName  = 200 // bytes
)

// KeepFolder keeps a file, or the files in a zip archive, as one tar archive whose bytes
// depend on the names and contents alone: the same files have the same hash, however
// they were sent. most bounds what is sent, and what it holds unpacked, in bytes.
// Invalid, in the field "file" and with every name that is not acceptable, for what
// cannot be kept; Full when the disk is.
func (s *Shelf) KeepFolder(ctx context.Context, name string, from io.Reader, most int64) (hash string, size int64, count int, err error) {
	sent, err := io.ReadAll(io.LimitReader(&reader{ctx, from}, most+1))
	if err != nil {
		return "", 0, 0, said(err)
	}
	if int64(len(sent)) > most {
		return "", 0, 0, den.Bad("file", "Choose a smaller file. This one is larger than %d MB.", most>>20)
	}
	all, err := contents(name, sent, most)
	if err != nil {
		return "", 0, 0, err
	}
	for _, content := range all {
		size += int64(len(content))
	}
	archive := packed(all)
	hash, _, err = s.Keep(ctx, bytes.NewReader(archive), int64(len(archive)))
	return hash, size, len(all), err
}

// contents are the files by their names.
func contents(name string, sent []byte, most int64) (map[string][]byte, error) {
	if !bytes.HasPrefix(sent, []byte("PK\x03\x04")) && !bytes.HasPrefix(sent, []byte("PK\x05\x06")) {
		name = path.Base(strings.ReplaceAll(name, `\`, "/"))
		if bad := refused(name); bad != "" {
			return nil, den.Bad("file", "Rename the file. %s", bad)
		}
		if len(sent) == 0 {
			return nil, den.Bad("file", "Choose a file that is not empty.")
		}
		return map[string][]byte{name: sent}, nil
	}
	z, err := zip.NewReader(bytes.NewReader(sent), int64(len(sent)))
	if err != nil {
		return nil, &den.Error{Kind: den.Invalid, Field: "file", Say: "The zip archive cannot be read. Make it again, then choose it once more.", Err: err}
	}
	return unzipped(z, most)
}

func unzipped(z *zip.Reader, most int64) (map[string][]byte, error) {
	all, left := map[string][]byte{}, most
	var faults den.Faults
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue // folders are made for the files in them
		}
		if len(all) == mostFiles || len(faults) == mostFiles {
			faults.Add(den.Bad("file", "Choose an archive of at most %d files.", mostFiles))
			break
		}
		bad := refused(f.Name)
		switch {
		case bad != "":
		case f.Mode()&fs.ModeType != 0:
			bad = fmt.Sprintf("%q is not a file. Leave links and the like out.", f.Name)
		case f.Flags&1 != 0:
			bad = fmt.Sprintf("%q needs a password. Make the archive without one.", f.Name)
		case all[f.Name] != nil:
			bad = fmt.Sprintf("%q is there twice. Give each file a name of its own.", f.Name)
		}
		if bad != "" {
			faults.Add(den.Bad("file", "%s", bad))
			continue
		}
		content, err := content(f, left)
		if err != nil {
			return nil, err
		}
		left -= int64(len(content))
		all[f.Name] = content
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, dir := range parents(name) {
			if all[dir] != nil {
				faults.Add(den.Bad("file", "%q is a file and a folder. Give one of them another name.", dir))
			}
		}
	}
	if len(all) == 0 && len(faults) == 0 {
		faults.Add(den.Bad("file", "Choose an archive that holds a file."))
	}
	return all, faults.Err()
}

// content reads one file of an archive: counted as it is unpacked, whatever its head says.
func content(f *zip.File, left int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, &den.Error{Kind: den.Invalid, Field: "file", Say: fmt.Sprintf("%q in the archive cannot be read. Make the archive again.", f.Name), Err: err}
	}
	all, err := io.ReadAll(io.LimitReader(r, left+1))
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, &den.Error{Kind: den.Invalid, Field: "file", Say: fmt.Sprintf("%q in the archive cannot be read. Make the archive again.", f.Name), Err: err}
	}
	if int64(len(all)) > left {
		return nil, den.Bad("file", "Choose a smaller archive. Unpacked it holds too much.")
	}
	return append([]byte{}, all...), nil
}

// refused says why a name cannot be that of a file, or nothing.
func refused(name string) string {
	switch {
	case name == "" || name == "." || len(name) > mostName:
		return fmt.Sprintf("A name must have 1 to %d characters.", mostName)
	case strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar || r == '\\' }):
		return fmt.Sprintf("%q has characters that a name cannot have.", name)
	case !fs.ValidPath(name):
		return fmt.Sprintf("%q leads out of the folder. Use names below it.", name)
	case strings.Count(name, "/") >= mostDepth:
		return fmt.Sprintf("%q lies too deep. Use at most %d folders.", name, mostDepth)
	}
	return ""
}

// packed writes files as a tar archive, in order of their names.
func packed(all map[string][]byte) []byte {
	var out bytes.Buffer // takes everything
	w := tar.NewWriter(&out)
	made := map[string]bool{".": true}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, dir := range parents(name) {
			if !made[dir] {
				_ = w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: dir + "/", Mode: 0o755, ModTime: time.Unix(0, 0)})
				made[dir] = true
			}
		}
		_ = w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o444, Size: int64(len(all[name])), ModTime: time.Unix(0, 0)})
		_, _ = w.Write(all[name])
	}
	_ = w.Close()
	return out.Bytes()
}

// parents are the folders that a name lies in, the outermost first.
func parents(name string) []string {
	var all []string
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		all = append([]string{dir}, all...)
	}
	return all
}
