package evaluation

// RelativePrice gives each price its share of the marks: the lowest price divided by this price. A
// price of 0 gets all the marks; beside it every other price gets none. Prices are 0 or more, in any
// one currency.
func RelativePrice(prices []float64) []float64 {
	out := make([]float64, len(prices))
	if len(prices) == 0 {
		return out
	}
	low := prices[0]
	for _, p := range prices {
		low = min(low, p)
	}
	for i, p := range prices {
		out[i] = relative(low, p)
	}
	return out
}

func relative(low, price float64) float64 {
	if price == 0 {
		return 1
	}
	return low / price
}
