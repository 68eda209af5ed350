// Package storetest is the contract of a store, as tests: Run holds every den.Store to
// it. It knows only den; it must not know how a store keeps things. Failing is a store
// that fails when it is told to, for the tests of those who use one.
package storetest
