package services

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName is how long a name may be that is kept, in bytes: as long as DNS allows.
const maxName = 253

// line makes one line of a stranger's text that cannot disturb what is around it:
// valid UTF-8 without control characters and without characters that change the
// direction, of at most limit bytes.
func line(text string, limit int) string {
	text = text[:min(len(text), 8*limit)]
	return cut(strings.Join(strings.Fields(calm(text)), " "), limit)
}

// paragraphs does the same for a text of many lines.
func paragraphs(text string, limit int) string {
	text = text[:min(len(text), 8*limit)]
	text = calm(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text))
	return cut(strings.TrimSpace(text), limit)
}

// calm leaves newline and tab, of all that is not seen.
func calm(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r >= ' ' && r <= '~':
			return r
		case r == '\u2028' || r == '\u2029':
			return '\n'
		case unicode.Is(unicode.Bidi_Control, r) || r == '\ufeff':
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}

// cut shortens a text to at most limit bytes, whole characters, and shows it.
func cut(text string, limit int) string {
	const more = "…"
	if len(text) <= limit {
		return text
	}
	end := max(limit-len(more), 0)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + more
}

// escaped writes a name of DNS or HTTP in lower case and in the characters that can
// be seen; others as \DDD (RFC 1035, section 5.1).
func escaped(name string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		switch {
		case c >= 'A' && c <= 'Z':
			b.WriteByte(c + 'a' - 'A')
		case c <= ' ' || c > '~' || c == '\\':
			fmt.Fprintf(&b, `\%03d`, c)
		default:
			b.WriteByte(c)
		}
		if b.Len() > maxName {
			break
		}
	}
	return cut(b.String(), maxName)
}
