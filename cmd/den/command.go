package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"innovationden/configs"
)

// group makes a command that only holds others: alone it shows its help, and a word
// that is none of them is refused rather than passed over.
func group(c *cobra.Command, of ...*cobra.Command) *cobra.Command {
	c.AddCommand(of...)
	c.Args = cobra.ArbitraryArgs
	c.DisableFlagsInUseLine, c.SuggestionsMinimumDistance = true, 2
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		say := fmt.Sprintf("there is no command %q", c.CommandPath()+" "+args[0])
		if near := c.SuggestionsFor(args[0]); len(near) > 0 {
			say += fmt.Sprintf(". Did you mean %q?", near[0])
		}
		return offWords(c, say)
	}
	return c
}

// offWords is a usage error that says where to read on.
func offWords(c *cobra.Command, say string) error {
	end := ". See"
	if strings.HasSuffix(say, "?") || strings.HasSuffix(say, ".") {
		end = " See"
	}
	return usageError{fmt.Errorf("%s%s %q", say, end, c.CommandPath()+" --help")}
}

// words demands exactly the named words after a command.
func words(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return offWords(c, "give the command "+names[len(args)])
		case len(args) > len(names):
			return offWords(c, fmt.Sprintf("leave %q out, or put quotes round words that belong together", args[len(names)]))
		}
		return nil
	}
}

// strict makes every mistake in the words of a command a usage error, those that the
// library finds too.
func strict(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			err := check(c, args)
			var already usageError
			if err == nil || errors.As(err, &already) {
				return err
			}
			return offWords(c, err.Error())
		}
	}
	for _, child := range c.Commands() {
		strict(child)
	}
}

// paging are the flags of a list.
type paging struct {
	after  string
	limit  int32
	oldest bool
}

func (p *paging) flags(c *cobra.Command, ordered bool) {
	const most = 50
	c.Flags().StringVar(&p.after, "after", "", "go on where an earlier list stopped")
	c.Flags().Int32Var(&p.limit, "limit", most, "list at most so many, up to 1,000")
	if ordered {
		c.Flags().BoolVar(&p.oldest, "oldest", false, "oldest first")
	}
}

func (p *paging) newest() *bool {
	n := !p.oldest
	return &n
}

// change are the flags of a command that changes something: why, and of which revision.
type change struct {
	why      string
	revision int64
}

func (x *change) flags(c *cobra.Command, reason bool) {
	if reason {
		c.Flags().StringVar(&x.why, "why", "", "why, for the record")
	}
	c.Flags().Int64Var(&x.revision, "revision", 0, "change it only if this is still its revision, as --json gives it")
}

// match is the revision as an entity tag, or nil for "whatever is there".
func (x *change) match() *string {
	if x.revision == 0 {
		return nil
	}
	tag := fmt.Sprintf("%q", fmt.Sprint(x.revision))
	return &tag
}

// longer are the flags of a command that extends something.
type longer struct {
	by, until string
}

func (l *longer) flags(c *cobra.Command) {
	c.Flags().StringVar(&l.by, "by", "", "how much longer, such as 8h or 2d")
	c.Flags().StringVar(&l.until, "until", "", "until when, such as 2026-06-03T16:30")
}

// read gives seconds, or a moment: exactly one of the two.
func (l *longer) read(c *cobra.Command) (seconds *int64, until *time.Time, err error) {
	switch {
	case (l.by == "") == (l.until == ""):
		return nil, nil, offWords(c, "say how much longer with --by, or until when with --until: one of the two")
	case l.by != "":
		d, err := configs.ParseLength(l.by)
		if err != nil || d < time.Second {
			return nil, nil, offWords(c, fmt.Sprintf("write --by as a number and a unit, such as 8h or 2d, not %q", l.by))
		}
		n := int64(d / time.Second)
		return &n, nil, nil
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(form, l.until, time.Local); err == nil {
			at = at.UTC()
			return nil, &at, nil
		}
	}
	return nil, nil, offWords(c, fmt.Sprintf("write --until as a date and a time, such as 2026-06-03T16:30, not %q", l.until))
}
