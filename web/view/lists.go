package view

import (
	"html/template"
	"strconv"
)

// SummaryList is a list of facts, each with a key, a value and what can be done
// about it. With a Card it has a title.
type SummaryList struct {
	Rows       []SummaryRow
	Card       *SummaryCard
	Classes    string // "govuk-summary-list--no-border"
	Attributes Attributes
}

// SummaryRow is one fact.
type SummaryRow struct {
	Key     Content
	Value   Content
	Actions Actions
	Classes string
}

// Actions are links; each says to a screen reader what it is about.
type Actions struct {
	Items      []Action
	Classes    string
	Attributes Attributes
}

// Action is a link such as "Change"; VisuallyHiddenText says what it changes.
type Action struct {
	Href               string
	Text               string
	HTML               template.HTML
	VisuallyHiddenText string
	Classes            string
	Attributes         Attributes
}

// SummaryCard is the box with a title around a summary list.
type SummaryCard struct {
	Title      CardTitle
	Actions    Actions
	Classes    string
	Attributes Attributes
}

// CardTitle is a card's heading; HeadingLevel is 2 unless given.
type CardTitle struct {
	Text         string
	HTML         template.HTML
	HeadingLevel int
	Classes      string
}

// CardAction is a link and the title of the card it stands in.
type CardAction struct {
	Action
	Card CardTitle
}

// Titled binds an action to the title of the list's card.
func (l SummaryList) Titled(a Action) CardAction {
	bound := CardAction{Action: a}
	if l.Card != nil {
		bound.Card = l.Card.Title
	}
	return bound
}

// Acts says whether any row has an action.
func (l SummaryList) Acts() bool {
	for _, row := range l.Rows {
		if len(row.Actions.Items) > 0 {
			return true
		}
	}
	return false
}

// Table is a table. Always give a Caption; wide ones stand in a ScrollablePane.
type Table struct {
	Caption           string
	CaptionClasses    string // "govuk-table__caption--m", "govuk-visually-hidden"
	Head              []Cell
	Rows              [][]Cell
	FirstCellIsHeader bool
	Classes           string
	Attributes        Attributes
}

// Cell is one cell; Format "numeric" aligns numbers.
type Cell struct {
	Text             string
	HTML             template.HTML
	Format           string
	Classes          string
	Colspan, Rowspan int
	Attributes       Attributes
}

// ScrollablePane lets a wide table scroll by itself. Label says what scrolls.
type ScrollablePane struct {
	Label string
	HTML  template.HTML
}

// TaskList is long work as a list of tasks, each with its state.
type TaskList struct {
	IDPrefix   string // "task-list", unless given
	Items      []Task
	Classes    string
	Attributes Attributes
}

// Task is one line of a TaskList; without Href it cannot be started yet.
type Task struct {
	Title   Content
	Hint    Content
	Status  Status
	Href    string
	Classes string
}

// Status is a task's state: plain text where done, a tag where not.
type Status struct {
	Text    string
	HTML    template.HTML
	Tag     *Tag
	Classes string
}

// TaskRow is a Task with its ids.
type TaskRow struct {
	Task
	HintID, StatusID, DescribedBy string
}

// Tasks are the items with their ids.
func (l TaskList) Tasks() []TaskRow {
	prefix := first(l.IDPrefix, "task-list")
	rows := make([]TaskRow, 0, len(l.Items))
	for n, item := range l.Items {
		base := prefix + "-" + strconv.Itoa(n+1)
		row := TaskRow{Task: item, StatusID: base + "-status"}
		if item.Hint.Given() {
			row.HintID = base + "-hint"
		}
		row.DescribedBy = join(row.HintID, row.StatusID)
		rows = append(rows, row)
	}
	return rows
}
