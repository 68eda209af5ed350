// Package cell opens sockets inside a network namespace that is not the den's own.
// It knows namespaces, processes, sockets and the loopback of a cell; it must not know
// containers, engines or what a sandbox is for.
//
// A socket belongs to the namespace of the thread that makes it, for good. So a
// locked thread enters, makes the bare descriptor and leaves; binding, connecting
// and everything later happens outside, on Go's own network poller. Nothing of the
// net package runs inside.
//
// Root, or CAP_SYS_ADMIN, is needed (setns(2)).
package cell
