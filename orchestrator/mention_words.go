package orchestrator

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"innovationden/orchestrator/den"
)

// leastPart is the shortest word of a name that is looked for by itself, in letters.
const leastPart = 3

// identifier is something that a person is known by: words one after another, or an
// address, which counts only whole.
type identifier struct {
	of      den.ID
	words   []string // in lower case
	address string   // empty: a name
	before  int      // bytes of the address before its first word
	part    bool     // one word of a name
}

// identifiers finds people by what they are known by: by the first word of it.
type identifiers map[string][]identifier

// stretch is a word of a text: from here to there, in bytes.
type stretch struct{ from, to int }

// sighting is where a text names somebody.
type sighting struct {
	of   den.ID
	part bool
	stretch
}

// name adds a name, and those of its words that are long enough by themselves.
func (all identifiers) name(of den.ID, name string) {
	words := lowerWords(name)
	if len(words) == 0 || len(words) == 1 && utf8.RuneCountInString(words[0]) < 2 {
		return
	}
	all.add(identifier{of: of, words: words})
	for _, w := range words[:len(words)*min(1, len(words)-1)] {
		if utf8.RuneCountInString(w) >= leastPart {
			all.add(identifier{of: of, words: []string{w}, part: true})
		}
	}
}

// address adds an e-mail address.
func (all identifiers) address(of den.ID, address string) {
	address = strings.TrimSpace(address)
	words := stretches(address, nil)
	if len(words) == 0 || !strings.Contains(address, "@") {
		return
	}
	first := strings.ToLower(address[words[0].from:words[0].to])
	all.add(identifier{of: of, words: []string{first}, address: address, before: words[0].from})
}

func (all identifiers) add(one identifier) {
	same := func(other identifier) bool {
		return other.of == one.of && other.part == one.part && strings.EqualFold(other.address, one.address) && slices.Equal(other.words, one.words)
	}
	if first := one.words[0]; !slices.ContainsFunc(all[first], same) {
		all[first] = append(all[first], one)
	}
}

// in finds whom a text names: each once, whole before in part, and then the first.
// words is room to work in, and is given back.
func (all identifiers) in(text string, words []stretch) ([]sighting, []stretch) {
	words = stretches(text, words[:0])
	var found []sighting
	for n, w := range words {
		for _, one := range all[strings.ToLower(text[w.from:w.to])] {
			at, ok := one.at(text, words[n:])
			if !ok {
				continue
			}
			seen := slices.IndexFunc(found, func(s sighting) bool { return s.of == one.of })
			switch {
			case seen < 0:
				found = append(found, sighting{one.of, one.part, at})
			case found[seen].part && !one.part:
				found[seen] = sighting{one.of, false, at}
			}
		}
	}
	return found, words
}

// at says where the identifier stands, if it begins with the first of these words.
func (i identifier) at(text string, words []stretch) (stretch, bool) {
	if i.address != "" {
		return i.addressAt(text, words[0].from-i.before)
	}
	if len(words) < len(i.words) {
		return stretch{}, false
	}
	for n, w := range i.words {
		if !strings.EqualFold(text[words[n].from:words[n].to], w) {
			return stretch{}, false
		}
	}
	return stretch{words[0].from, words[len(i.words)-1].to}, true
}

// addressAt wants the whole address: sam@den.example is not in josam@den.example.org.
func (i identifier) addressAt(text string, from int) (stretch, bool) {
	to := from + len(i.address)
	if from < 0 || to > len(text) || !strings.EqualFold(text[from:to], i.address) {
		return stretch{}, false
	}
	last, _ := utf8.DecodeLastRuneInString(text[:from])
	next, size := utf8.DecodeRuneInString(text[to:])
	if next == '.' { // the end of a sentence, or more of the address
		next, _ = utf8.DecodeRuneInString(text[to+size:])
		if !inWord(next) {
			next = ' '
		}
	}
	return stretch{from, to}, !inAddress(last) && !inAddress(next)
}

func inAddress(r rune) bool { return inWord(r) || strings.ContainsRune("._%+-@", r) }

func inWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// stretches finds the words of a text.
func stretches(text string, into []stretch) []stretch {
	from := -1
	for at, r := range text {
		switch isIn := inWord(r); {
		case isIn && from < 0:
			from = at
		case !isIn && from >= 0:
			into, from = append(into, stretch{from, at}), -1
		}
	}
	if from >= 0 {
		into = append(into, stretch{from, len(text)})
	}
	return into
}

func lowerWords(text string) (out []string) {
	for _, w := range stretches(text, nil) {
		out = append(out, strings.ToLower(text[w.from:w.to]))
	}
	return out
}

// around is how much of a text is shown before and after what was found, in bytes.
const around = 80

// excerpt is what stands around a stretch of a text, in one line and cut between words
// where it can be.
func excerpt(text string, at stretch) string {
	from, to := max(0, at.from-around), min(len(text), at.to+around)
	for from > 0 && !utf8.RuneStart(text[from]) {
		from--
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	before, after := text[from:at.from], text[at.to:to]
	if from > 0 {
		_, rest, ok := strings.Cut(before, " ")
		before = "… " + cmp.Or(map[bool]string{true: rest, false: before}[ok], "")
	}
	if to < len(text) {
		if cut := strings.LastIndexByte(after, ' '); cut >= 0 {
			after = after[:cut]
		}
		after += " …"
	}
	return strings.Join(strings.Fields(before+text[at.from:at.to]+after), " ")
}
