// Package refusal is the one table that maps a kind of refusal to HTTP. It knows
// den.Refusal and status codes and must not know pages or the API.
package refusal

import (
	"math"
	"net/http"
	"strconv"

	"innovationden/orchestrator/den"
)

type row struct {
	status int
	title  string
}

var table = map[den.Refusal]row{
	den.Invalid:  {http.StatusUnprocessableEntity, "There is a problem"},
	den.NotFound: {http.StatusNotFound, "Page not found"},
	den.Denied:   {http.StatusForbidden, "You cannot do this"},
	den.Unknown:  {http.StatusUnauthorized, "Sign in first"},
	den.Conflict: {http.StatusConflict, "This cannot be done now"},
	den.NotYet:   {http.StatusConflict, "Not there yet"},
	den.Stale:    {http.StatusPreconditionFailed, "Somebody else changed this"},
	den.Busy:     {http.StatusServiceUnavailable, "Try again in a moment"},
	den.TooSoon:  {http.StatusTooManyRequests, "Too many tries"},
	den.Full:     {http.StatusInsufficientStorage, "There is no room"},
	den.Down:     {http.StatusServiceUnavailable, "The engine does not answer"},
	den.Internal: {http.StatusInternalServerError, "Something went wrong"},
}

// Status is the HTTP status of a kind; 500 for one that the table does not know.
func Status(kind den.Refusal) int {
	if r, ok := table[kind]; ok {
		return r.status
	}
	return http.StatusInternalServerError
}

// Title is what the page or the problem document is headed with.
func Title(kind den.Refusal) string {
	if r, ok := table[kind]; ok {
		return r.title
	}
	return table[den.Internal].title
}

// Again is after how many seconds to try again, as the header Retry-After has it; empty for
// an error that waiting does not help.
func Again(e *den.Error) string {
	const usual = 5 // seconds
	switch {
	case e == nil:
		return ""
	case e.Kind == den.TooSoon:
		return strconv.Itoa(int(math.Ceil(e.Wait.Seconds())))
	case Status(e.Kind) == http.StatusServiceUnavailable:
		return strconv.Itoa(usual)
	}
	return ""
}

// Sentence is what may be said of an error to whoever asked: a refusal's own
// sentence, and nothing of any other error.
func Sentence(e *den.Error) string {
	if e == nil || e.Kind == den.Internal || e.Say == "" {
		return "The den could not do this. Nothing you typed is lost. Try again, and tell the operator if it happens again."
	}
	return e.Say
}
