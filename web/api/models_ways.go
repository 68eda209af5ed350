package api

import (
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// ways is what is opened, or nil where nothing is.
func ways(w den.Ways) *contract.Ways {
	if w.None() {
		return nil
	}
	out := list(w.Out, den.Way.String)
	return &contract.Ways{Out: &out, Mail: &w.Mail}
}

// readWays reads ways of a request. field is where they stand in it.
func readWays(w *contract.Ways, field string) (den.Ways, error) {
	if w == nil {
		return den.Ways{}, nil
	}
	return waysOf(value(w.Out), value(w.Mail), field)
}

// waysOf reads ways out, each as host:port.
func waysOf(lines []string, mail bool, field string) (den.Ways, error) {
	open := den.Ways{Mail: mail}
	var faults den.Faults
	for _, line := range lines {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		way, bad := den.ReadWay(line)
		if bad != nil {
			bad.Field = field
			faults.Add(bad)
			continue
		}
		open.Out = append(open.Out, way)
	}
	return open, faults.Err()
}

func used(all []den.Used) *[]contract.Used {
	if len(all) == 0 {
		return nil
	}
	out := list(all, func(u den.Used) contract.Used {
		return contract.Used{
			Way: u.Way.String(), Times: int64(u.Times), Refused: int64(u.Refused), Failed: int64(u.Failed),
			SentBytes: u.Sent, ReceivedBytes: u.Received,
		}
	})
	return &out
}

func mail(m den.Mail) contract.Mail {
	return contract.Mail{
		At: m.At, From: m.From, To: list(m.To, same[string]), Subject: m.Subject, Text: m.Text, Attached: list(m.Attached, same[string]), SizeBytes: int64(m.Size),
	}
}

// agreed reads what is opened for each release.
func agreed(all map[string]contract.Ways) (map[den.ID]den.Ways, error) {
	out := map[den.ID]den.Ways{}
	for release, w := range all {
		open, err := readWays(&w, "agreed")
		if err != nil {
			return nil, err
		}
		out[den.ID(release)] = open
	}
	return out, nil
}
