package orchestrator

import (
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// facts is what the den measured of each entry, the same for all.
func (w *reporting) facts() error {
	w.r.Facts = []den.ReportFacts{}
	load, err := loadOf(w.tx, w.v.ID)
	if err != nil {
		return err
	}
	if load != nil {
		w.r.Load = reportLoad(*load)
	}
	for _, e := range w.v.Entries {
		one := den.ReportFacts{Entry: e.ID, Facts: []den.ReportFact{}, Tried: []den.ReportTried{}}
		if e.Sandbox != nil {
			l := e.Sandbox.Lease
			if l.Launch > 0 {
				one.Facts = append(one.Facts, den.ReportFact{ID: "launch", Value: l.Launch.Seconds(), Unit: "s"})
			}
			one.Facts = append(one.Facts, den.ReportFact{ID: "restarts", Value: float64(l.Restarts), Unit: "1"})
			if over := l.EndingAt; !l.LiveAt.IsZero() && over.After(l.LiveAt) {
				one.Facts = append(one.Facts, den.ReportFact{ID: "lived", Value: over.Sub(l.LiveAt).Seconds(), Unit: "s"})
			}
			one.Facts = append(one.Facts, waysOut(l)...)
			m, err := measurementOf(w.tx, l)
			if err != nil {
				return err
			}
			one.Facts = append(one.Facts, m.Facts()...)
			if load != nil {
				one.Facts = append(one.Facts, load.Facts(e.ID)...)
			}
			raw(&one, m)
			for _, t := range l.Tried {
				one.Tried = append(one.Tried, den.ReportTried{Name: t.Name, Times: t.Times})
			}
			one.Ended = string(l.Reason)
		}
		one.Facts = append(one.Facts, w.tasks(e.ID)...)
		w.r.Facts = append(w.r.Facts, one)
	}
	return nil
}

// raw is what the facts of real use were made of, for whoever wants to make them again.
func raw(one *den.ReportFacts, m den.Measurement) {
	one.Times = reportTimes(m.Use.Times)
	for _, s := range m.Samples {
		use := den.ReportUse{At: s.At, Memory: s.Memory}
		if s.Over > 0 {
			use.Processors = new(s.Processors())
		}
		one.Use = append(one.Use, use)
	}
	for _, p := range m.Pages {
		one.Pages = append(one.Pages, den.ReportPage(p))
	}
}

// waysOut says what was opened in a sandbox, and how it was used; nothing where all was
// closed.
func waysOut(l den.Lease) []den.ReportFact {
	var out []den.ReportFact
	if len(l.Ways.Out) > 0 {
		connections, bytes := 0, int64(0)
		for _, u := range l.Used {
			connections, bytes = connections+u.Times, bytes+u.Sent+u.Received
		}
		out = append(out, den.ReportFact{ID: "ways_out", Value: float64(len(l.Ways.Out)), Unit: "1"},
			den.ReportFact{ID: "connections_out", Value: float64(connections), Unit: "1"}, den.ReportFact{ID: "bytes_out", Value: float64(bytes), Unit: "B"})
	}
	if l.Ways.Mail {
		out = append(out, den.ReportFact{ID: "mails_caught", Value: float64(l.Mails), Unit: "1"})
	}
	return out
}

// tasks is how far evaluators came with the tasks of the protocol, and how long it took
// each of them.
func (w *reporting) tasks(entry den.ID) []den.ReportFact {
	done, all, took, timed := 0, 0, 0.0, 0
	for _, id := range w.people {
		a, _ := w.assessment(id, entry)
		for _, t := range a.Tasks {
			if t.State == den.TaskDone {
				done++
			}
			if t.State == den.TaskDone || t.State == den.TaskNotDone {
				all++
			}
			if t.Took > 0 {
				took += t.Took.Seconds()
				timed++
			}
		}
	}
	var out []den.ReportFact
	if all > 0 {
		out = append(out, den.ReportFact{ID: "tasks_done", Value: float64(done) / float64(all), Unit: "share"})
	}
	if timed > 0 {
		out = append(out, den.ReportFact{ID: "task_time", Value: took / float64(timed), Unit: "s"})
	}
	return out
}

// receipts are the proofs of the teardowns that are there.
func (w *reporting) receipts() error {
	w.r.Receipts = []den.ReportReceipt{}
	all, err := every(w.tx.Receipts(), den.Query{Index: den.ReceiptsByTrial, Key: string(w.v.ID)})
	if err != nil {
		return err
	}
	for _, e := range w.v.Entries {
		for _, r := range all {
			if !slices.Contains(e.Leases(), r.Lease) {
				continue
			}
			w.r.Receipts = append(w.r.Receipts, den.ReportReceipt{
				Entry: e.ID, Lease: r.Lease, EndedAt: r.EndedAt, Found: len(r.Found.Containers) + len(r.Found.Networks) + len(r.Found.Volumes),
				Left: r.Left, Looks: append([]den.Stamp{}, r.Looks...), Event: r.Event,
			})
		}
	}
	return nil
}

// proves says whether a report points to acts of a kind in the record. Saving, starting
// and pausing are in the record too and prove nothing of the result.
func proves(act string) bool {
	return slices.ContainsFunc([]string{"trial.", "assessment.submitted", "consensus.", "declaration.", "lease.ended", "report.", "reply."},
		func(kind string) bool { return strings.HasPrefix(act, kind) })
}

// record lists the events of the trial that prove what the document says.
func (w *reporting) record() error {
	head, err := w.tx.Head()
	if err != nil {
		return err
	}
	w.r.Record = den.ReportRecord{Head: den.ReportHead(head), Events: []den.ReportEvent{}}
	q := den.Query{Index: den.EventsBySubject, Key: string(w.v.ID), Limit: readLimit}
	for {
		page, err := w.tx.Events(q)
		if err != nil {
			return err
		}
		for _, e := range page.Items {
			if proves(e.Act) {
				w.r.Record.Events = append(w.r.Record.Events, den.ReportEvent{Seq: e.Seq, At: e.At, Act: e.Act})
			}
		}
		if page.Next == "" {
			return nil
		}
		q.After = page.Next
	}
}
