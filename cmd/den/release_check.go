package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/configs"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/compose"
	"innovationden/sandbox/policy"
)

// newReleaseCheck is `den release check`: it needs no den, no engine and no network.
func newReleaseCheck(getenv func(string) string, std streams) *cobra.Command {
	k := releaseCheck{std: std, getenv: getenv}
	c := &cobra.Command{
		Use:   "check FILE...",
		Short: "Check whether a compose file or an image can run in a den",
		Long: `Check compose files and image archives (from docker save) as a den would, on your own
machine: no den, no engine and no network is needed. Everything that a den would refuse
is named at once, with its place, the reason and what to do instead.

A compose file is checked against the smallest size of sandbox that it fits. The department
chooses the size of a trial, so ask for no more than the product needs.

It ends with 0 where everything can run, and with 1 where something cannot.`,
		Example: "  den release check compose.yaml\n  den release check --size medium compose.yaml web.tar db.tar",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{fmt.Errorf("name at least one compose file or image archive. See %q", c.CommandPath()+" --help")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return k.run(c.Context(), args) },
	}
	c.Flags().StringVar(&k.size, "size", "", "the size of sandbox to check against; left out: the smallest that fits")
	c.Flags().StringVar(&k.config, "config", "", "settings file that names the sizes")
	c.Flags().StringVar(&k.profile, "profile", "standard", "how tightly it is held: strict or standard")
	c.Flags().StringSliceVar(&k.with, "with", nil, "profiles of the compose file to take in")
	c.Flags().StringVar(&k.platform, "platform", "linux/amd64", "what the den's sandboxes run")
	c.Flags().BoolVar(&k.json, "json", false, "print one JSON document")
	return c
}

type releaseCheck struct {
	std                             streams
	getenv                          func(string) string
	size, config, profile, platform string
	with                            []string
	json                            bool
}

// checkedFile is what was found of one file.
type checkedFile struct {
	File     string           `json:"file"`
	Kind     string           `json:"kind"` // compose or image
	OK       bool             `json:"ok"`
	Refusals []policy.Refusal `json:"refusals"`
	Notes    []compose.Note   `json:"notes"`
	Services []string         `json:"services,omitempty"`
	Images   []string         `json:"images,omitempty"`

	size int // of the sandbox that it was checked against, counted in sizes
}

func (k releaseCheck) run(ctx context.Context, files []string) error {
	sizes, err := k.sizes()
	if err != nil {
		return err
	}
	if k.profile != string(sandbox.Strict) && k.profile != string(sandbox.Standard) {
		return usageError{fmt.Errorf("--profile must be strict or standard, not %q", k.profile)}
	}
	if os, arch, ok := strings.Cut(k.platform, "/"); !ok || os != "linux" || arch == "" {
		return usageError{fmt.Errorf("--platform must be like linux/amd64, not %q", k.platform)}
	}
	var all []checkedFile
	most := 0
	for _, file := range files {
		one, err := k.file(ctx, file, sizes)
		if err != nil {
			return err
		}
		all, most = append(all, one), max(most, one.size)
	}
	missing(all)
	good := !slices.ContainsFunc(all, func(c checkedFile) bool { return !c.OK })
	if k.json {
		err = document(k.std.out, struct {
			OK    bool          `json:"ok"`
			Size  string        `json:"size"`
			Files []checkedFile `json:"files"`
		}{good, sizes[most].Name, all})
	} else {
		_, err = io.WriteString(k.std.out, inWords(all, sizes))
	}
	if err == nil && !good {
		err = &saidError{code: exitFailed}
	}
	return err
}

// sizes are those to check against, by their memory, until one fits.
func (k releaseCheck) sizes() ([]den.Size, error) {
	c, err := configs.Load(k.config, k.getenv)
	if err != nil {
		return nil, err
	}
	if k.size == "" {
		slices.SortStableFunc(c.Sizes, func(a, b den.Size) int { return cmp.Compare(a.Memory, b.Memory) })
		return c.Sizes, nil
	}
	i := slices.IndexFunc(c.Sizes, func(s den.Size) bool { return s.Name == k.size })
	if i < 0 {
		var names []string
		for _, s := range c.Sizes {
			names = append(names, s.Name)
		}
		return nil, usageError{fmt.Errorf("there is no size %q; use %s", k.size, strings.Join(names, ", "))}
	}
	return c.Sizes[i : i+1], nil
}

func (k releaseCheck) file(ctx context.Context, name string, sizes []den.Size) (checkedFile, error) {
	one := checkedFile{File: name, Kind: "compose", Refusals: []policy.Refusal{}, Notes: []compose.Note{}}
	f, err := os.Open(name)
	if err != nil {
		return one, fmt.Errorf("%s cannot be read: %w", name, errors.Unwrap(err))
	}
	defer func() { _ = f.Close() }()
	about, err := f.Stat()
	switch {
	case err != nil:
		return one, err
	case !about.Mode().IsRegular():
		return one, fmt.Errorf("%s is not a file; name a compose file or an image archive", name)
	}
	if isArchive(f) {
		one.Kind = "image"
		err = k.archive(ctx, f, about.Size(), &one)
	} else {
		err = k.compose(ctx, f, sizes, &one)
	}
	var refused policy.Refusals
	if errors.As(err, &refused) {
		one.Refusals = refused
		return one, nil
	}
	one.OK = err == nil
	return one, err
}

