// Package contract is generated from ../openapi.yaml: the models, the server's side
// and the client. It must not be edited; "make generate" writes it again.
package contract

//go:generate oapi-codegen -config oapi.yaml ../openapi.yaml
