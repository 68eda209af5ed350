package view

import (
	"bytes"
	"fmt"
	"html"
	"html/template"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tools are what the templates of one language can call.
type tools struct {
	static *Static
	words  Words
	zone   *time.Location
	now    func() time.Time
}

// funcs binds the tools to a page's set of templates; the set is nil while the
// shared templates are parsed.
func (k tools) funcs(set *template.Template) template.FuncMap {
	say := Say{Words: k.words, Zone: k.zone}
	return template.FuncMap{
		"t":     k.words.Say,
		"count": k.words.Count,
		"lang":  func() string { return k.words.Lang },
		"word":  k.word,
		"asset": k.static.URL,
		"make":  makeOf,
		"list":  func(items ...any) []any { return items },
		"part":  func(name string, data any) (template.HTML, error) { return show(set, name, data) },
		"signedIn": func(f Frame) (Slots, error) {
			if !f.SignedIn() {
				return Slots{}, nil
			}
			end, err := show(set, "signed-in", f.Who)
			return Slots{End: Slot{HTML: end, Align: "inline"}}, err
		},
		"put":    func(component any) (template.HTML, error) { return showComponent(set, component) },
		"either": either, "join": join, "only": only, "suffix": suffix, "numbered": numbered,
		"attrs": attrs, "words": k.i18n, "described": described, "counted": k.counted,
		"datetime": say.DateTime, "date": say.Date, "clock": say.Clock, "day": say.Day,
		"sub":  func(a, b int) int { return a - b },
		"span": say.Span, "money": say.Money, "left": k.left(say),
	}
}

func (k tools) left(say Say) func(time.Time) (TimeLeft, error) {
	return func(until time.Time) (TimeLeft, error) { return say.Left(until, k.now()) }
}

// word is the words for a value of a fixed set: (word "phase" .Phase) says
// what stands under "phase.live".
func (k tools) word(prefix string, value any) (string, error) {
	return k.words.Say(prefix + "." + fmt.Sprint(value))
}

// show is a template's output as markup, for a component's HTML. It was escaped
// by the template that made it.
func show(set *template.Template, name string, data any) (template.HTML, error) {
	var buffer bytes.Buffer
	if err := set.ExecuteTemplate(&buffer, name, data); err != nil {
		return "", err
	}
	return template.HTML(buffer.String()), nil
}

func showComponent(set *template.Template, component any) (template.HTML, error) {
	name, err := partial(component)
	if err != nil {
		return "", err
	}
	return show(set, name, component)
}

func either(text string, markup template.HTML) any {
	if markup != "" {
		return markup
	}
	return text
}

func only(condition any, text string) string {
	if truth, ok := template.IsTrue(condition); ok && truth {
		return text
	}
	return ""
}

func suffix(stem, end string) string {
	if end == "" {
		return ""
	}
	return stem + end
}

func numbered(stem string, n int) string { return stem + "-" + strconv.Itoa(n+1) }

// attrs writes attributes, in order of name. Names that hold a script, a style or
// an address are refused: those have fields of their own, which are escaped for
// what they are.
func attrs(attributes Attributes) (template.HTMLAttr, error) {
	var out strings.Builder
	for _, key := range slices.Sorted(maps.Keys(attributes)) {
		low := strings.ToLower(key)
		if !isAttribute(low) {
			return "", fmt.Errorf("the attribute %q is not allowed here", key)
		}
		fmt.Fprintf(&out, ` %s="%s"`, key, html.EscapeString(attributes[key]))
	}
	return template.HTMLAttr(out.String()), nil
}

func isAttribute(name string) bool {
	switch name {
	case "", "action", "class", "formaction", "href", "src", "srcdoc", "srcset", "style":
		return false
	}
	isStrange := strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune(".:_-", r)
	})
	return !isStrange && name[0] >= 'a' && !strings.HasPrefix(name, "on")
}

func described(fieldset Fieldset, tied Tied) Fieldset {
	fieldset.DescribedBy = tied.DescribedBy
	return fieldset
}

// scriptWords are the sentences that a component's script says by itself; the
// last part of the key is the name that the script has for it.
func scriptWords() map[string][]string {
	return map[string][]string{
		"accordion": {
			"component.accordion.hide-all-sections", "component.accordion.hide-section",
			"component.accordion.hide-section-aria-label", "component.accordion.show-all-sections",
			"component.accordion.show-section", "component.accordion.show-section-aria-label",
		},
		"file-upload": {
			"component.file-upload.choose-files-button", "component.file-upload.no-file-chosen",
			"component.file-upload.drop-instruction", "component.file-upload.entered-drop-zone",
			"component.file-upload.left-drop-zone",
		},
		"password-input": {
			"component.password-input.show-password", "component.password-input.hide-password",
			"component.password-input.show-password-aria-label", "component.password-input.hide-password-aria-label",
			"component.password-input.password-shown-announcement", "component.password-input.password-hidden-announcement",
		},
	}
}

// i18n adds a component's sentences to its attributes where the language is not
// the script's own, which is English.
func (k tools) i18n(component string, attributes Attributes) (Attributes, error) {
	if k.words.Lang == "en" {
		return attributes, nil
	}
	all := maps.Clone(attributes)
	if all == nil {
		all = make(Attributes)
	}
	for _, key := range scriptWords()[component] {
		text, err := k.words.Say(key)
		if err != nil {
			return nil, err
		}
		all["data-i18n."+key[strings.LastIndex(key, ".")+1:]] = text
	}
	return all, nil
}

// counted is the textarea that a character count consists of.
func (k tools) counted(c CharacterCount) (Textarea, error) {
	id := c.FieldID()
	attributes := Attributes{"data-module": "govuk-character-count"}
	kind := c.CountType
	if kind == "" && c.MaxWords > 0 {
		kind = "words"
	}
	if kind != "" {
		attributes["data-count-type"] = kind
	}
	if c.MaxWords > 0 {
		attributes["data-maxwords"] = strconv.Itoa(c.MaxWords)
	}
	if c.MaxLength > 0 {
		attributes["data-maxlength"] = strconv.Itoa(c.MaxLength)
	}
	if c.Threshold > 0 {
		attributes["data-threshold"] = strconv.Itoa(c.Threshold)
	}
	maps.Copy(attributes, c.FormGroup.Attributes)
	text, err := k.limit(kind, c.Limit())
	if err != nil {
		return Textarea{}, err
	}
	message := `<div id="` + html.EscapeString(id) + `-info" class="` +
		html.EscapeString(join("govuk-hint govuk-character-count__message", c.CountMessage.Classes)) + `">` +
		html.EscapeString(text) + `</div>`
	group := c.FormGroup
	group.Classes = join("govuk-character-count", group.Classes)
	group.Attributes = attributes
	group.AfterInput.HTML = template.HTML(message) + group.AfterInput.HTML
	return Textarea{
		ID: id, Name: c.Name, Value: c.Value, Rows: c.Rows, DescribedBy: id + "-info",
		Label: c.Label, Hint: c.Hint, ErrorMessage: c.ErrorMessage, Spellcheck: c.Spellcheck,
		Classes: join("govuk-js-character-count", c.Classes), FormGroup: group, Attributes: c.Attributes,
	}, nil
}

// limit says how much may be typed, or nothing where the script is to know.
func (k tools) limit(kind string, most int) (string, error) {
	switch {
	case most == 0:
		return "", nil
	case kind == "words":
		return k.words.Count("component.count.words", most)
	default:
		return k.words.Count("component.count.characters", most)
	}
}
