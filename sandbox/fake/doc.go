// Package fake is a runtime in memory that can be told to fail. It knows the
// contract of package sandbox and nothing else; it must not know a real engine,
// departments or leases.
//
// It holds the state of an engine, which outlives the den's process, apart from
// what a process holds open, which Reboot loses. Every verb is cut into steps;
// at each of them a test can fail, hang, slow, panic, lose the reply or run a hook.
// It checks its caller and keeps a list of violations. It starts no goroutine but
// those of open connections, so it works inside testing/synctest.
package fake
