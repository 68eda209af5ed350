package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"golang.org/x/term"

	"innovationden/orchestrator/den"
)

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// clean makes one line of text that cannot command a terminal: much of what is shown
// was written by strangers.
func clean(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, text)), " ")
}

// harmless keeps the lines of a stranger's text and drops what could command a
// terminal.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return -1
	}, text)
}

// table writes rows in columns.
func table(w io.Writer, head []string, rows [][]string) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(cells []string) {
		for i, c := range cells {
			if i > 0 {
				_, _ = io.WriteString(t, "\t")
			}
			_, _ = io.WriteString(t, clean(c))
		}
		_, _ = io.WriteString(t, "\n")
	}
	line(head)
	for _, row := range rows {
		line(row)
	}
	_ = t.Flush()
}

// list writes the rows of a list in columns, or the sentence that says there are none.
func (k *client) list(none string, head []string, rows [][]string) {
	if len(rows) == 0 {
		k.say("%s", none)
		return
	}
	table(k.std.out, head, rows)
}

// facts writes a list of names and what they are; a fact without words is left out.
func facts(w io.Writer, pairs ...[2]string) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, p := range pairs {
		if text := clean(p[1]); text != "" {
			_, _ = fmt.Fprintf(t, "%s:\t%s\n", p[0], text)
		}
	}
	_ = t.Flush()
}

// say writes a line for people on standard output.
func (k *client) say(format string, args ...any) {
	_, _ = fmt.Fprintf(k.std.out, format+"\n", args...)
}

// note writes a line for people on standard error.
func (k *client) note(format string, args ...any) {
	_, _ = fmt.Fprintf(k.std.err, format+"\n", args...)
}

// more says how to read on where a list goes on.
func (k *client) more(next *string) {
	if next != nil && *next != "" && !k.json {
		k.note("There are more. Repeat the command with --after %s", *next)
	}
}

// document writes what this program found out by itself, as JSON.
func document(w io.Writer, of any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(of)
}

// moment writes a time as people do, in the zone of this machine.
func moment(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return den.Moment(t.Local())
}

// left says how long there is until t, in the two largest units.
func (k *client) left(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	d := t.Sub(k.now())
	if d <= 0 {
		return "none"
	}
	return duration(d)
}

func duration(d time.Duration) string {
	units := []struct {
		name string
		size time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}}
	var words []string
	for _, u := range units {
		n := int(d / u.size)
		d -= time.Duration(n) * u.size
		if n > 0 {
			words = append(words, count(n, u.name))
		}
		if n == 0 && len(words) == 1 || len(words) == 2 {
			break
		}
	}
	if len(words) == 0 {
		return "less than a second"
	}
	return strings.Join(words, " ")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// bytesOf writes an amount of memory or disk.
func bytesOf(n int64) string {
	const kilo, mega, giga = 1 << 10, 1 << 20, 1 << 30
	switch {
	case n >= giga:
		return fmt.Sprintf("%.1f GB", float64(n)/giga)
	case n >= mega:
		return fmt.Sprintf("%.0f MB", float64(n)/mega)
	case n >= kilo:
		return fmt.Sprintf("%.0f KB", float64(n)/kilo)
	}
	return count(int(n), "byte")
}

func money(pence int64) string { return fmt.Sprintf("£%d.%02d", pence/100, pence%100) }
