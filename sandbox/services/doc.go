// Package services is what the den offers inside a sealed sandbox: names, a chosen
// way out, and a catcher of mail. It knows DNS, HTTP proxies, SMTP and sockets that
// somebody else opens for it; it must not know engines, leases, trials or people.
//
// Everything that it hears comes from a stranger's product. So each listener bounds
// how fast, how much and how many at once, and what is kept as evidence is bounded
// in length and number, cleaned of control characters, and is text.
//
// The names never forward a question. The way out reaches what the Config allows and
// nothing else: the den resolves the name itself, checks the address, connects to that
// very address, and lets TLS through only to the allowed name. The catcher of mail
// never sends.
package services
