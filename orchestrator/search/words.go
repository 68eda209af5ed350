package search

import (
	"strings"
	"unicode"
)

// asked is one word of a question.
type asked struct {
	raw   string
	stem  string
	quiet bool // says nothing by itself
}

// read divides a text into the stems of its words.
func read(text string) []asked {
	var all []asked
	for _, raw := range split(text) {
		all = append(all, asked{raw, stem(raw), quiet[raw]})
	}
	return all
}

// words divides a text into stems, without those that say nothing.
func words(text string) []string {
	var all []string
	for _, w := range read(text) {
		if !w.quiet {
			all = append(all, w.stem)
		}
	}
	return all
}

// split divides a text into plain words in lower case.
func split(text string) []string {
	return strings.FieldsFunc(strings.Map(plain, strings.ToLower(text)), func(r rune) bool { return r == ' ' })
}

// plain is a letter without its accents, a digit, or a blank.
func plain(r rune) rune {
	if r < unicode.MaxASCII {
		switch {
		case r == '\'':
			return -1
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return r
		}
		return ' '
	}
	if r == '’' {
		return -1
	}
	for _, row := range accents {
		if strings.ContainsRune(row[1:], r) {
			return rune(row[0])
		}
	}
	if unicode.IsLetter(r) || unicode.IsDigit(r) {
		return r
	}
	return ' '
}

var accents = []string{"aàáâãäåā", "cçć", "eèéêëē", "iìíîïī", "nñń", "oòóôõöøō", "uùúûüū", "wŵẁẃẅ", "yýÿŷ", "zžźż", "sšś"}

// quiet words say nothing about what is wanted.
var quiet = set("a an and any are as at be by can do does for from has have how i in into is it its me my need needs of on or our out " +
	"so some something system software solution solutions product products supplier tool tools that the their them then there these they this to us use used want wants we what when where which who with without would you your help helps")

func set(text string) map[string]bool {
	all := map[string]bool{}
	for _, one := range strings.Fields(text) {
		all[one] = true
	}
	return all
}

// stem takes endings off a word, so that "bookings" and "booked" are "book". It is
// rough: what counts is that both sides are treated alike.
func stem(w string) string {
	if len(w) < 4 {
		return w
	}
	switch {
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		w = w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "shes"):
		w = w[:len(w)-2]
	case strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") && !strings.HasSuffix(w, "is"):
		w = w[:len(w)-1]
	}
	for _, end := range []string{"isation", "ization"} {
		if strings.HasSuffix(w, end) {
			return w[:len(w)-len(end)] + "is"
		}
	}
	w = strings.NewReplacer("ize", "ise", "yze", "yse").Replace(w)
	for _, end := range []string{"ing", "ed", "er"} {
		if strings.HasSuffix(w, end) && len(w)-len(end) >= 4 && strings.ContainsAny(w[:len(w)-len(end)], "aeiouy") {
			w = w[:len(w)-len(end)]
			if n := len(w); w[n-1] == w[n-2] && !strings.ContainsRune("lsz", rune(w[n-1])) {
				w = w[:n-1]
			}
			break
		}
	}
	if len(w) > 4 && strings.HasSuffix(w, "e") {
		w = w[:len(w)-1]
	}
	return w
}

// letters is which letters a word has, to tell words apart that cannot be near.
func letters(w string) uint32 {
	var m uint32
	for n := range len(w) {
		switch c := w[n]; {
		case c >= 'a' && c <= 'z':
			m |= 1 << (c - 'a')
		case c >= '0' && c <= '9':
			m |= 1 << 26
		default:
			m |= 1 << 27
		}
	}
	return m
}

// allowed is how many slips of the finger a word of a length may have.
func allowed(length int) int {
	switch {
	case length < 4:
		return 0
	case length < 8:
		return 1
	}
	return 2
}

// Slips is how many letters were left out, put in, changed or swapped between two
// words of less than 48 bytes, or most+1 where there are more (the optimal string alignment
// distance).
func Slips(a, b string, most int) int {
	if d := len(a) - len(b); d > most || -d > most {
		return most + 1
	}
	const longest = 48
	if len(a) >= longest || len(b) >= longest {
		return most + 1
	}
	var rows [3][longest + 1]int
	before, last, now := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		best := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
			best = min(best, now[j])
		}
		if best > most {
			return most + 1
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}
