package compose

import (
	"strings"
)

// expand replaces what Compose would take from the environment. There is none here, as
// if no variable was set: ${NAME:-text} and ${NAME-text} are text, $$ is one dollar,
// and everything else is refused, by the name of what is missing.
//
// The grammar is that of the Compose Specification, "Interpolation".
func expand(text string, depth int) (result, missing string) {
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '$')
		if i < 0 {
			b.WriteString(text)
			return b.String(), ""
		}
		b.WriteString(text[:i])
		text = text[i+1:]
		switch {
		case strings.HasPrefix(text, "$"):
			b.WriteByte('$')
			text = text[1:]
		case strings.HasPrefix(text, "{"):
			inner, rest, ok := braced(text[1:])
			name, fallback, given := fallbackOf(inner)
			if !ok || !given || depth > 4 {
				return "", "${" + orAll(name, inner) + "}"
			}
			value, missing := expand(fallback, depth+1)
			if missing != "" {
				return "", missing
			}
			b.WriteString(value)
			text = rest
		default:
			n := nameLength(text)
			if n == 0 {
				return "", "$"
			}
			return "", "$" + text[:n]
		}
	}
}

func orAll(name, all string) string {
	if name != "" {
		return name
	}
	return all
}

// braced cuts the text at the brace that closes, with those inside counted.
func braced(text string) (inner, rest string, ok bool) {
	open := 1
	for i := 0; i < len(text); i++ {
		switch {
		case strings.HasPrefix(text[i:], "${"):
			open++
			i++
		case text[i] == '}':
			if open--; open == 0 {
				return text[:i], text[i+1:], true
			}
		}
	}
	return text, "", false
}

func fallbackOf(inner string) (name, fallback string, given bool) {
	n := nameLength(inner)
	name, rest := inner[:n], inner[n:]
	if n == 0 {
		return "", "", false
	}
	if after, ok := strings.CutPrefix(rest, ":-"); ok {
		return name, after, true
	}
	if after, ok := strings.CutPrefix(rest, "-"); ok {
		return name, after, true
	}
	return name, "", false
}

func nameLength(text string) int {
	for i, c := range text {
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return i
		}
	}
	return len(text)
}
