package view

import (
	"slices"
	"strings"
)

// DateInput is a date in three boxes: <name>-day, <name>-month, <name>-year.
// Bad names the boxes that are wrong ("day", "month", "year"); with an error
// and no box named, all are. Items replaces the three boxes by others.
type DateInput struct {
	ID           string // the name prefix, unless given
	NamePrefix   string
	Values       DateValues
	Bad          []string
	Items        []DateItem
	Fieldset     Fieldset
	Hint         Hint
	ErrorMessage ErrorMessage
	Classes      string
	FormGroup    FormGroup
	Attributes   Attributes
}

// DateValues is what was typed into the three boxes.
type DateValues struct{ Day, Month, Year string }

// DateItem is one box. Named "day", "month" or "year" it has their label, width
// and value, unless it has its own. Error says whether it is wrong.
type DateItem struct {
	Name         string
	ID           string
	Label        string
	Value        string
	Error        *bool
	Classes      string
	Inputmode    string // "numeric", unless given
	Autocomplete string
	Pattern      string
	Attributes   Attributes
}

func (i DateItem) isBad() bool {
	return (i.Error != nil && *i.Error) || strings.Contains(i.Classes, "govuk-input--error")
}

// Tied is what stands above the boxes, with its ids tied together.
func (d DateInput) Tied() Tied {
	return tie(Tied{ID: d.ID, Hint: d.Hint, ErrorMessage: d.ErrorMessage, DescribedBy: d.Fieldset.DescribedBy}, d.NamePrefix)
}

// Group is the fieldset around the boxes.
func (d DateInput) Group() Fieldset {
	group := d.Fieldset
	group.Role = "group"
	group.DescribedBy = d.Tied().DescribedBy
	return group
}

// Grouped says whether there is a fieldset.
func (d DateInput) Grouped() bool { return !d.Fieldset.isZero() }

// Boxes are the inputs; day, month and year are the words above the three.
func (d DateInput) Boxes(day, month, year string) []Input {
	known := []DateItem{
		{Name: "day", Label: day, Value: d.Values.Day},
		{Name: "month", Label: month, Value: d.Values.Month},
		{Name: "year", Label: year, Value: d.Values.Year},
	}
	items := slices.Clone(d.Items)
	if len(items) == 0 {
		items = slices.Clone(known)
	}
	isAnyBad := false
	for n, item := range items {
		if slices.Contains(d.Bad, item.Name) {
			items[n].Error = new(true)
		}
		if at := slices.IndexFunc(known, func(k DateItem) bool { return k.Name == item.Name }); at >= 0 {
			items[n].Label = first(item.Label, known[at].Label)
			items[n].Value = first(item.Value, known[at].Value)
		}
		isAnyBad = isAnyBad || items[n].isBad()
	}
	boxes := make([]Input, 0, len(items))
	for _, item := range items {
		isBad := item.isBad() || (item.Error == nil && d.ErrorMessage.given() && !isAnyBad)
		boxes = append(boxes, d.box(item, isBad))
	}
	return boxes
}

func (d DateInput) box(item DateItem, isBad bool) Input {
	classes := "govuk-date-input__input"
	if isBad && !strings.Contains(item.Classes, "govuk-input--error") {
		classes = join(classes, "govuk-input--error")
	}
	if !strings.Contains(item.Classes, "govuk-input--width-") {
		width := "govuk-input--width-2"
		if item.Name == "year" {
			width = "govuk-input--width-4"
		}
		classes = join(classes, width)
	}
	name := item.Name
	if d.NamePrefix != "" {
		name = d.NamePrefix + "-" + name
	}
	return Input{
		ID: first(item.ID, d.Tied().ID+"-"+item.Name), Name: name, Value: item.Value,
		Label:     Label{Text: first(item.Label, capital(item.Name)), Classes: "govuk-date-input__label"},
		Inputmode: first(item.Inputmode, "numeric"), Autocomplete: item.Autocomplete, Pattern: item.Pattern,
		Classes: join(classes, item.Classes), Attributes: item.Attributes,
	}
}

func capital(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + strings.ToLower(word[1:])
}
