package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"innovationden/configs"
	"innovationden/orchestrator/den"
)

// Files of the data folder, besides the records.
const (
	installationFile = "installation"
	tokenFile        = "operator.token"
	checkpointFile   = "checkpoint"
	postedFile       = "checkpoint.posted"

	// notesFolder says which containers each sandbox has, and is no part of a backup.
	notesFolder = "containers"
)

// installation is what everything of this den on the engine is labelled with: the
// configured name, or one made at the first start and kept.
func installation(c configs.Config) (string, error) {
	if c.Engine.Installation != "" {
		return c.Engine.Installation, nil
	}
	path := c.Path(installationFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		name := "den-" + lower.EncodeToString(random(5))
		return name, writeSafely(path, name+"\n")
	}
	if err != nil {
		return "", fmt.Errorf("the installation's name cannot be read: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// writeSafely replaces a file of mode 0600 by another, whole or not at all.
func writeSafely(path, text string) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = file.WriteString(text)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, os.Remove(file.Name())))
	}
	return nil
}

// writeToken puts the token of the command line into the data folder, mode 0600, and
// keeps the one that is there while it is an operator's.
func (h *house) writeToken(ctx context.Context) error {
	path := h.config.Path(tokenFile)
	if text, err := os.ReadFile(path); err == nil {
		if who, err := h.den.Who(ctx, strings.TrimSpace(string(text))); err == nil && who.Is(den.Operator, "") {
			return nil
		}
	}
	secret, err := h.den.OperatorToken(ctx)
	if err != nil {
		return err
	}
	return writeSafely(path, secret+"\n")
}

// greet says where the den is, what is not in force on this host and, until an operator
// has signed in, the link to do so.
func (h *house) greet(ctx context.Context, out io.Writer) error {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	say("Innovation Den %s is at %s", version, h.config.Public())
	host, err := h.den.Host(ctx, den.System())
	if err != nil {
		return err
	}
	if !host.Up {
		say("Warning: the Docker Engine does not answer. Nothing can be started until it does; reading, and removing what is over, go on.")
	}
	for _, warning := range host.Warnings {
		say("Warning: %s", warning)
	}
	if h.config.Publishing.Prefix == configs.PlaceholderPrefix {
		say("Note: publishing.ocid_prefix is a placeholder. Register your own before you publish reports as OCDS.")
	}
	link, err := h.den.FirstLink(ctx)
	if isFull(err) {
		say("Warning: the disk is full, so nobody can be given a link to sign in. Make room on it: what is over is removed meanwhile.")
		return nil
	}
	if err != nil || link == "" {
		return err
	}
	say("Sign in as the operator, once, within a day: %s/sign-in?link=%s", h.config.Public(), link)
	return nil
}

// isFull says that something was not kept because there is no room for it. A den runs on
// then, and starts: what is due has to end.
func isFull(err error) bool {
	return den.KindOf(err) == den.Full || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// writeCheckpoint signs the head of the record into a file, to be copied to another
// machine: it proves later that nothing before it was changed.
func (h *house) writeCheckpoint(ctx context.Context) {
	err := h.store.View(ctx, func(tx den.Tx) error {
		head, err := tx.Head()
		if err != nil {
			return err
		}
		text, err := h.key.Sign(head, time.Now())
		if err != nil {
			return err
		}
		return writeSafely(h.config.Path(checkpointFile), text)
	})
	if err != nil {
		h.log.Warn("checkpoint not written", "error", err)
	}
}

func publicURL(c configs.Config) (*url.URL, error) { return url.Parse(c.Public()) }
