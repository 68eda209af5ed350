package main

import (
	"fmt"
	"os"

	"innovationden/orchestrator/ledger"
	"innovationden/orchestrator/report"
)

// bundleFound is what den check says of a bundle.
type bundleFound struct {
	OK     bool         `json:"ok"`
	Trial  string       `json:"trial"`
	Files  int          `json:"files"`
	Proved int          `json:"events_proved"`
	Size   uint64       `json:"record_size"`
	Root   string       `json:"record_root"`
	Signer string       `json:"key_fingerprint"`
	Faults []foundFault `json:"faults"`
}

// bundleOf checks a bundle. It needs no den and no data folder, and writes nothing.
func (k check) bundleOf() error {
	if k.key == "" {
		return usageError{fmt.Errorf("name the file of the den's public key with --key. The record page of the den shows it")}
	}
	public, err := publicKey(k.key)
	if err != nil {
		return err
	}
	file, err := os.Open(k.bundle)
	if err != nil {
		return usageError{fmt.Errorf("the bundle cannot be read: %w", err)}
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return usageError{fmt.Errorf("%s is not a file", k.bundle)}
	}
	c, err := report.Check(file, info.Size(), public)
	if err != nil {
		return err
	}
	found := bundleFound{
		OK: len(c.Faults) == 0, Trial: string(c.Trial), Files: c.Files, Proved: c.Proved, Size: c.Head.Size, Root: c.Head.Root,
		Signer: ledger.Fingerprint(public), Faults: []foundFault{},
	}
	for _, f := range c.Faults {
		found.Faults = append(found.Faults, foundFault{Where: f.Place, Say: f.Say})
	}
	return k.sayBundle(found)
}

func (k check) sayBundle(found bundleFound) error {
	if k.json {
		if err := document(k.std.out, found); err != nil {
			return err
		}
	} else {
		for _, f := range found.Faults {
			_, _ = fmt.Fprintf(k.std.out, "%s: %s\n", clean(f.Where), clean(f.Say))
		}
		if found.OK {
			_, _ = fmt.Fprintf(k.std.out, "The bundle is whole: %d files of the trial %s, and %d events that stand in the record of %d events, root %s. Its key is %s.\n",
				found.Files, clean(found.Trial), found.Proved, found.Size, found.Root, found.Signer)
		}
	}
	if !found.OK {
		return &saidError{code: exitFailed}
	}
	return nil
}