func (k releaseCheck) compose(ctx context.Context, f *os.File, sizes []den.Size, one *checkedFile) error {
	text, err := io.ReadAll(io.LimitReader(f, compose.MaxBytes+1))
	if err != nil {
		return fmt.Errorf("%s cannot be read: %w", one.File, err)
	}
	var stack compose.Stack
	for one.size = range sizes {
		stack, err = compose.Read(ctx, one.File, text, compose.Options{
			Limits: limitsOf(sizes[one.size]), Profile: sandbox.Profile(k.profile), Profiles: k.with, Platform: k.platform,
		})
		if err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	one.Notes = append(one.Notes, stack.Notes...)
	one.Images = stack.Images()
	for _, s := range stack.Spec.Services {
		one.Services = append(one.Services, s.Name)
	}
	return nil
}

// archive checks an archive where it lies, or a copy without gzip that goes away.
func (k releaseCheck) archive(ctx context.Context, f *os.File, size int64, one *checkedFile) error {
	if isTar(f) {
		return k.plainArchive(ctx, f, size, one)
	}
	held, err := os.CreateTemp("", "den-archive-")
	if err != nil {
		return fmt.Errorf("there is no room to unpack %s: %w", one.File, err)
	}
	defer func() { _ = held.Close(); _ = os.Remove(held.Name()) }()
	n, err := policy.Unzip(one.File, f, held, policy.ArchiveLimits{})
	var refused policy.Refusals
	switch {
	case errors.As(err, &refused):
		return refused
	case err != nil:
		return fmt.Errorf("%s cannot be unpacked: %w", one.File, err)
	}
	return k.plainArchive(ctx, held, n, one)
}

func (k releaseCheck) plainArchive(ctx context.Context, f *os.File, size int64, one *checkedFile) error {
	archive, err := policy.CheckArchive(ctx, policy.Source{Name: one.File, From: f, Size: size, Platform: k.platform}, policy.ArchiveLimits{})
	if err != nil {
		return err
	}
	for _, i := range archive.Images {
		one.Images = append(one.Images, i.ID)
		one.Images = append(one.Images, i.Names...)
	}
	return nil
}

// isArchive says whether a file begins like an archive, or like a compressed file.
func isArchive(f *os.File) bool {
	start := make([]byte, 6)
	n, _ := f.ReadAt(start, 0)
	for _, magic := range []string{"\x1f\x8b", "\x28\xb5\x2f\xfd", "\xfd7zXZ\x00", "BZh"} {
		if strings.HasPrefix(string(start[:n]), magic) {
			return true
		}
	}
	return isTar(f)
}

// isTar looks for the mark that tar has at byte 257.
func isTar(f *os.File) bool {
	mark := make([]byte, 5)
	_, err := f.ReadAt(mark, 257)
	return err == nil && string(mark) == "ustar"
}

// missing notes images that a compose file names and none of the archives holds,
// where there are archives at all.
func missing(all []checkedFile) {
	held := map[string]bool{}
	for _, c := range all {
		for _, i := range c.Images {
			if c.Kind == "image" {
				held[i] = true
			}
		}
	}
	for n, c := range all {
		for _, i := range c.Images {
			whole := i
			if at := strings.LastIndex(i, "/"); !strings.Contains(i[at+1:], ":") {
				whole += ":latest"
			}
			if c.Kind == "compose" && len(held) > 0 && !held[i] && !held[whole] {
				all[n].Notes = append(all[n].Notes, compose.Note{
					File: c.File, Line: 1, Column: 1, Attribute: "services",
					Say: "The image " + policy.Shown(i) + " is in none of these archives. Bring it with docker push, or check its archive too.",
				})
			}
		}
	}
}

func inWords(all []checkedFile, sizes []den.Size) string {
	var b strings.Builder
	for _, c := range all {
		for _, r := range c.Refusals {
			fmt.Fprintln(&b, r)
		}
		for _, n := range c.Notes {
			fmt.Fprintln(&b, n.String()+" (This is a note.)")
		}
		switch {
		case len(c.Refusals) == 1:
			fmt.Fprintf(&b, "%s: It cannot run in a den, for 1 reason.\n", policy.Shown(c.File))
		case !c.OK:
			fmt.Fprintf(&b, "%s: It cannot run in a den, for %d reasons.\n", policy.Shown(c.File), len(c.Refusals))
		case c.Kind == "image":
			fmt.Fprintf(&b, "%s: It can run in a den.\n", policy.Shown(c.File))
		default:
			fmt.Fprintf(&b, "%s: It can run in a sandbox of size %s: %s.\n", policy.Shown(c.File), sizes[c.size].Name, strings.Join(c.Services, ", "))
		}
	}
	return b.String()
}
