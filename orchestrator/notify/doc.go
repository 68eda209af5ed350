// Package notify takes notices out of the den: to a log, by e-mail, to web addresses. It
// knows mail and webhook clients, and must not know who is told of what, when to try
// again, or the store: it is handed one message and says how that went.
package notify
