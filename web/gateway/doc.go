// Package gateway answers <name>.<sandbox domain>: it knows host names, visits
// and a Dialer, and must not know Docker, the store, trials or the rules by
// which a person comes to have a right.
//
// A request's way: the host name gives the label, the label the Route, the
// cookie the Right. Both come from memory, without a store read, on every
// request. Only then is anything dialled. Whoever has no right gets the same answer
// for a label that exists and for one that does not.
//
// Wiring, in cmd:
//
//	table, visits := gateway.NewTable(), gateway.NewVisits(gateway.VisitRules{Clock: time.Now, Random: rand.Reader})
//	g, err := gateway.New(gateway.Options{Routes: table, Visitors: visits, Dialer: …, Clock: time.Now, …})
//	server := gateway.Server(g.Before(controlPlane), log); go g.Run(ctx); defer g.Close()
//
// The orchestrator publishes with table.Set and table.Withdraw. The control
// plane's page /open/<label> checks its own policy, calls visits.Issue and
// redirects to g.EnterURL. Whoever takes a right away calls visits.Revoke.
package gateway
