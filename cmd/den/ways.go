package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"innovationden/web/api/contract"
)

// ways is what is opened in a sandbox, in a file.
type ways struct {
	Out  []string `yaml:"out"`
	Mail bool     `yaml:"mail"`
}

// agreed turns what a file opens, by product or release, into what it is by release.
func agreed(file map[string]ways, all []contract.Product, p *problem) *map[string]contract.Ways {
	if file == nil {
		return nil
	}
	out, seen := map[string]contract.Ways{}, map[string]string{}
	for _, word := range slices.Sorted(maps.Keys(file)) {
		w := file[word]
		id, err := releaseOf(word, all)
		p.take("/agree/"+escaped(word), err)
		if before, twice := seen[id]; twice && err == nil {
			p.bad("/agree/"+escaped(word), "Give each release once: this one is %q too.", before)
		}
		out[id], seen[id] = contract.Ways{Out: &w.Out, Mail: &w.Mail}, word
	}
	return &out
}

// waysSaid says what is opened, for a table; empty where nothing is.
func waysSaid(w *contract.Ways) string {
	if w == nil {
		return ""
	}
	all := slices.Clone(given(w.Out))
	if given(w.Mail) {
		all = append(all, "mail is caught")
	}
	return strings.Join(all, ", ")
}

// someOf is nil for an empty list: it is left out.
func someOf(all []string) *[]string {
	if len(all) == 0 {
		return nil
	}
	return &all
}

func (k *client) tellUsed(all *[]contract.Used) {
	if len(given(all)) == 0 {
		return
	}
	k.say("\nWhat it reached:\n")
	var rows [][]string
	for _, u := range *all {
		rows = append(rows, []string{
			harmless(u.Way), fmt.Sprint(u.Times), fmt.Sprint(u.Refused), fmt.Sprint(u.Failed), bytesOf(u.SentBytes), bytesOf(u.ReceivedBytes),
		})
	}
	table(k.std.out, []string{"HOST", "TIMES", "REFUSED", "NOT ANSWERED", "SENT", "RECEIVED"}, rows)
}
