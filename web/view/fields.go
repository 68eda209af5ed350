package view

import (
	"html/template"
	"strings"
)

// Input is a single line. Spellcheck is left to the browser unless set.
type Input struct {
	ID             string // the name, unless given
	Name           string
	Type           string // "text", unless given
	Value          string
	Label          Label
	Hint           Hint
	ErrorMessage   ErrorMessage
	Prefix, Suffix Affix
	Classes        string
	Inputmode      string
	Autocomplete   string
	Autocapitalize string
	Pattern        string
	DescribedBy    string
	Spellcheck     *bool
	Disabled       bool
	FormGroup      FormGroup
	InputWrapper   Wrapper
	Attributes     Attributes
}

// Affix is what stands before or behind an input: "£", "days".
type Affix struct {
	Text       string
	HTML       template.HTML
	Classes    string
	Attributes Attributes
}

// Given says whether there is anything to show.
func (a Affix) Given() bool { return a.Text != "" || a.HTML != "" }

// Wrapper is the box around an input with an affix.
type Wrapper struct {
	Classes    string
	Attributes Attributes
}

// Wrapped says whether anything stands beside the input.
func (i Input) Wrapped() bool {
	return i.Prefix.Given() || i.Suffix.Given() ||
		i.FormGroup.BeforeInput.Given() || i.FormGroup.AfterInput.Given()
}

// Tied is what stands above the input, with its ids tied together.
func (i Input) Tied() Tied {
	return tie(Tied{ID: i.ID, Label: i.Label, Hint: i.Hint, ErrorMessage: i.ErrorMessage, DescribedBy: i.DescribedBy}, i.Name)
}

// Textarea is several lines; Rows is 5 unless given.
type Textarea struct {
	ID           string // the name, unless given
	Name         string
	Value        string
	Rows         int
	Label        Label
	Hint         Hint
	ErrorMessage ErrorMessage
	Classes      string
	Autocomplete string
	DescribedBy  string
	Spellcheck   *bool
	Disabled     bool
	FormGroup    FormGroup
	Attributes   Attributes
}

// Tied is what stands above the textarea, with its ids tied together.
func (t Textarea) Tied() Tied {
	return tie(Tied{ID: t.ID, Label: t.Label, Hint: t.Hint, ErrorMessage: t.ErrorMessage, DescribedBy: t.DescribedBy}, t.Name)
}

// CharacterCount is a textarea that counts down. Give MaxLength or MaxWords.
// CountType is what is counted, "length", "characters" or "words": words where
// MaxWords is given. Threshold is the per cent from which the count shows.
type CharacterCount struct {
	ID           string
	Name         string
	Value        string
	Rows         int
	MaxLength    int
	MaxWords     int
	CountType    string
	Threshold    int
	Label        Label
	Hint         Hint
	ErrorMessage ErrorMessage
	Classes      string
	Spellcheck   *bool
	FormGroup    FormGroup
	CountMessage Wrapper
	Attributes   Attributes
}

// FieldID is the id of the textarea.
func (c CharacterCount) FieldID() string { return first(c.ID, c.Name) }

// Limit is the most that may be typed, in words or characters.
func (c CharacterCount) Limit() int {
	if c.MaxWords > 0 {
		return c.MaxWords
	}
	return c.MaxLength
}

// Select is a list that opens. Prefer Radios where there are few items.
type Select struct {
	ID           string // the name, unless given
	Name         string
	Value        string // the chosen item's value
	Items        []Option
	Label        Label
	Hint         Hint
	ErrorMessage ErrorMessage
	Classes      string
	DescribedBy  string
	Disabled     bool
	FormGroup    FormGroup
	Attributes   Attributes
}

// Option is one item of a Select. Selected overrides the select's Value.
type Option struct {
	Value      string
	Text       string
	Selected   *bool
	Disabled   bool
	Attributes Attributes
}

// Tied is what stands above the select, with its ids tied together.
func (s Select) Tied() Tied {
	return tie(Tied{ID: s.ID, Label: s.Label, Hint: s.Hint, ErrorMessage: s.ErrorMessage, DescribedBy: s.DescribedBy}, s.Name)
}

// Chosen says whether an option is the one that is selected.
func (s Select) Chosen(o Option) bool { return chosen(o.Selected, s.Value != "" && o.Value == s.Value) }

// FileUpload is a file to choose. JavaScript adds the drop zone.
type FileUpload struct {
	ID                string // the name, unless given
	Name              string
	Multiple          bool
	JavaScript        bool
	Label             Label
	Hint              Hint
	ErrorMessage      ErrorMessage
	Classes           string
	DescribedBy       string
	Disabled          bool
	WrapperClasses    string
	WrapperAttributes Attributes
	FormGroup         FormGroup
	Attributes        Attributes
}

// Tied is what stands above the file input, with its ids tied together.
func (f FileUpload) Tied() Tied {
	return tie(Tied{ID: f.ID, Label: f.Label, Hint: f.Hint, ErrorMessage: f.ErrorMessage, DescribedBy: f.DescribedBy}, f.Name)
}

// PasswordInput is a password with a button that shows it.
type PasswordInput struct {
	ID           string // the name, unless given
	Name         string
	Value        string
	Label        Label
	Hint         Hint
	ErrorMessage ErrorMessage
	Classes      string
	Autocomplete string // "current-password", unless given
	DescribedBy  string
	Disabled     bool
	FormGroup    FormGroup
	Button       Wrapper
	Attributes   Attributes
}

// Tied is what stands above the input, with its ids tied together.
func (p PasswordInput) Tied() Tied {
	return tie(Tied{ID: p.ID, Label: p.Label, Hint: p.Hint, ErrorMessage: p.ErrorMessage, DescribedBy: p.DescribedBy}, p.Name)
}

// Tied is a field's label, hint and error with the ids that bind them to the
// input, and the list of ids that describe it.
type Tied struct {
	ID           string
	Label        Label
	Hint         Hint
	ErrorMessage ErrorMessage
	DescribedBy  string
}

// Bad says whether the field has an error.
func (t Tied) Bad() bool { return t.ErrorMessage.given() }

// HasHint says whether the field has a hint.
func (t Tied) HasHint() bool { return t.Hint.given() }

func tie(t Tied, name string) Tied {
	t.ID = first(t.ID, name)
	t.Label.For = t.ID
	if t.HasHint() {
		t.Hint.ID = t.ID + "-hint"
		t.DescribedBy = join(t.DescribedBy, t.Hint.ID)
	}
	if t.Bad() {
		t.ErrorMessage.ID = t.ID + "-error"
		t.DescribedBy = join(t.DescribedBy, t.ErrorMessage.ID)
	}
	return t
}

// join puts the given words behind one another; the empty ones leave no trace.
func join(words ...string) string {
	var kept []string
	for _, word := range words {
		if word != "" {
			kept = append(kept, word)
		}
	}
	return strings.Join(kept, " ")
}

func first(words ...string) string {
	for _, word := range words {
		if word != "" {
			return word
		}
	}
	return ""
}

func chosen(explicit *bool, matches bool) bool {
	if explicit != nil {
		return *explicit
	}
	return matches
}
