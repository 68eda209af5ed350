// Package help is what the den says about itself: Markdown guides, for each role and for
// what is done here, built in and made into markup once at the start. It knows Markdown
// and the classes of the Design System, and must not know pages, people or the den's state.
package help
