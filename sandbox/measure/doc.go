// Package measure knows how to measure a product from outside, the same way for every
// product: what its pages weigh, and what load it stands. It reaches a product through
// the dial of its sandbox and nothing else, whatever a page or an answer says: there is
// no other way out of this package. It knows nothing of departments, trials or people,
// and reads no clock but the one it is handed.
package measure
