// Package sample knows two example products and how to make images of them from
// one executable without any registry; it must not know Docker, trials or people.
//
// Both products book appointments at an invented register office. They are real
// small services with their own data in memory, made by two invented suppliers,
// and they differ in ways that an evaluator can find and a load test can measure
// (see Differences). Nothing in them sleeps, fails at random or tells a tale: Slotwise
// is slow because it works out every free time of twelve weeks anew for each page.
//
// A product's image holds one layer with the executable at /den, which is what
// every image of the same executable shares, and a configuration that starts
// "/den sample serve NAME". Images are deterministic: the same executable gives the
// same image id on every machine.
package sample
