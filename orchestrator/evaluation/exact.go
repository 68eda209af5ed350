package evaluation

import (
	"math"
	"sort"
)

// What is computed without chance: regions of the simplex in which the ranking is the same, cut out
// by the lines on which two entries have the same total.
const (
	exactCriteria = 3
	exactEntries  = 10
)

// sliver is the size below which a region is rounding error.
const sliver = 1e-15

func exactly(rows [][]cell, criteria int, c *count) {
	shares := make([][]float64, len(rows))
	for i, row := range rows {
		shares[i] = settledRow(row)
	}
	switch {
	case len(rows) == 0:
	case criteria == 1:
		c.region(shares, []float64{1}, 1)
	case criteria == 2:
		segments(shares, c)
	default:
		polygons(shares, c)
	}
}

// region adds all weightings of one region, whose middle is at w.
func (c *count) region(shares [][]float64, w []float64, size float64) {
	totals := make([]float64, len(shares))
	for i, s := range shares {
		totals[i] = dot(w, s)
	}
	for i := range shares {
		for j := range i {
			if same(shares[i], shares[j]) {
				totals[i] = totals[j]
			}
		}
	}
	c.add(totals, w, size, identity(len(shares)), 0)
}

func same(a, b []float64) bool {
	for i := range a {
		if math.Abs(a[i]-b[i]) > Tolerance {
			return false
		}
	}
	return true
}

// segments: with weights (w, 1 − w) the regions are stretches of 0 to 1.
func segments(shares [][]float64, c *count) {
	cuts := []float64{0, 1}
	for i, a := range shares {
		for _, b := range shares[:i] {
			d0, d1 := a[0]-b[0], a[1]-b[1]
			if d0 != d1 {
				if w := d1 / (d1 - d0); w > 0 && w < 1 {
					cuts = append(cuts, w)
				}
			}
		}
	}
	sort.Float64s(cuts)
	for i, to := range cuts[1:] {
		from := cuts[i]
		if to-from > sliver {
			mid := (from + to) / 2
			c.region(shares, []float64{mid, 1 - mid}, to-from)
		}
	}
}

type point [3]float64

// polygons: with three weights the simplex is a triangle, cut into convex regions.
func polygons(shares [][]float64, c *count) {
	regions := [][]point{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}
	for i, a := range shares {
		for _, b := range shares[:i] {
			if same(a, b) {
				continue
			}
			d := point{a[0] - b[0], a[1] - b[1], a[2] - b[2]}
			var next [][]point
			for _, r := range regions {
				for _, half := range [][]point{clip(r, d), clip(r, point{-d[0], -d[1], -d[2]})} {
					if size, _ := area(half); size > sliver {
						next = append(next, half)
					}
				}
			}
			regions = next
		}
	}
	for _, r := range regions {
		size, mid := area(r)
		c.region(shares, mid[:], size)
	}
}

// clip keeps the part of a convex polygon where w·d is 0 or more (Sutherland and Hodgman 1974).
func clip(poly []point, d point) []point {
	var out []point
	for i, p := range poly {
		q := poly[(i+1)%len(poly)]
		fp, fq := p.dot(d), q.dot(d)
		if fp >= 0 {
			out = append(out, p)
		}
		if (fp > 0 && fq < 0) || (fp < 0 && fq > 0) {
			s := fp / (fp - fq)
			out = append(out, point{
				p[0] + s*(q[0]-p[0]),
				p[1] + s*(q[1]-p[1]),
				p[2] + s*(q[2]-p[2]),
			})
		}
	}
	return out
}

func (p point) dot(d point) float64 { return p[0]*d[0] + p[1]*d[1] + p[2]*d[2] }

// area of a convex polygon as a share of the simplex, and its middle.
func area(poly []point) (float64, point) {
	size, mid := 0.0, point{}
	for i := 2; i < len(poly); i++ {
		a, b, c := poly[0], poly[i-1], poly[i]
		s := math.Abs((b[0]-a[0])*(c[1]-a[1]) - (c[0]-a[0])*(b[1]-a[1]))
		size += s
		for k := range mid {
			mid[k] += s * (a[k] + b[k] + c[k]) / 3
		}
	}
	if size > 0 {
		for k := range mid {
			mid[k] /= size
		}
	}
	return size, mid
}
