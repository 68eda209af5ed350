package orchestrator

import (
	"net/url"
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

// fillMeasuring takes over which pages are weighed and what the load test aims at.
func fillMeasuring(t *den.Trial, in den.NewTrial, faults *den.Faults) {
	m := den.Measuring{Objective: in.Measuring.Objective}
	for _, path := range in.Measuring.Pages {
		if path = strings.TrimSpace(path); path == "" {
			continue
		}
		u, err := url.Parse(path)
		if err != nil || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || u.Fragment != "" || len(path) > den.LongestPath {
			faults.Add(den.Bad("pages", "Enter each page as a path that begins with /, such as /book. %q is none.", path))
			continue
		}
		m.Pages = append(m.Pages, path)
	}
	if len(m.Pages) > den.MostPages {
		faults.Add(den.Bad("pages", "Enter at most %d pages.", den.MostPages))
	}
	if o := m.Objective; o != (den.Objective{}) {
		const least, most = time.Millisecond, time.Minute
		if o.P95 < least || o.P95 > most {
			faults.Add(den.Bad("objective.response_ms_p95", "Enter a time between 1 and 60,000 milliseconds."))
		}
		if !(o.Errors >= 0 && o.Errors <= 1) {
			faults.Add(den.Bad("objective.error_share", "Enter a share of errors between 0 and 1."))
		}
	}
	if m.Objective == den.DefaultObjective {
		m.Objective = den.Objective{}
	}
	t.Measuring = m
}
