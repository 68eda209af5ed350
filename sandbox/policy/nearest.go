package policy

import "slices"

// nearest gives the one of the known words that a misspelt word most likely means: at
// most two letters are wrong (Damerau–Levenshtein, optimal string alignment).
func nearest(word string, known []string) string {
	best, found := 3, ""
	if len(word) < 4 || len(word) > 32 {
		return ""
	}
	for _, k := range slices.Sorted(slices.Values(known)) {
		if d := distance(word, k); d < best {
			best, found = d, k
		}
	}
	return found
}

func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			differs := 1
			if a[i-1] == b[j-1] {
				differs = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+differs)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
