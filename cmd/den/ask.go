package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// answer is what the den said: the document as it came, and what it means.
type answer[T any] struct {
	raw   []byte
	value T
}

// said takes in the answer to any request of the generated client.
func said[T any](res *http.Response, err error) (answer[T], error) {
	var a answer[T]
	if a.raw, err = body(res, err); err != nil {
		return a, err
	}
	if err := json.Unmarshal(a.raw, &a.value); err != nil {
		return a, stranger(res, err)
	}
	return a, nil
}

// body takes in an answer that may be anything, and turns a problem into an error.
func body(res *http.Response, err error) ([]byte, error) {
	if err != nil {
		return nil, unreached(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, unreached(err)
	}
	if res.StatusCode < http.StatusBadRequest {
		return text, nil
	}
	return nil, problemOf(res, text)
}

// unreached says that nothing answered, and at which address.
func unreached(err error) error {
	if errors.Is(err, context.Canceled) {
		return errStopped
	}
	where := ""
	var failed *url.Error
	if errors.As(err, &failed) {
		if at, perr := url.Parse(failed.URL); perr == nil {
			where = " at " + at.Scheme + "://" + at.Host
		}
		err = failed.Err
	}
	return &den.Error{
		Kind: den.Down, Err: err,
		Say: "No den answers" + where + `. Start it with "den serve", or name another with --den or DEN_URL.`,
	}
}

// errStopped is a command that somebody stopped before the den had answered.
var errStopped = errors.New("stopped before the den answered. Look at what it is about before you try again")

func stranger(res *http.Response, cause error) error {
	at := res.Request.URL
	return &den.Error{
		Kind: den.Down, Err: cause,
		Say: "What answers at " + at.Scheme + "://" + at.Host + " is not a den, or one of another version. Check --den or DEN_URL.",
	}
}

// problem is a refusal with what it says of each field. place says what a field is
// called where the input came from.
type problem struct {
	kind   den.Refusal
	title  string
	detail string
	fields []contract.FieldProblem
	place  func(pointer string) string
}

// Error gives the sentence, or a line for each field.
func (p *problem) Error() string {
	place := p.place
	if place == nil {
		place = func(pointer string) string { return plainPlace(pointer, nil) }
	}
	lines := []string{p.detail}
	for _, f := range p.fields {
		if f.Detail == p.detail || p.detail == "" {
			lines[0] = firstOf(p.title, "There is a problem")
		}
	}
	for _, f := range p.fields {
		lines = append(lines, "  "+place(f.Pointer)+": "+clean(f.Detail))
	}
	lines[0] = clean(lines[0])
	return strings.Join(lines, "\n")
}

// Unwrap gives the kind, for the exit code.
func (p *problem) Unwrap() error { return &den.Error{Kind: p.kind, Say: p.detail} }

// bad collects a fault that this program found itself.
func (p *problem) bad(pointer, say string, args ...any) {
	p.kind = den.Invalid
	p.fields = append(p.fields, contract.FieldProblem{Pointer: pointer, Detail: fmt.Sprintf(say, args...)})
}

// err is nil where nothing was collected.
func (p *problem) err() error {
	if len(p.fields) == 0 {
		return nil
	}
	return p
}

// at lets a refusal name the places of its fields; other errors stay as they are.
func at(err error, place func(pointer string) string) error {
	var p *problem
	if errors.As(err, &p) {
		p.place = place
	}
	return err
}

// of holds a refusal to the flags that its command has: a field that none of them gives is
// named as the command's help names the word that gives it, or in plain words.
func of(c *cobra.Command, err error) error {
	var p *problem
	if !errors.As(err, &p) || p.place == nil {
		return err
	}
	place := p.place
	p.place = func(pointer string) string {
		name, isFlag := strings.CutPrefix(place(pointer), "--")
		if !isFlag || c.Flag(name) != nil {
			return place(pointer)
		}
		if word := strings.ToUpper(name); slices.Contains(strings.Fields(c.Use), word) {
			return word
		}
		return strings.ReplaceAll(name, "-", " ")
	}
	return err
}

// plainPlace writes a JSON Pointer as words. called says what a first key is called
// where the input came from.
func plainPlace(pointer string, called map[string]string) string {
	var words []string
	for _, key := range keysOf(pointer, called) {
		if _, err := strconv.Atoi(key); err != nil { // a position says little to people
			words = append(words, key)
		}
	}
	if len(words) == 0 {
		return "the whole"
	}
	return clean(strings.Join(words, " "))
}

var unescape = strings.NewReplacer("~1", "/", "~0", "~")

// escaped writes a key for a JSON Pointer.
func escaped(key string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(key) }

// keysOf takes a JSON Pointer (RFC 6901) apart.
func keysOf(pointer string, called map[string]string) []string {
	pointer = strings.TrimPrefix(pointer, "/")
	if pointer == "" {
		return nil
	}
	keys := strings.Split(pointer, "/")
	for i := range keys {
		keys[i] = unescape.Replace(keys[i])
	}
	if own, ok := called[keys[0]]; ok {
		keys[0] = own
	}
	return keys
}

var kinds = map[int]den.Refusal{
	http.StatusBadRequest:          den.Invalid,
	http.StatusUnauthorized:        den.Unknown,
	http.StatusForbidden:           den.Denied,
	http.StatusNotFound:            den.NotFound,
	http.StatusConflict:            den.Conflict,
	http.StatusPreconditionFailed:  den.Stale,
	http.StatusUnprocessableEntity: den.Invalid,
	http.StatusServiceUnavailable:  den.Down,
	http.StatusInsufficientStorage: den.Full,
	http.StatusBadGateway:          den.Down,
	http.StatusGatewayTimeout:      den.Down,
}

func problemOf(res *http.Response, text []byte) error {
	var doc contract.Problem
	if !strings.Contains(res.Header.Get("Content-Type"), "json") || json.Unmarshal(text, &doc) != nil || doc.Detail == "" {
		return stranger(res, fmt.Errorf("status %d", res.StatusCode))
	}
	kind, ok := kinds[res.StatusCode]
	if !ok {
		kind = den.Internal
	}
	p := &problem{kind: kind, title: doc.Title, detail: doc.Detail}
	if doc.Errors != nil {
		p.fields = *doc.Errors
	}
	return p
}

// show prints the document as it came, or what people says of it.
func show[T any](k *client, a answer[T], people func(T)) error {
	if !k.json {
		people(a.value)
		return nil
	}
	_, err := k.std.out.Write(append(bytes.TrimRight(a.raw, "\n"), '\n'))
	return err
}

// pointerTo gives a parameter that may be left out: nil for the zero value.
func pointerTo[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}

// given is what a pointer points to, or the zero value.
func given[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

// key makes a request safe to repeat.
func key() *string {
	k := "cli-" + lower.EncodeToString(random(15))
	return &k
}
