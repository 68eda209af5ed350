package view

import "html/template"

// Attributes are further HTML attributes of a component's element. A name that
// could run a script or set a style is refused when the page is rendered.
type Attributes map[string]string

// Content is a text, or markup made by a partial (never by a person). Markup
// wins where both are given.
type Content struct {
	Text    string
	HTML    template.HTML
	Classes string
}

// Label names a field. A label that is a page heading is wrapped in an h1.
type Label struct {
	Text          string
	HTML          template.HTML
	Classes       string
	IsPageHeading bool
	For           string
	Attributes    Attributes
}

// Hint helps to fill a field in.
type Hint struct {
	ID         string
	Text       string
	HTML       template.HTML
	Classes    string
	Attributes Attributes
}

// ErrorMessage says what is wrong with a field. Without VisuallyHiddenText the
// page's word for "Error" stands before it.
type ErrorMessage struct {
	ID                 string
	Text               string
	HTML               template.HTML
	Classes            string
	VisuallyHiddenText string
	Attributes         Attributes
}

// Legend names a group of fields.
type Legend struct {
	Text          string
	HTML          template.HTML
	Classes       string
	IsPageHeading bool
}

// Fieldset groups fields; HTML is what stands inside.
type Fieldset struct {
	DescribedBy string
	Classes     string
	Role        string
	Legend      Legend
	HTML        template.HTML
	Attributes  Attributes
}

func (f Fieldset) isZero() bool {
	return f.DescribedBy == "" && f.Classes == "" && f.Legend == Legend{} && len(f.Attributes) == 0
}

// FormGroup is the box around a field: its classes, its attributes, and what
// stands right before and after the input.
type FormGroup struct {
	Classes      string
	Attributes   Attributes
	BeforeInput  Content
	AfterInput   Content
	BeforeInputs Content
	AfterInputs  Content
}

func (h Hint) given() bool         { return h.Text != "" || h.HTML != "" }
func (e ErrorMessage) given() bool { return e.Text != "" || e.HTML != "" }

// Given says whether there is anything to show.
func (c Content) Given() bool { return c.Text != "" || c.HTML != "" }
