package orchestrator

import "innovationden/orchestrator/den"

// loadOf is the newest load test of a trial; nil: there is none. One that came to its end
// goes before a later one that did not.
func loadOf(tx den.Tx, trial den.ID) (*den.LoadTest, error) {
	all, err := every(tx.Loads(), den.Query{Index: den.LoadsByTrial, Key: string(trial)})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	newest := all[len(all)-1]
	for i := len(all) - 1; i >= 0 && newest.State != den.LoadRunning; i-- {
		if all[i].State == den.LoadDone {
			return &all[i], nil
		}
	}
	return &newest, nil
}

func reportTimes(t den.Times) (out []den.ReportTimes) {
	for class := range den.TimeClasses {
		if n := t[class]; n > 0 {
			out = append(out, den.ReportTimes{UpTo: den.Milliseconds(den.TimeBound(class)), Count: n})
		}
	}
	return out
}

func reportLoad(l den.LoadTest) *den.ReportLoad {
	out := &den.ReportLoad{
		ID: l.ID, State: string(l.State), Say: l.Say, P95: den.Milliseconds(l.Objective.P95), Errors: l.Objective.Errors,
		Rates: l.Rates, StepTime: l.StepTime.Seconds(), Rounds: l.Rounds, Paths: append([]string{}, l.Paths...), Seed: l.Seed,
		Order: l.Order, Runs: []den.ReportLoadRun{}, Expected: l.Expected(), StartedAt: l.StartedAt, EndedAt: l.EndedAt,
	}
	for i, run := range l.Runs {
		one := den.ReportLoadRun{Entry: run.Entry, Round: run.Round, Steps: []den.ReportLoadStep{}}
		if i < len(l.Quiet) {
			one.Busy, one.Quiet, one.Waited = l.Quiet[i].Busy, l.Quiet[i].Is, l.Quiet[i].Waited.Seconds()
		}
		for _, s := range run.Steps {
			one.Steps = append(one.Steps, den.ReportLoadStep{
				Rate: s.Rate, Sent: s.Sent, Errors: s.Errors, P50: den.Milliseconds(s.P50), P95: den.Milliseconds(s.P95), P99: den.Milliseconds(s.P99),
				Slowest: den.Milliseconds(s.Slowest), Achieved: s.Achieved, Holds: s.Holds, Times: append([]den.ReportTimes{}, reportTimes(s.Times)...),
			})
		}
		out.Runs = append(out.Runs, one)
	}
	return out
}
