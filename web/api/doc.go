// Package api is the den for programs: the contract (openapi.yaml), the handlers
// behind it, and its reference page. It knows the use cases as the small interfaces
// of needs.go, and must not know pages, the store or the engine.
//
// A request's way: authenticated at the door (package web), validated against the
// contract (validate.go), mapped to a use case (one method for each operation), and
// answered with a model of package contract or a problem document (problem.go).
package api
