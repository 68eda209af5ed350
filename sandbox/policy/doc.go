// Package policy knows what a stranger's image or compose file may ask for, and says
// no with the place, the reason and what to do instead. It must not know engines,
// files of the server, compose-go, or how a refusal is shown.
//
// Everything goes by allow-list: what is not named here is refused.
package policy
