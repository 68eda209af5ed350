// Package pack writes what every supplier was told of a challenge, as text and as one
// HTML file, and the draft of a preliminary market engagement notice. It knows how a
// document is laid out, and must not know who reads it or where it goes: what is in a
// [den.Pack] is the same for all.
package pack
