//go:build chaos

package main

import "testing"

// Every way of lying at every engine call of a launch and a removal. Ways go on beside
// each other, each with a den of its own.
func TestChaosAnEngineThatLiesAtEveryCall(t *testing.T) {
	for _, way := range lieWays {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			lied(t, func(d *deceived) (all []lie) {
				for _, l := range d.places(t) {
					l.way = way
					all = append(all, l)
				}
				return all
			})
		})
	}
}
