// Package docker runs sandboxes on a Docker Engine. It knows the Engine API, the
// limits that it can set and the namespaces of cells; it must not know departments,
// trials, leases or people.
//
// A sandbox is a holder (a container of our own, which owns a sealed network
// namespace and waits) and the containers of its services, which join that
// namespace or, where there are several, a private network together with the holder.
// Names and labels of all of them derive from the installation and the
// sandbox's id, and are set when a container is made. An engine call, once begun, is
// seen to its end even when the one who asked is gone, and nothing else happens to
// the same sandbox meanwhile.
package docker
