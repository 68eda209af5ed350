package view

import (
	"html/template"
	"strings"
)

// Button sends its form, or is a link that looks like one where it has an Href.
type Button struct {
	Text               string
	HTML               template.HTML
	Href               string
	Type               string // "submit", unless given
	Name               string
	Value              string
	ID                 string
	Classes            string // "govuk-button--secondary", "govuk-button--warning"
	IsStartButton      bool
	Disabled           bool
	PreventDoubleClick *bool
	Attributes         Attributes
}

// Tag is a state in one or two words.
type Tag struct {
	Text       string
	HTML       template.HTML
	Classes    string // "govuk-tag--green" …
	Attributes Attributes
}

// InsetText sets a passage apart.
type InsetText struct {
	ID         string
	Text       string
	HTML       template.HTML
	Classes    string
	Attributes Attributes
}

// WarningText says what goes wrong if it is not read.
type WarningText struct {
	Text             string
	HTML             template.HTML
	IconFallbackText string // the page's word for "Warning", unless given
	Classes          string
	Attributes       Attributes
}

// Details is help that opens.
type Details struct {
	ID          string
	SummaryText string
	SummaryHTML template.HTML
	Text        string
	HTML        template.HTML
	Open        bool
	Classes     string
	Attributes  Attributes
}

// Panel confirms that something is done. HeadingLevel is 1 unless given.
type Panel struct {
	TitleText    string
	TitleHTML    template.HTML
	Text         string
	HTML         template.HTML
	HeadingLevel int
	Classes      string
	Attributes   Attributes
}

// Asks says whether the panel interrupts to ask, in place of confirming.
func (p Panel) Asks() bool { return strings.Contains(p.Classes, "govuk-panel--interruption") }

// NotificationBanner tells of something that is not about this page's own task;
// Type "success" of something that was just done.
type NotificationBanner struct {
	Type              string // "" or "success"
	Text              string
	HTML              template.HTML
	TitleText         string // the page's words for "Success" or "Important", unless given
	TitleHTML         template.HTML
	TitleID           string
	TitleHeadingLevel int // 2, unless given
	Role              string
	DisableAutoFocus  *bool
	Classes           string
	Attributes        Attributes
}

// Good says whether the banner tells of a success.
func (b NotificationBanner) Good() bool { return b.Type == "success" }

// ErrorSummary stands at the top of a page and links to each field that is wrong.
type ErrorSummary struct {
	TitleText        string // the page's words for "There is a problem", unless given
	TitleHTML        template.HTML
	DescriptionText  string
	DescriptionHTML  template.HTML
	ErrorList        []ErrorLink
	DisableAutoFocus *bool
	Classes          string
	Attributes       Attributes
}

// ErrorLink is one error; Href is "#" and the id of the field.
type ErrorLink struct {
	Href       string
	Text       string
	HTML       template.HTML
	Attributes Attributes
}

// Tabs show one of several panels. Items without an id need IDPrefix.
type Tabs struct {
	ID         string
	IDPrefix   string
	Title      string // the page's word for "Contents", unless given
	Items      []Tab
	Classes    string
	Attributes Attributes
}

// Tab is one panel with its label.
type Tab struct {
	ID         string
	Label      string
	Panel      TabPanel
	Attributes Attributes
}

// TabPanel is what a tab shows.
type TabPanel struct {
	Text       string
	HTML       template.HTML
	Attributes Attributes
}

// Accordion opens one of many sections. It remembers which, unless told not to.
type Accordion struct {
	ID               string
	HeadingLevel     int // 2, unless given
	Items            []Section
	RememberExpanded *bool
	Classes          string
	Attributes       Attributes
}

// Section is one part of an Accordion.
type Section struct {
	Heading  Content
	Summary  Content
	Content  Content
	Expanded bool
}
