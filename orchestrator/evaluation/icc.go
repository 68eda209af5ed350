package evaluation

import "math"

// Intraclass holds the six intraclass correlations of Shrout and Fleiss (1979, Psychological Bulletin
// 86:420–428). The first number is the model: 1, each unit has raters of its own; 2, raters are a
// sample; 3, these raters are all there are. K means the mean of all raters' scores, One a single score.
type Intraclass struct {
	One1  Figure `json:"icc_1_1"`
	One2  Figure `json:"icc_2_1"`
	One3  Figure `json:"icc_3_1"`
	K1    Figure `json:"icc_1_k"`
	K2    Figure `json:"icc_2_k"`
	K3    Figure `json:"icc_3_k"`
	Units int    `json:"units"` // with a score by every rater; the others are left out
}

// ICC needs two raters and two complete units. A form whose denominator is 0 or less has no figure: it
// is a variance, which raters who disagree strongly can bring below 0 in the second model.
func ICC(r Ratings) Intraclass {
	rows := r.complete()
	out := Intraclass{Units: len(rows)}
	if len(r.Raters) < 2 || len(rows) < 2 {
		why := none("Needs at least two raters and two units that every rater scored.")
		out.One1, out.One2, out.One3, out.K1, out.K2, out.K3 = why, why, why, why, why, why
		return out
	}
	s := squares(rows)
	n, k := float64(len(rows)), float64(len(r.Raters))
	out.One1 = divide(s.between-s.within, s.between+(k-1)*s.within)
	out.One2 = divide(s.between-s.rest, s.between+(k-1)*s.rest+k*(s.judges-s.rest)/n)
	out.One3 = divide(s.between-s.rest, s.between+(k-1)*s.rest)
	out.K1 = divide(s.between-s.within, s.between)
	out.K2 = divide(s.between-s.rest, s.between+(s.judges-s.rest)/n)
	out.K3 = divide(s.between-s.rest, s.between)
	return out
}

func divide(a, b float64) Figure {
	if b <= Tolerance*math.Abs(a) { // 0, but for rounding
		return none("The scores do not vary enough for this form.")
	}
	return figure(a / b)
}

// meanSquares of the two-way table: between units, within units, between judges, residual.
type meanSquares struct{ between, within, judges, rest float64 }

func squares(rows [][]float64) meanSquares {
	n, k := len(rows), len(rows[0])
	fn, fk := float64(n), float64(k)
	unit, judge, grand := make([]float64, n), make([]float64, k), 0.0
	for i, row := range rows {
		for j, v := range row {
			unit[i] += v / fk
			judge[j] += v / fn
			grand += v / (fn * fk)
		}
	}
	var s meanSquares
	size := 0.0
	for i, row := range rows {
		s.between += fk * (unit[i] - grand) * (unit[i] - grand)
		for j, v := range row {
			s.within += (v - unit[i]) * (v - unit[i])
			e := v - unit[i] - judge[j] + grand
			s.rest += e * e
			size += v * v
		}
	}
	for _, v := range judge {
		s.judges += fn * (v - grand) * (v - grand)
	}
	s.between = settle(s.between, size) / (fn - 1)
	s.within = settle(s.within, size) / (fn * (fk - 1))
	s.judges = settle(s.judges, size) / (fk - 1)
	s.rest = settle(s.rest, size) / ((fn - 1) * (fk - 1))
	return s
}

// settle takes a sum of squares that is only rounding error for the 0 it is.
func settle(sum, size float64) float64 {
	if sum <= 1e-26*size {
		return 0
	}
	return sum
}
