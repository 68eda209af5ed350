package view

import (
	"html/template"
	"slices"
	"strconv"
)

// Radios are a choice of one. Give a Fieldset with a Legend.
type Radios struct {
	IDPrefix     string // the name, unless given; the first radio's id is the prefix itself
	Name         string
	Value        string // the chosen item's value
	Items        []Choice
	Fieldset     Fieldset
	Hint         Hint
	ErrorMessage ErrorMessage
	Classes      string // "govuk-radios--inline", "govuk-radios--small"
	FormGroup    FormGroup
	Attributes   Attributes
}

// Checkboxes are a choice of several. Give a Fieldset with a Legend.
type Checkboxes struct {
	IDPrefix     string // the name, unless given; the first box's id is the prefix itself
	Name         string
	Values       []string // the chosen items' values
	Items        []Choice
	Fieldset     Fieldset
	Hint         Hint
	ErrorMessage ErrorMessage
	Classes      string
	DescribedBy  string
	FormGroup    FormGroup
	Attributes   Attributes
}

// Choice is one radio or checkbox, or a divider between two of them ("or").
// Conditional is shown while it is chosen; without JavaScript, always.
type Choice struct {
	ID          string
	Name        string // checkboxes only
	Value       string
	Text        string
	HTML        template.HTML
	Label       Wrapper
	Hint        Hint
	Checked     *bool // overrides the group's value
	Conditional Content
	Disabled    bool
	Divider     string
	Behaviour   string // checkboxes only: "exclusive"
	Attributes  Attributes
}

// Row is a Choice as it is shown: its ids, and whether it is chosen.
type Row struct {
	Choice
	Checked       bool
	Described     string
	ConditionalID string
	LabelTied     Label
	HintTied      Hint
}

// Tied is what stands above the radios, with its ids tied together.
func (r Radios) Tied() Tied {
	return tie(Tied{ID: r.IDPrefix, Hint: r.Hint, ErrorMessage: r.ErrorMessage, DescribedBy: r.Fieldset.DescribedBy}, r.Name)
}

// Grouped says whether there is a fieldset.
func (r Radios) Grouped() bool { return !r.Fieldset.isZero() }

// Rows are the radios as they are shown.
func (r Radios) Rows() []Row {
	rows := make([]Row, 0, len(r.Items))
	for n, item := range r.Items {
		item.Name = r.Name
		row := rowOf(item, r.Tied().ID, n, "govuk-radios")
		row.Checked = chosen(item.Checked, r.Value != "" && item.Value == r.Value)
		rows = append(rows, row)
	}
	return rows
}

// Tied is what stands above the checkboxes, with its ids tied together.
func (c Checkboxes) Tied() Tied {
	return tie(Tied{ID: c.IDPrefix, Hint: c.Hint, ErrorMessage: c.ErrorMessage, DescribedBy: first(c.Fieldset.DescribedBy, c.DescribedBy)}, c.Name)
}

// Grouped says whether there is a fieldset.
func (c Checkboxes) Grouped() bool { return !c.Fieldset.isZero() }

// Rows are the checkboxes as they are shown.
func (c Checkboxes) Rows() []Row {
	tied := c.Tied()
	rows := make([]Row, 0, len(c.Items))
	for n, item := range c.Items {
		item.Name = first(item.Name, c.Name)
		row := rowOf(item, tied.ID, n, "govuk-checkboxes")
		row.Checked = chosen(item.Checked, slices.Contains(c.Values, item.Value))
		if !c.Grouped() {
			row.Described = join(tied.DescribedBy, row.Described)
		}
		rows = append(rows, row)
	}
	return rows
}

func rowOf(item Choice, prefix string, n int, block string) Row {
	row := Row{Choice: item, HintTied: item.Hint}
	if row.ID == "" {
		row.ID = prefix
		if n > 0 {
			row.ID += "-" + strconv.Itoa(n+1)
		}
	}
	row.ConditionalID = "conditional-" + row.ID
	row.LabelTied = Label{
		Text: item.Text, HTML: item.HTML, For: row.ID,
		Classes: join(block+"__label", item.Label.Classes), Attributes: item.Label.Attributes,
	}
	if item.Hint.given() {
		row.HintTied.ID = row.ID + "-item-hint"
		row.HintTied.Classes = join(block+"__hint", item.Hint.Classes)
		row.Described = row.HintTied.ID
	}
	return row
}
