package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"innovationden/configs"
	"innovationden/orchestrator/bolt"
	"innovationden/orchestrator/den"
	"innovationden/orchestrator/ledger"
)

func newCheck(getenv func(string) string, std streams) *cobra.Command {
	k := check{std: std, getenv: getenv}
	c := &cobra.Command{
		Use:   "check",
		Short: "Check the records: the file, its indexes and the tamper-evident record",
		Long: `Check everything in the data folder against everything else: the file's pages, every
record, every index row, and the Merkle tree over the record of events. It changes
nothing. Stop the den first, or check a copy: a den that runs holds the file.

With --against it also proves that nothing before an older checkpoint was changed,
removed or put in between. Copy the file "checkpoint" from the data folder to another
machine from time to time for that.

With --proof it checks the proof of one event instead, and with --bundle the sealed
report of a trial: anywhere, without a data folder and without a den. With --key it also
checks who signed it.`,
		Example: "  den check --data /var/lib/den\n  den check --data /var/lib/den --against checkpoint-of-june\n  den check --proof event-7-proof.json --key record-key.txt\n  den check --bundle report-tri_01….bundle.zip --key record-key.txt",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case k.bundle != "":
				return k.bundleOf()
			case k.proof != "":
				return k.prove()
			}
			return k.records(c.Context())
		},
	}
	c.Flags().StringVar(&k.data, "data", "", "the data folder (/var/lib/den)")
	c.Flags().StringVar(&k.config, "config", "", "settings file that names the data folder")
	c.Flags().StringVar(&k.against, "against", "", "an older checkpoint of this den")
	c.Flags().StringVar(&k.bundle, "bundle", "", "the sealed report of a trial, to be checked instead")
	c.Flags().StringVar(&k.key, "key", "", "file of the public key of the den, for --bundle, --proof and --against")
	c.Flags().StringVar(&k.proof, "proof", "", "the proof of one event, to be checked without a store")
	c.Flags().BoolVar(&k.json, "json", false, "print one JSON document")
	return c
}

type check struct {
	std                   streams
	getenv                func(string) string
	data, config, against string
	proof, bundle, key    string
	json                  bool
}

type checked struct {
	OK     bool         `json:"ok"`
	Size   uint64       `json:"record_size"`
	Root   string       `json:"record_root"`
	Signer string       `json:"key_fingerprint,omitempty"`
	Since  *time.Time   `json:"unchanged_since,omitempty"`
	Faults []foundFault `json:"faults"`
}

type foundFault struct {
	Where string `json:"where"`
	Say   string `json:"detail"`
}

// records checks what is in a data folder.
func (k check) records(ctx context.Context) error {
	folder, err := k.folder()
	if err != nil {
		return err
	}
	path := filepath.Join(folder, "den.db")
	if _, err := os.Stat(path); err != nil {
		return usageError{fmt.Errorf("there are no records of a den in %s. Name the data folder with --data", folder)}
	}
	store, err := bolt.Open(path, bolt.Options{Now: time.Now, ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	found := checked{Faults: []foundFault{}}
	faults, err := store.Check(ctx)
	if err != nil {
		return err
	}
	found.add(faults)
	if k.against != "" {
		if err := k.compare(ctx, store, folder, &found); err != nil {
			return err
		}
	}
	// A broken record has no head; its faults were found above.
	_ = store.View(ctx, func(tx den.Tx) error {
		head, err := tx.Head()
		found.Size, found.Root = head.Size, head.Root
		return err
	})
	found.OK = len(found.Faults) == 0
	return k.say(found)
}

func (k check) folder() (string, error) {
	if k.data != "" {
		return k.data, nil
	}
	config, err := configs.Load(k.config, k.getenv)
	if err != nil {
		return "", usageError{err}
	}
	return config.Data, nil
}

func (c *checked) add(faults []bolt.Fault) {
	for _, f := range faults {
		c.Faults = append(c.Faults, foundFault{Where: f.Place, Say: f.Say})
	}
}

// compare holds the record to an older checkpoint. The key stands beside the records,
// so it only tells a checkpoint of this den from one of another.
func (k check) compare(ctx context.Context, store *bolt.DB, folder string, found *checked) error {
	signed, err := os.ReadFile(k.against)
	if err != nil {
		return usageError{fmt.Errorf("the checkpoint cannot be read: %w", err)}
	}
	public, err := publicKey(firstOf(k.key, filepath.Join(folder, "record.key")))
	if err != nil {
		return err
	}
	old, err := ledger.OpenCheckpoint(string(signed), public)
	if err != nil {
		return err
	}
	found.Signer, found.Since = ledger.Fingerprint(public), &old.At
	faults, err := store.Against(ctx, old.Head)
	found.add(faults)
	return err
}

// publicKey reads a public key: a file of it, or the two halves as the den keeps them.
func publicKey(path string) (string, error) {
	const most = 4 << 10
	info, err := os.Stat(path)
	if err != nil || info.Size() > most {
		return "", usageError{fmt.Errorf("there is no public key in %s", path)}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", usageError{fmt.Errorf("the key cannot be read: %w", err)}
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.TrimSpace(lines[len(lines)-1]), nil
}

func (k check) say(found checked) error {
	if k.json {
		if err := document(k.std.out, found); err != nil {
			return err
		}
	} else {
		for _, f := range found.Faults {
			_, _ = fmt.Fprintf(k.std.out, "%s: %s\n", f.Where, f.Say)
		}
		if found.OK {
			_, _ = fmt.Fprintf(k.std.out, "The records are whole: %d events, root %s.\n", found.Size, found.Root)
			if found.Since != nil {
				_, _ = fmt.Fprintf(k.std.out, "Nothing before the checkpoint of %s was changed. Its key is %s.\n", found.Since.Format(time.RFC3339), found.Signer)
			}
		}
	}
	if !found.OK {
		return &saidError{code: exitFailed}
	}
	return nil
}
