package sample

// Difference is one way in which the example products differ. It is a fact about
// what the products do, not a score.
type Difference struct {
	Subject  string
	Bookwell string
	Slotwise string
}

// Differences returns what an evaluator can find, so that an example outcome can
// be written truthfully. The tests of this package hold every line to be so.
func Differences() []Difference {
	return []Difference{
		{
			"Speed",
			"Pages answer within a few milliseconds: it looks up one office and one week.",
			"Pages with free times take about a hundred times as long: it works out all free times of all offices for twelve weeks anew for each page.",
		},
		{
			"Start",
			"Ready at once.",
			"Fills its calendar first, so it starts later.",
		},
		{
			"Labels and errors",
			"Every field has a label. Errors are listed at the top, link to their field and stay beside it; the title says that there is an error.",
			"Fields have a placeholder and no label. One line at the top names the first error only, and does not link to the field.",
		},
		{
			"Keyboard and reading",
			"Skip link, visible focus, page language set, strong contrast, page can be enlarged.",
			"No skip link, focus outline removed, no page language, pale grey text on white, enlarging switched off, free and full days differ by colour alone.",
		},
		{
			"Cancelling",
			"The citizen has to phone. Only the office can cancel, with its key, through the API.",
			"The citizen cancels online, with one press and no question first.",
		},
		{
			"Changing the time",
			"Not offered: book again and phone to cancel the first.",
			"The citizen moves the appointment online and keeps the reference.",
		},
		{
			"Reminders",
			"Not offered.",
			"A calendar file with an alarm a day or two hours before.",
		},
		{
			"API",
			"Documented at /api, with examples. Errors are problem documents that name the field.",
			"It works under /api/v1 but is not documented. Errors are one sentence.",
		},
		{
			"Page weight",
			"Small pages; the style sheet is cached.",
			"Every page carries all its styles and pictures again.",
		},
	}
}
