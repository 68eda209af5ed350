package view

// unsupported lists what the Design System can do and our partials do not: a whole
// component, or a fixture as "component: name", with the reason. A fixture on the
// list that equals fails the test, so the list cannot outlive its reasons.
func unsupported() map[string]string {
	list := map[string]string{}
	for _, one := range []struct {
		why  string
		what []string
	}{
		{"gov.uk's own: crown, crest and copyright; the layout has a footer of its own", []string{"footer", "header"}},
		{"the den sets no cookie that has to be agreed to", []string{"cookie-banner"}},
		{"nobody has to leave the den in a hurry", []string{"exit-this-page"}},
		{"the den has no phase; feedback is a link in the footer's help", []string{"phase-banner", "feedback"}},
		{"there is one language until there are two", []string{"language-navigation"}},
		{"an item that is missing keeps its number there; our lists hold no missing items", []string{
			"accordion: with falsy values", "checkboxes: with falsy values", "radios: with falsy items",
			"task-list: with empty values", "pagination: with empty items",
		}},
		{"words come from the catalogue of the page's language, not from the caller", []string{
			"accordion: with translations", "character-count: with custom textarea description",
			"character-count: with neither maxlength nor maxwords set", "character-count: with translations",
			"date-input: with translations", "file-upload: translated", "file-upload: translated, no javascript enhancement",
			"password-input: with translations",
		}},
		{"an error always says that it is one", []string{
			"error-message: translated", "error-message: visually hidden text removed",
		}},
		{"boxes are named by Items alone, and values by their box", []string{
			"date-input: with values and name prefix", "date-input: with values, name prefix and custom names",
			"date-input: day and month", "date-input: month and year",
			"date-input: with errors only", "date-input: with errors only (using classes)",
			"date-input: with error on day input", "date-input: with error on month input", "date-input: with error on year input",
			"date-input: with field value", "date-input: with field value and items", "date-input: with field value and item value",
			"date-input: with field value, item value and values", "date-input: with field value overriding values",
			"date-input: with error on single field", "date-input: with error on single field by omission",
			"date-input: with error on single field using classes",
		}},
		{"browsers ignore the value of a file", []string{"file-upload: with value"}},
		{"a panel that asks is not used: confirmations are pages with a form", []string{
			"panel: interruption", "panel: interruption-with-content-with-long-line-length",
			"panel: interruption-with-headings-content-and-lists", "panel: confirmation, with actions",
			"panel: interruption, with actions classes and attributes", "panel: interruption, submit action",
			"panel: interruption, button link", "panel: interruption, no actions items",
		}},
		{"an option always has a value, if an empty one", []string{
			"select: without values", "select: without values with selected value",
		}},
	} {
		for _, what := range one.what {
			list[what] = one.why
		}
	}
	return list
}
