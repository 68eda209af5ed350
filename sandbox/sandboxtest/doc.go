// Package sandboxtest is the contract of a sandbox.Runtime as tests. It knows the
// contract and how to make a tiny product image without a registry; it must not
// know any one runtime.
package sandboxtest
