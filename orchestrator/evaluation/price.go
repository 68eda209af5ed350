package evaluation

// relative is the share of the marks that a price gets: the lowest price divided by this
// price. A price of 0 gets all the marks; beside it every other price gets none. Prices are
// 0 or more, in any one currency.
func relative(low, price float64) float64 {
	if price == 0 {
		return 1
	}
	return low / price
}
