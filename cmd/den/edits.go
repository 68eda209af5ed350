package main

import (
	"encoding/json"
	"net/http"

	"github.com/spf13/cobra"
)

// entryLater says in the help of an edit what is not said elsewhere.
const entryLater = "\nOnly what you give is changed; an empty text takes it away. A list is given by one flag\nfor each of its lines, and takes the place of the whole list."

// edits are the fields that were given of an entry on the techmap or a challenge, by their
// names in the API.
type edits map[string]any

// text is a flag for a text; an empty one takes the field away.
func (e edits) text(c *cobra.Command, name, field, usage string) {
	c.Flags().Func(name, usage, func(v string) error {
		e[field] = v
		return nil
	})
}

// several is a flag for a list; an empty text alone takes the field away.
func (e edits) several(c *cobra.Command, name, field, usage string) {
	c.Flags().Func(name, usage, func(v string) error {
		all, _ := e[field].([]string)
		if v != "" {
			all = append(all, v)
		}
		e[field] = all
		return nil
	})
}

// edited reads a thing as it is now, with its revision, and lays what was given over it.
// What only the den writes is passed over: T has no such fields.
func edited[T any](e edits) func(*http.Response, error) (T, *string, error) {
	return func(res *http.Response, err error) (entry T, tag *string, _ error) {
		now, err := said[T](res, err)
		if err != nil {
			return entry, nil, err
		}
		fields := edits{}
		if err := again(now.value, &fields); err != nil {
			return entry, nil, err
		}
		for name, v := range e {
			if list, isList := v.([]string); v == "" || isList && len(list) == 0 {
				delete(fields, name)
				continue
			}
			fields[name] = v
		}
		return entry, pointerTo(res.Header.Get("ETag")), again(fields, &entry)
	}
}

// again makes one thing of another with the same fields.
func again(from, into any) error {
	text, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// read is a flag whose text is read into something else; an empty text takes the field
// away.
func (e edits) read(c *cobra.Command, name, field, usage string, as func(string) (any, error)) {
	c.Flags().Func(name, usage, func(text string) error {
		e[field] = ""
		if text == "" {
			return nil
		}
		v, err := as(text)
		e[field] = v
		return err
	})
}

// said is what was given and is not empty.
func (e edits) said() edits {
	out := edits{}
	for field, v := range e {
		if v != "" {
			out[field] = v
		}
	}
	return out
}
