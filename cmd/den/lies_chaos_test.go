//go:build chaos

package main

import "testing"

// Every way of lying at every engine call of a launch and a removal, and at what else a den
// asks of its engine in its other lives. Ways go on beside each other, each with a den of
// its own.
func TestChaosAnEngineThatLiesAtEveryCall(t *testing.T) {
	for _, way := range lieWays {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			lied(t, func(d *deceived) (all []lie) {
				heard := map[string]bool{}
				for _, life := range []string{plain, offered, stacked, tried} {
					places := d.places(t, life)
					for _, l := range places {
						if !heard[l.call] {
							l.way = way
							all = append(all, l)
						}
					}
					for _, l := range places {
						heard[l.call] = true
					}
				}
				return all
			})
		})
	}
}
