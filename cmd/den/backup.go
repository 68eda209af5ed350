package main

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"innovationden/configs"
	"innovationden/orchestrator/bolt"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/registry"
)

// A backup is one tar archive: den.db first, then the small files of the data folder,
// the evidence below files/, the pushed images below registry/, and manifest.json last,
// which names each with its size and SHA-256.
const manifestFile = "manifest.json"

// keptFiles are what a backup takes of the data folder besides records and evidence. The
// token of the command line is made anew at each start, and so left out.
var keptFiles = []string{installationFile, "record.key", checkpointFile, evidenceFile}

type manifest struct {
	Version      string      `json:"den_version"`
	MadeAt       time.Time   `json:"made_at"`
	Installation string      `json:"installation"`
	Entries      []savedFile `json:"entries"`
}

type savedFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// backups implements orchestrator.Backups.
type backups struct {
	config       configs.Config
	installation string
	store        *bolt.DB
	registry     *registry.Registry

	mu   sync.Mutex
	last den.Backup
}

// newBackups looks for the newest backup in the folder, and removes what was never finished.
func newBackups(c configs.Config, installation string, store *bolt.DB, images *registry.Registry) *backups {
	b := &backups{config: c, installation: installation, store: store, registry: images}
	for _, name := range b.having(unfinishedBackup, "") {
		_ = os.Remove(filepath.Join(c.Backup.Folder, name)) // it is tried again at the next start
	}
	if all := b.made(); len(all) > 0 {
		newest := filepath.Join(c.Backup.Folder, all[len(all)-1])
		if info, err := os.Stat(newest); err == nil {
			b.last = den.Backup{At: info.ModTime().UTC(), Where: newest, Bytes: info.Size()}
		}
	}
	return b
}

const (
	backupPrefix, backupSuffix = "den-backup-", ".tar"

	unfinishedBackup = ".den-backup-new-" // begins the name of one that is being written
)

// made lists the backups of the folder, the oldest first.
func (b *backups) made() []string { return b.having(backupPrefix, backupSuffix) }

// having lists the files of the folder whose names begin and end so, in their order.
func (b *backups) having(prefix, suffix string) []string {
	found, err := os.ReadDir(b.config.Backup.Folder)
	if b.config.Backup.Folder == "" || err != nil {
		return nil
	}
	var all []string
	for _, f := range found {
		if strings.HasPrefix(f.Name(), prefix) && strings.HasSuffix(f.Name(), suffix) {
			all = append(all, f.Name())
		}
	}
	slices.Sort(all)
	return all
}

// Last implements orchestrator.Backups.
func (b *backups) Last() den.Backup {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last
}

// Every implements orchestrator.Backups.
func (b *backups) Every() time.Duration {
	if b.config.Backup.Folder == "" && len(b.config.Backup.Command) == 0 {
		return 0
	}
	return b.config.Backup.Every.Span()
}

// Keep implements orchestrator.Backups.
func (b *backups) Keep(ctx context.Context) (den.Backup, error) {
	c := b.config.Backup
	if c.Folder == "" && len(c.Command) == 0 {
		return den.Backup{}, den.Refuse(den.Invalid, "Say in the settings where backups go: backup.folder or backup.command.")
	}
	done := den.Backup{At: time.Now().UTC()}
	var err error
	if c.Folder != "" {
		done.Where, done.Bytes, err = b.toFolder(ctx, done.At)
	}
	if err == nil && len(c.Command) > 0 {
		var n int64
		n, err = b.toCommand(ctx)
		done.Bytes = max(done.Bytes, n)
		done.Where = strings.TrimPrefix(done.Where+" and "+strings.Join(c.Command, " "), " and ")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		b.last.Error = "The backup of " + done.At.Format("2 January 2006, 15:04") + " UTC failed: " + err.Error() + "."
		return den.Backup{}, &den.Error{Kind: den.Internal, Err: err, Say: "The backup failed. Look at the folder or the command that the settings name."}
	}
	b.last = done
	return done, nil
}

