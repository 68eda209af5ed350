// Package compose reads a stranger's compose file and says which sandbox it asks for,
// or why it cannot have one: every reason at once, each with its line. It knows the
// Compose Specification and the policy; it must not know engines, files, the
// environment of the server, or the network.
//
// A file goes through four steps. The text becomes a bounded tree (tree.go). The
// grammar takes from the tree what the policy allows, checks each value where it
// stands, and says no to the rest (grammar.go, service.go, top.go). Only what the
// grammar took is handed to compose-go, which has every door closed (load.go). What
// compose-go makes of it becomes a sandbox.Spec (stack.go).
package compose
