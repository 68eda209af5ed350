// Package evaluation is the arithmetic that makes two trials comparable: weighted totals, ranks,
// agreement between evaluators, and how sure a ranking is. It knows numbers, names and rules; it must
// not know trials, people, stores, clocks or where a number came from, and it never reads a file: a
// sheet is handed to it as an io.Reader.
//
// Everything here is a pure function. What looks random is seeded: the same input and the same seed
// give the same figures on any machine.
//
//	marks.go      what goes in: criteria, entries, marks      ratings.go  scores of several raters
//	figure.go     a number that may not exist, and why
//	total.go      marks out of 100, minimums, missing data
//	rank.go       ties share a rank; intervals of ranks
//	price.go      relative price
//	measured.go   a measured fact as a mark
//	spread.go     the scores of one criterion side by side; outliers
//	alpha.go      Krippendorff's alpha        bootstrap.go  its interval
//	kendall.go    Kendall's W                 icc.go        Shrout and Fleiss    kappa.go  Fleiss
//	agreement.go  all of that together        outcome.go    totals and how sure they are
//	smaa.go       rank acceptability          exact.go      the same without chance
//	race.go       who beats whom, exactly      count.go  what both gather
//	critical.go   the weight at which the lead is lost
//	reversal.go   an also-ran that decides who wins
//	comparable.go why two trials cannot stand on one scale
//	words.go      the finding in plain sentences
//	sheet.go      CSV in                      csv.go        its cells
package evaluation