// toFolder writes a file that is there whole or not at all, and lets the oldest go.
func (b *backups) toFolder(ctx context.Context, at time.Time) (string, int64, error) {
	folder := b.config.Backup.Folder
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", 0, err
	}
	f, err := os.CreateTemp(folder, unfinishedBackup+"*")
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	err = b.Write(ctx, f)
	size, seek := f.Seek(0, io.SeekEnd)
	if err = errors.Join(err, seek, f.Sync(), f.Close()); err != nil {
		return "", 0, err
	}
	name := filepath.Join(folder, backupPrefix+at.Format("20060102T150405.000Z")+backupSuffix)
	if err := os.Rename(f.Name(), name); err != nil {
		return "", 0, err
	}
	all := b.made()
	for len(all) > max(b.config.Backup.Keep, 1) {
		if err := os.Remove(filepath.Join(folder, all[0])); err != nil {
			return "", 0, err
		}
		all = all[1:]
	}
	return name, size, nil
}

// toCommand gives a backup to a command on its standard input.
func (b *backups) toCommand(ctx context.Context) (int64, error) {
	words := b.config.Backup.Command
	command := exec.CommandContext(ctx, words[0], words[1:]...)
	in, err := command.StdinPipe()
	if err != nil {
		return 0, err
	}
	var said strings.Builder
	command.Stderr = &said
	if err := command.Start(); err != nil {
		return 0, err
	}
	counted := &countedWriter{to: in}
	err = errors.Join(b.Write(ctx, counted), in.Close())
	if ended := command.Wait(); ended != nil {
		const most = 300
		text := strings.TrimSpace(harmless(said.String()))
		err = errors.Join(err, fmt.Errorf("%s: %w: %s", words[0], ended, text[:min(len(text), most)]))
	}
	return counted.n, err
}

type countedWriter struct {
	to io.Writer
	n  int64
}

func (c *countedWriter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += int64(n)
	return n, err
}

// Write implements orchestrator.Backups. Records come first: whatever they name was kept
// before they were written.
func (b *backups) Write(ctx context.Context, to io.Writer) error {
	a := &backupArchive{tar: tar.NewWriter(to), manifest: manifest{Version: version, MadeAt: time.Now().UTC(), Installation: b.installation}}
	sum := sha256.New()
	var size int64
	_, err := b.store.BackupSized(ctx, func(n int64) (io.Writer, error) {
		size = n
		return io.MultiWriter(a.tar, sum), a.head("den.db", n)
	})
	if err != nil {
		return err
	}
	a.kept("den.db", size, sum)
	for _, name := range keptFiles {
		if err := a.file(b.config.Path(name), name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := a.folder(ctx, b.config.Path("files"), "files"); err != nil {
		return err
	}
	err = b.registry.Copy(ctx, func(name string, size int64, write func(io.Writer) error) error {
		return a.put(path.Join("registry", name), size, write)
	})
	if err != nil {
		return err
	}
	return a.close()
}

// backupArchive is a backup while it is written.
type backupArchive struct {
	tar      *tar.Writer
	manifest manifest
}

func (a *backupArchive) head(name string, size int64) error {
	return a.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: size, ModTime: a.manifest.MadeAt.Truncate(time.Second)})
}

func (a *backupArchive) kept(name string, size int64, sum hash.Hash) {
	a.manifest.Entries = append(a.manifest.Entries, savedFile{Name: name, Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))})
}

func (a *backupArchive) put(name string, size int64, write func(io.Writer) error) error {
	if err := a.head(name, size); err != nil {
		return err
	}
	sum := sha256.New()
	if err := write(io.MultiWriter(a.tar, sum)); err != nil {
		return err
	}
	a.kept(name, size, sum)
	return nil
}

func (a *backupArchive) file(from, name string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return a.put(name, info.Size(), func(w io.Writer) error {
		_, err := io.CopyN(w, f, info.Size())
		return err
	})
}

// folder takes every file of a folder that is not still being written.
func (a *backupArchive) folder(ctx context.Context, from, name string) error {
	return filepath.WalkDir(from, func(at string, d fs.DirEntry, err error) error {
		if err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if d.IsDir() || strings.HasPrefix(d.Name(), ".new-") {
			return nil
		}
		below, err := filepath.Rel(from, at)
		if err != nil {
			return err
		}
		if err := a.file(at, path.Join(name, filepath.ToSlash(below))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
}

func (a *backupArchive) close() error {
	text, err := json.MarshalIndent(a.manifest, "", " ")
	if err != nil {
		return err
	}
	if err := a.head(manifestFile, int64(len(text))); err != nil {
		return err
	}
	if _, err := a.tar.Write(text); err != nil {
		return err
	}
	return a.tar.Close()
}
