// Package pages is the den for people in a browser: one file for each page, with its
// data, its handler and a template of the same name. It knows the use cases as the
// small interfaces of needs.go, forms and components, and must not know the store, the
// engine, how a person was recognised, or which URL leads to which handler.
//
// A handler reads what was typed, calls one use case, and either redirects (303) or
// shows a page; it returns what it cannot show on the page itself, and Problem makes
// an error page of that. Who asks stands in the request's context (package actor).
//
// What may not be lost: a form that is refused is shown again with what was typed
// (refusals.go), a form that is sent after the session was over is kept in the sign-in
// page and sent again after it (kept.go), and long forms save themselves (assess.go).
package pages
