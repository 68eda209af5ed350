// Package search finds entries of the techmap: an index in memory over what suppliers
// and products say, forgiving of spelling, with filters and their counts. It knows the
// words of den and how near two words are; it must not know where entries are kept, who
// asks, or the time. The standard library only. Whoever holds the entries fills it at
// the start and keeps it current.
//
// A question's way: words → stems → slots (a word, or a phrase that has synonyms) → the
// entries of each slot's ways to be said → a score; and beside it, for every entry, which
// filters it fails: those that fail none are found, those that fail one are counted there.
package search
