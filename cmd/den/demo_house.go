package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"innovationden/configs"
	"innovationden/orchestrator/den"
)

// ownFiles is everything that a den keeps in its data folder. A demo removes these
// and no others: the folder may be somebody's.
var ownFiles = []string{"den.db", "record.key", installationFile, tokenFile, checkpointFile, postedFile, evidenceFile}

// open gives a demo a house with an empty store. What an earlier demo in the same
// folder left on the engine is removed first: its installation's name outlives it.
func (d demo) open(ctx context.Context, config configs.Config) (*house, error) {
	if config.Engine.Installation == "" {
		if err := os.MkdirAll(config.Data, 0o700); err != nil {
			return nil, fmt.Errorf("the demo's folder cannot be made: %w", err)
		}
	}
	log := newLog(config.Log, d.std.err)
	old, err := openHouse(config, log, true) //nolint:contextcheck // it only wires; requests bring their own
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
		return fmt.Errorf("not everything could be removed; run den demo again to remove the rest: %w", err)
	}
	return nil
}

// clear closes the house and removes what it kept on disk.
func (h *house) clear() error {
	h.close()
	var err error
	for _, name := range ownFiles {
		if gone := os.Remove(h.config.Path(name)); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	_ = os.Remove(filepath.Clean(h.config.Data)) // only where it is empty
	return err
}
