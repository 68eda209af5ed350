package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"innovationden/configs"
	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// trialKeys is trial.yaml, key by key, for the help.
const trialKeys = `The file is YAML:

  name: Booking appointments           # left out: made of the products' names
  question: Which is quicker to learn?
  department: Local Services           # id or name; left out: your own
  products:                            # product@version; the version where it has several
    - Slotwise@2.1
    - Calendra
  releases: [rel_01…]                  # the same by id
  scheme: standard                     # or standard/1 for a version
  weights: {easy-to-use: 25}           # only those that differ from the scheme's
  size: small                          # see den size list
  length: 5d                           # 30m, 8h, 5d or 2w
  tasks: [Book a slot, Cancel it]
  pages: [/, /book]                    # paths that are weighed and loaded; else the first page
  objective: {response_ms_p95: 500, error_share: 0.01}  # what a product keeps to under load
  evaluators: [Tom Okafor]             # id or name; see den people
  chair: per_01…                       # who leads the consensus; left out: you
  rule: The best total that we can afford.
  blind: true                          # evaluators see labels instead of names
  agree:                               # what is opened of what a product asks for; nothing else is
    Slotwise@2.1: {out: [api.example.org:443], mail: true}

What is left out gets a sensible answer. A key that is none of these is refused.`

type trialFile struct {
	Department string             `yaml:"department"`
	Name       string             `yaml:"name"`
	Question   string             `yaml:"question"`
	Scheme     string             `yaml:"scheme"`
	Size       string             `yaml:"size"`
	Length     string             `yaml:"length"`
	Tasks      []string           `yaml:"tasks"`
	Pages      []string           `yaml:"pages"`
	Objective  *objective         `yaml:"objective"`
	Products   []string           `yaml:"products"`
	Releases   []string           `yaml:"releases"`
	Evaluators []string           `yaml:"evaluators"`
	Chair      string             `yaml:"chair"`
	Rule       string             `yaml:"rule"`
	Blind      bool               `yaml:"blind"`
	Weights    map[string]float64 `yaml:"weights"`
	Agree      map[string]ways    `yaml:"agree"`
}

// objective is what a product keeps to under load.
type objective struct {
	P95    float64 `yaml:"response_ms_p95"`
	Errors float64 `yaml:"error_share"`
}

// written is a file that somebody wrote, and where in it stands what the API calls by
// other names.
type written struct {
	doc   configs.Document
	keys  map[string]string // of the API → of the file
	under []string          // where in the file the request stands
}

// place names the line of a field of the request.
func (w written) place(pointer string) string {
	keys := keysOf(pointer, w.keys)
	path := append(append([]string{}, w.under...), keys...)
	where := w.doc.Place(path...)
	if len(keys) == 0 {
		return where
	}
	return where + ": " + plainPlace(pointer, w.keys)
}

// readWritten reads a file, or standard input where its name is "-".
func (k *client) readWritten(c *cobra.Command, name string, into any) (configs.Document, error) {
	if name == "" {
		return configs.Document{}, offWords(c, "name the file with -f, or give - to read standard input")
	}
	text, err := os.ReadFile(name)
	if name == "-" {
		name = "standard input"
		text, err = io.ReadAll(k.std.in)
	}
	if err != nil {
		return configs.Document{}, usageError{fmt.Errorf("the file cannot be read: %w", err)}
	}
	doc, err := configs.ReadDocument(name, text, into)
	if err != nil {
		return doc, &den.Error{Kind: den.Invalid, Say: err.Error() + "."}
	}
	return doc, nil
}

// setup is a trial that was read from a file, and the den to send it to.
type setup struct {
	api  *contract.Client
	in   contract.NewTrial
	file written
}

