package services

import (
	"html"
	"strings"
)

// unmarked is what a page says, without its marks: for reading, as text. Where a link
// leads stands behind it, for a mail is often about that. The result may hold any
// characters and is no more to be trusted than its source.
func unmarked(page string) string {
	var b strings.Builder
	var link string
	for page != "" {
		before, rest, found := strings.Cut(page, "<")
		b.WriteString(flat(html.UnescapeString(before)))
		if !found {
			break
		}
		if strings.HasPrefix(rest, "!--") {
			_, page, _ = strings.Cut(rest, "-->")
			continue
		}
		mark, after := tag(rest)
		page = after
		name := nameOf(mark)
		switch name {
		case "script", "style", "title":
			page = skip(page, name)
		case "br", "p", "/p", "div", "/div", "tr", "/tr", "li", "h1", "h2", "h3", "h4", "/h1", "/h2", "/h3", "/h4", "hr", "ul", "/ul", "ol", "/ol", "table", "/table":
			b.WriteByte('\n')
		case "td", "th":
			b.WriteByte(' ')
		case "a":
			link = attribute(mark, "href")
		case "/a":
			if link != "" && !strings.HasSuffix(strings.TrimSpace(b.String()[max(0, b.Len()-len(link)-8):]), link) {
				b.WriteString(" [" + link + "]")
			}
			link = ""
		}
	}
	return tidy(b.String())
}

// tag ends a mark at the first ">" outside quotes.
func tag(text string) (mark, after string) {
	quote := byte(0)
	for i := range len(text) {
		switch c := text[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return text[:i], text[i+1:]
		}
	}
	return "", ""
}

func nameOf(mark string) string {
	end := strings.IndexAny(mark, " \t\r\n")
	if end < 0 {
		end = len(mark)
	}
	return strings.ToLower(strings.TrimSuffix(mark[:end], "/"))
}

// skip goes behind the end of an element whose content is not to be read.
func skip(page, name string) string {
	for {
		i := strings.Index(page, "</")
		if i < 0 {
			return ""
		}
		page = page[i+2:]
		if len(page) >= len(name) && strings.EqualFold(page[:len(name)], name) {
			_, page, _ = strings.Cut(page, ">")
			return page
		}
	}
}

// attribute reads one attribute of a mark.
func attribute(mark, name string) string {
	low := strings.ToLower(mark)
	i := strings.Index(low, name+"=")
	if i < 0 || len(low) != len(mark) { // lower case changed lengths: not a mark we read
		return ""
	}
	value := mark[i+len(name)+1:]
	if value == "" {
		return ""
	}
	if q := value[0]; q == '"' || q == '\'' {
		value, _, _ = strings.Cut(value[1:], string(q))
	} else if end := strings.IndexAny(value, " \t\r\n"); end >= 0 {
		value = value[:end]
	}
	return strings.TrimSpace(html.UnescapeString(value))
}

// flat makes spaces of line ends, as a page does.
func flat(text string) string {
	return strings.NewReplacer("\r", " ", "\n", " ", "\t", " ", "\u00a0", " ").Replace(text)
}

// tidy takes away spaces and empty lines that only the page's form made.
func tidy(text string) string {
	var lines []string
	for one := range strings.SplitSeq(text, "\n") {
		one = strings.Join(strings.Fields(one), " ")
		if one == "" && (len(lines) == 0 || lines[len(lines)-1] == "") {
			continue
		}
		lines = append(lines, one)
	}
	return strings.Join(lines, "\n")
}
