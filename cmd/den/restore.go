package main

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/bolt"
)

func newRestore(std streams) *cobra.Command {
	r := restore{std: std}
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Make a data folder of a backup",
		Long: `Make a new data folder of a backup. Every file in it is compared with the backup's own
list, and the records are checked as "den check" does; where anything is not right, the
folder is not made. Records of an older den are brought up to date.

Stop the den that it is of, then start the den on the new folder: two dens of one name
remove each other's sandboxes. Where the den runs as a user of its own, give the folder
to that user. It keeps the name of its installation, by which the den knows its sandboxes,
unless the settings give another. Sandboxes that the backup tells of and that are gone
end as lost; those that were made after it are removed after the grace.`,
		Example: "  den restore den-backup-20260603T093000.000Z.tar --data /var/lib/den-restored",
		Args:    words("a backup"),
		RunE:    func(c *cobra.Command, args []string) error { return r.run(c.Context(), args[0]) },
	}
	c.Flags().StringVar(&r.data, "data", "", "the folder to make; it must not be there, or be empty")
	c.Flags().BoolVar(&r.json, "json", false, "print one JSON document")
	return c
}

type restore struct {
	std  streams
	data string
	json bool
}

// errBackup is a backup that cannot be used.
var errBackup = errors.New("this backup cannot be used")

func (r restore) run(ctx context.Context, from string) error {
	if r.data == "" {
		return usageError{errors.New("name the folder to make with --data")}
	}
	if found, err := os.ReadDir(r.data); err == nil && len(found) > 0 {
		return usageError{fmt.Errorf("%s is not empty. Name a folder that is not there yet", r.data)}
	}
	f, err := os.Open(from)
	if err != nil {
		return usageError{fmt.Errorf("the backup cannot be read: %w", err)}
	}
	defer func() { _ = f.Close() }()
	target, err := filepath.Abs(r.data)
	if err != nil {
		return usageError{err}
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return usageError{fmt.Errorf("the folder cannot be made: %w", err)}
	}
	half, err := os.MkdirTemp(filepath.Dir(target), ".restoring-*")
	if err != nil {
		return usageError{fmt.Errorf("the folder cannot be made: %w", err)}
	}
	defer func() { _ = os.RemoveAll(half) }()
	m, err := unpack(f, half)
	if err != nil {
		return err
	}
	if err := keepName(m, half); err != nil {
		return err
	}
	if err := sound(ctx, half); err != nil {
		return err
	}
	if err := os.Remove(target); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the folder cannot be replaced: %w", err)
	}
	if err := os.Rename(half, target); err != nil {
		return fmt.Errorf("the folder cannot be put in its place: %w", err)
	}
	return r.say(m, target)
}

func (r restore) say(m manifest, target string) error {
	if r.json {
		return json.NewEncoder(r.std.out).Encode(map[string]any{"ok": true, "data": target, "made_at": m.MadeAt, "files": len(m.Entries), "installation": m.Installation})
	}
	_, err := fmt.Fprintf(r.std.out, "%s holds the den as it was on %s: %s, all as the backup lists them, and sound records.\nStop the den that it is of, then start it with: den serve --data %s\n",
		target, m.MadeAt.Local().Format("2 January 2006, 15:04"), count(len(m.Entries), "file"), target)
	return err
}

// unpack writes the files of a backup below a folder and holds them to its list. Names
// that a backup never has, and files that its list does not name, are refused.
func unpack(from io.Reader, to string) (m manifest, err error) {
	found := map[string]savedFile{}
	archive := tar.NewReader(from)
	for {
		head, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return m, fmt.Errorf("%w: it is torn or no backup: %w", errBackup, err)
		}
		if !isBackedUp(head.Name) || head.Typeflag != tar.TypeReg {
			return m, fmt.Errorf("%w: a backup holds no %q", errBackup, head.Name)
		}
		if _, twice := found[head.Name]; twice {
			return m, fmt.Errorf("%w: %s is in it twice", errBackup, head.Name)
		}
		if head.Name == manifestFile {
			if err := json.NewDecoder(io.LimitReader(archive, 1<<30)).Decode(&m); err != nil {
				return m, fmt.Errorf("%w: its list cannot be read: %w", errBackup, err)
			}
			continue
		}
		one, err := unpackOne(archive, filepath.Join(to, filepath.FromSlash(head.Name)))
		if err != nil {
			return m, fmt.Errorf("%w: %s: %w", errBackup, head.Name, err)
		}
		one.Name = head.Name
		found[head.Name] = one
	}
	if m.MadeAt.IsZero() {
		return m, fmt.Errorf("%w: it ends before its list, so it is not whole", errBackup)
	}
	for _, want := range m.Entries {
		got, ok := found[want.Name]
		switch {
		case !ok:
			return m, fmt.Errorf("%w: %s is missing", errBackup, want.Name)
		case got != want:
			return m, fmt.Errorf("%w: %s is not what was backed up", errBackup, want.Name)
		}
		delete(found, want.Name)
	}
	for name := range found {
		return m, fmt.Errorf("%w: its list does not name %s", errBackup, name)
	}
	return m, nil
}

// keepName leaves a restored folder with the name that its den had when it was backed up,
// which the settings may have given: what runs on the engine bears that name, and the
// settings of the new den need not say it.
func keepName(m manifest, folder string) error {
	if m.Installation == "" {
		return nil // a backup that does not tell
	}
	return writeSafely(filepath.Join(folder, installationFile), m.Installation+"\n")
}

// endsWithList says whether a backup ends with its list, without unpacking it.
func endsWithList(from io.Reader) error {
	archive, last := tar.NewReader(from), ""
	for {
		head, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: it is torn or no backup: %w", errBackup, err)
		}
		last = head.Name
	}
	if last != manifestFile {
		return fmt.Errorf("%w: it ends before its list, so it is not whole", errBackup)
	}
	return nil
}

func isBackedUp(name string) bool {
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\\x00") {
		return false
	}
	return name == "den.db" || name == manifestFile || slices.Contains(keptFiles, name) ||
		strings.HasPrefix(name, "files/") || strings.HasPrefix(name, "registry/")
}

func unpackOne(from io.Reader, to string) (s savedFile, err error) {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return s, err
	}
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return s, err
	}
	sum := sha256.New()
	s.Size, err = io.Copy(io.MultiWriter(f, sum), from)
	s.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return s, errors.Join(err, f.Sync(), f.Close())
}

// sound checks the records of a restored folder. Those of an older den are brought up to
// date first; of how they were, the backup is the copy.
func sound(ctx context.Context, folder string) error {
	path := filepath.Join(folder, "den.db")
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("%w: it has no records", errBackup)
	}
	store, err := bolt.Open(path, bolt.Options{Now: time.Now})
	if err != nil {
		return err
	}
	faults, err := store.Check(ctx)
	if err = errors.Join(err, store.Close()); err != nil {
		return err
	}
	if len(faults) > 0 {
		return fmt.Errorf("%w: its records are not sound: %v", errBackup, faults[0])
	}
	copies, err := filepath.Glob(path + ".backup-v*")
	for _, one := range copies {
		err = errors.Join(err, os.Remove(one))
	}
	return err
}