// readTrial reads a trial and finds the ids of what it names, saying everything that is
// off at once. The file is read before the den is looked for.
func (k *client) readTrial(cmd *cobra.Command, name string) (setup, error) {
	var f trialFile
	doc, err := k.readWritten(cmd, name, &f)
	if err != nil {
		return setup{}, err
	}
	s := setup{file: written{doc: doc, keys: map[string]string{"length_seconds": "length", "agreed": "agree"}}}
	if !doc.Has("releases") {
		s.file.keys["releases"] = "products"
	}
	p := &problem{place: s.file.place}
	s.in = contract.NewTrial{Name: pointerTo(f.Name), Question: pointerTo(f.Question), Size: pointerTo(f.Size),
		Chair: pointerTo(f.Chair), Rule: pointerTo(f.Rule), Blind: pointerTo(f.Blind)}
	if f.Tasks != nil {
		s.in.Tasks = &f.Tasks
	}
	if f.Pages != nil {
		s.in.Pages = &f.Pages
	}
	if f.Objective != nil {
		s.in.Objective = &contract.Objective{ResponseMsP95: f.Objective.P95, ErrorShare: f.Objective.Errors}
	}
	if f.Weights != nil {
		s.in.Weights = &f.Weights
	}
	s.in.Scheme = schemeOf(f.Scheme, p)
	s.in.LengthSeconds = lengthOf(f.Length, p)
	if s.api, err = k.api(); err != nil {
		return s, err
	}
	if err := k.lookUp(cmd.Context(), s.api, f, &s.in, p); err != nil {
		return s, err
	}
	return s, p.err()
}

// schemeOf reads "standard" or "standard/1"; 0 stands for the newest version.
func schemeOf(text string, p *problem) *contract.SchemeRef {
	if text == "" {
		return nil
	}
	id, version, numbered := strings.Cut(text, "/")
	ref := contract.SchemeRef{Id: id}
	if numbered {
		n, err := strconv.ParseInt(version, 10, 32)
		if err != nil || n < 1 {
			p.bad("/scheme", "Write a scheme as standard, or standard/1 for one version, not %q.", text)
			return nil
		}
		ref.Version = int32(n)
	}
	return &ref
}

func lengthOf(text string, p *problem) *int64 {
	if text == "" {
		return nil
	}
	d, err := configs.ParseLength(text)
	if err != nil || d < time.Second {
		p.bad("/length", "Write a length of time as a number and a unit, such as 30m, 8h, 5d or 2w, not %q.", text)
		return nil
	}
	seconds := int64(d / time.Second)
	return &seconds
}

// lookUp turns names into ids. It asks the den only for what is named.
func (k *client) lookUp(ctx context.Context, c *contract.Client, f trialFile, in *contract.NewTrial, p *problem) error {
	if f.Department != "" {
		in.Department = &f.Department
		if !isID(f.Department, den.KindDepartment) {
			all, err := allDepartments(ctx, c)
			if err != nil {
				return err
			}
			id, err := choose("department", "den department list", f.Department, all)
			p.take("/department", err)
			in.Department = &id
		}
	}
	if err := lookUpReleases(ctx, c, f, in, p); err != nil {
		return err
	}
	return lookUpPeople(ctx, c, f.Evaluators, in, p)
}

func lookUpReleases(ctx context.Context, c *contract.Client, f trialFile, in *contract.NewTrial, p *problem) error {
	var all []contract.Product
	named := append(append(slices.Collect(maps.Keys(f.Agree)), f.Products...), f.Releases...)
	for _, word := range named {
		if !isID(word, den.KindRelease) && all == nil {
			var err error
			if all, err = allProducts(ctx, c); err != nil {
				return err
			}
		}
	}
	var ids []string
	for _, list := range []struct {
		key   string
		words []string
	}{{"products", f.Products}, {"releases", f.Releases}} {
		for i, word := range list.words {
			id, err := releaseOf(word, all)
			p.take(fmt.Sprintf("/%s/%d", list.key, i), err)
			ids = append(ids, id)
		}
	}
	if ids != nil {
		in.Releases = &ids
	}
	in.Agreed = agreed(f.Agree, all, p)
	return nil
}

func lookUpPeople(ctx context.Context, c *contract.Client, words []string, in *contract.NewTrial, p *problem) error {
	var all []named
	var ids []string
	for i, word := range words {
		if isID(word, den.KindPerson) {
			ids = append(ids, word)
			continue
		}
		if all == nil {
			var err error
			if all, err = allPeople(ctx, c); err != nil {
				return err
			}
		}
		id, err := choose("person", "den people", word, all)
		p.take(fmt.Sprintf("/evaluators/%d", i), err)
		ids = append(ids, id)
	}
	if ids != nil {
		in.Evaluators = &ids
	}
	return nil
}

// take collects an error as a fault of a field; nil is passed over.
func (p *problem) take(pointer string, err error) {
	if err != nil {
		p.bad(pointer, "%s", err.Error())
	}
}
