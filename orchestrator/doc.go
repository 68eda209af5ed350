// Package orchestrator is what the den does.
package orchestrator
