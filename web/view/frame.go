package view

import "strings"

// Frame is what every page has in common: the data of a page embeds it.
type Frame struct {
	Title  string // without the service's name; "Error: " is put before it where it is needed
	Thing  string // what the page is of, where its title does not say; empty: nothing
	Lang   string // "en", unless given
	Path   string // the page's URL path: marks where we are in the navigation
	Who    Who    // who is signed in, if anybody
	Nav    []NavItem
	Back   *BackLink           // either a back link
	Crumbs *Breadcrumbs        // or breadcrumbs
	Errors ErrorSummary        // form.Values.Summary()
	Notice *NotificationBanner // what was just done, or has to be known
}

// Who is a person who is signed in.
type Who struct {
	ID   string // keeps what one person typed from the next one at the same machine
	Name string
	Role string // in words, as the page shows it
}

// Page is the data of a page: a struct that embeds Frame.
type Page interface{ Framed() Frame }

// Framed is what the layout shows around the page.
func (f Frame) Framed() Frame { return f }

// Of names the thing that the page is of after the title, so that two tabs with the same
// page of two things can be told apart.
func (f Frame) Of(thing string) Frame {
	f.Thing = thing
	return f
}

// SignedIn says whether somebody is.
func (f Frame) SignedIn() bool { return f.Who.ID != "" }

// Bad says whether the page shows errors.
func (f Frame) Bad() bool { return len(f.Errors.ErrorList) > 0 }

// Marked is the navigation with the page, or what it stands below, marked.
func (f Frame) Marked() []NavItem {
	marked := make([]NavItem, 0, len(f.Nav))
	for _, item := range f.Nav {
		switch {
		case item.Current || item.Active:
		case item.Href == f.Path:
			item.Current = true
		case item.Href != "/" && strings.HasPrefix(f.Path, strings.TrimSuffix(item.Href, "/")+"/"):
			item.Active = true
		}
		marked = append(marked, item)
	}
	return marked
}
