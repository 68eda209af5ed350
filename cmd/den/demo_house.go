package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"innovationden/configs"
	"innovationden/orchestrator/den"
)

// ownFiles is everything that a den keeps in its data folder, three folders among it. A
// demo removes these and no others: the folder may be somebody's.
var ownFiles = []string{"den.db", "record.key", installationFile, tokenFile, checkpointFile, postedFile, evidenceFile, "files", "registry", notesFolder, demoFile}

// demoFile marks a data folder as that of a demo, which may be emptied.
const demoFile = "demo"

// claim marks the folder as the demo's, and says whether no demo had before. One that
// somebody named is refused where it holds what a den keeps and has no such mark: those
// are the records of a real den.
func (d demo) claim(config configs.Config) (isNew bool, err error) {
	if err := os.MkdirAll(config.Data, 0o700); err != nil {
		return false, fmt.Errorf("the demo's folder cannot be made: %w", err)
	}
	if _, err := os.Lstat(config.Path(demoFile)); err == nil {
		return false, nil
	}
	isNew = true
	for _, name := range ownFiles {
		if _, err := os.Lstat(config.Path(name)); err != nil {
			continue
		}
		if isNew = false; d.data != "" {
			return false, usageError{fmt.Errorf("%s holds %s, which no demo put there. A demo empties its folder: name another with --data", config.Data, name)}
		}
	}
	return isNew, writeSafely(config.Path(demoFile), "den demo empties this folder.\n")
}

// open gives a demo a house with an empty store. What an earlier demo in the same
// folder left on the engine is removed first: its installation's name outlives it.
func (d demo) open(ctx context.Context, config configs.Config) (*house, error) {
	isNew, err := d.claim(config)
	if err != nil {
		return nil, err
	}
	log := newLog(config.Log, d.std.err)
	old, err := openHouse(config, log, true) //nolint:contextcheck // it only wires; requests bring their own
	if err != nil && isNew {
		return nil, errors.Join(err, removeOwn(config))
	}
	if err != nil {
		return nil, err
	}
	host, err := old.den.Host(ctx, den.System())
	if err == nil && !host.Up {
		err = den.Refuse(den.Down, "No Docker Engine answers. Start it (systemctl start docker), or name another with DOCKER_HOST, then try again.")
	}
	if err == nil {
		err = old.drain(ctx)
	}
	if err != nil && isNew {
		return nil, errors.Join(err, old.clear()) // nothing was begun
	}
	old.close()
	if err != nil {
		return nil, err
	}
	if err := os.Remove(config.Path("den.db")); err != nil {
		return nil, fmt.Errorf("the demo's records cannot be emptied: %w", err)
	}
	return openHouse(config, log, true) //nolint:contextcheck // it only wires; requests bring their own
}

// drain removes everything of this den from the engine.
func (h *house) drain(ctx context.Context) error {
	const patience = 60 * time.Second
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer stop()
	if err := h.den.Drain(ctx); err != nil {
		return fmt.Errorf("not everything could be removed. To remove the rest, run: den demo --exit --data %s: %w", h.config.Data, err)
	}
	return nil
}

// clear closes the house and removes what it kept on disk.
func (h *house) clear() error {
	h.close()
	return removeOwn(h.config)
}

// removeOwn removes what a den keeps in its data folder, and the folder where nothing else is
// in it. The mark of a demo goes last.
func removeOwn(config configs.Config) error {
	var err error
	for _, name := range ownFiles {
		err = errors.Join(err, os.RemoveAll(config.Path(name)))
	}
	_ = os.Remove(filepath.Clean(config.Data))
	return err
}
