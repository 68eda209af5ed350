// Package sandbox is a place that runs containers. It knows specifications, limits
// and what was seen; it must not know departments, trials, leases or people.
//
// A sandbox is made of a holder (the owner of a sealed network namespace, called
// a cell) and the services that run in it, or in a private network that holds all of
// them. Everything that belongs to a sandbox
// carries two labels that never change: the installation and the sandbox's id.
// Teardown goes by label, never by memory.
package sandbox
