// Package registry is the image store behind `docker push`: the OCI distribution API,
// blobs as files, and everything else in a bbolt file of its own. It knows repositories,
// digests, quotas and what is garbage; it must not know suppliers, products, releases or
// people: a Door says who may do what, and the first part of a repository's name is the
// owner that its bytes count against.
//
// Reading, listing and deleting are answered by ociserver, on this package as its
// backend; what writes is answered here (see decisions.md).
package registry
