package view

import "html/template"

// Breadcrumbs say where a page stands. The last item has no Href when it is the
// page itself.
type Breadcrumbs struct {
	Items            []Crumb
	CollapseOnMobile bool
	LabelText        string // the page's word for "Breadcrumb", unless given
	Classes          string
	Attributes       Attributes
}

// Crumb is one step of Breadcrumbs.
type Crumb struct {
	Href       string
	Text       string
	HTML       template.HTML
	Attributes Attributes
}

// BackLink leads to the page before.
type BackLink struct {
	Href       string
	Text       string // the page's word for "Back", unless given
	HTML       template.HTML
	Classes    string
	Attributes Attributes
}

// SkipLink leads keyboards past the header.
type SkipLink struct {
	Href       string // "#content", unless given
	Text       string
	HTML       template.HTML
	Classes    string
	Attributes Attributes
}

// Pagination leads through a long list; without Items it is two links.
type Pagination struct {
	Previous, Next *PageLink
	Items          []PageItem
	LandmarkLabel  string // the page's word for "Pagination", unless given
	Classes        string
	Attributes     Attributes
}

// PageLink is the link to the page before or after; LabelText says what is there.
type PageLink struct {
	Href       string
	Text       string
	HTML       template.HTML
	LabelText  string
	Attributes Attributes
}

// PageItem is a numbered page, or an ellipsis.
type PageItem struct {
	Number             string
	Href               string
	Current            bool
	Ellipsis           bool
	VisuallyHiddenText string // the page's words for "Page 3", unless given
	Attributes         Attributes
}

// Block says whether the links stand below one another.
func (p Pagination) Block() bool {
	return len(p.Items) == 0 && (p.Previous != nil || p.Next != nil)
}

// Arrow is a link of a Pagination and how it is to be shown.
type Arrow struct {
	PageLink
	Block bool
	Back  bool
}

// Arrows binds the links before and after to how they are shown.
func (p Pagination) Arrows(back bool) *Arrow {
	link := p.Next
	if back {
		link = p.Previous
	}
	if link == nil || link.Href == "" {
		return nil
	}
	return &Arrow{PageLink: *link, Block: p.Block(), Back: back}
}

// GenericHeader is the bar at the top, without anybody's brand.
type GenericHeader struct {
	LogoText         string
	LogoHTML         template.HTML
	URL              string // "/", unless given
	Classes          string
	ContainerClasses string
	Attributes       Attributes
}

// ServiceNavigation is the list of the service's main pages.
type ServiceNavigation struct {
	ServiceName                string
	ServiceURL                 string
	Navigation                 []NavItem
	NavigationLabel            string
	NavigationID               string // "navigation", unless given
	NavigationClasses          string
	MenuButtonText             string // the page's word for "Menu", unless given
	MenuButtonLabel            string
	CollapseNavigationOnMobile *bool // with two items and more, unless given
	AriaLabel                  string
	Slots                      Slots
	Classes                    string
	Attributes                 Attributes
}

// NavItem is one main page. Current is this page, Active a page below it.
type NavItem struct {
	Href       string
	Text       string
	HTML       template.HTML
	Current    bool
	Active     bool
	Attributes Attributes
}

// Slots are places in the service navigation for markup of our own.
type Slots struct {
	Start                          template.HTML
	End                            Slot
	NavigationStart, NavigationEnd template.HTML
}

// Slot is markup of our own; Align "inline" puts it beside the list.
type Slot struct {
	HTML  template.HTML
	Align string
}

// Collapses says whether the list folds into a menu on a small screen.
func (s ServiceNavigation) Collapses() bool {
	return chosen(s.CollapseNavigationOnMobile, len(s.Navigation) > 1)
}

// Lists says whether there is anything to list.
func (s ServiceNavigation) Lists() bool {
	return len(s.Navigation) > 0 || s.Slots.NavigationStart != "" || s.Slots.NavigationEnd != ""
}

// Landmark says whether the bar needs a name of its own.
func (s ServiceNavigation) Landmark() bool {
	return s.ServiceName != "" || s.Slots.Start != "" || s.Slots.End.HTML != ""
}
