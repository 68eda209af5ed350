package api

import (
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func sandbox(s den.SandboxView) contract.Sandbox {
	out := contract.Sandbox{
		Id: string(s.ID), Trial: string(s.Trial), TrialName: some(s.TrialName), Entry: string(s.Entry),
		Product: string(s.Product), ProductName: some(s.ProductName), Supplier: some(string(s.Supplier)), SupplierName: some(s.SupplierName),
		Version: some(s.Version), Phase: contract.Phase(s.Phase), Reason: contract.EndReason(s.Reason), Detail: s.Say, Url: s.URL,
		Place: int32(s.Place), Size: s.Size, RequestedAt: s.RequestedAt, LiveAt: moment(s.LiveAt), EndsAt: moment(s.EndsAt),
		LatestEnd: moment(s.LatestEnd), EndedAt: moment(s.EndedAt), PauseWanted: &s.PauseWanted, Lost: s.Lost,
		Restarts: int32(s.Restarts), Revision: s.Rev,
	}
	out.Approval, out.LapsesAt, out.Hours = some(string(s.Request)), moment(s.LapsesAt), hours(s.Hours)
	if len(s.Services) > 0 {
		out.Services = &s.Services
	}
	out.Tried, out.Ways, out.Used, out.Mails = tried(s.Tried), ways(s.Ways), used(s.Used), some(int32(s.Mails))
	if s.Launch > 0 {
		out.LaunchMs = new(float64(s.Launch) / float64(time.Millisecond))
	}
	if a := s.EndAsked; a != nil {
		out.EndAsked = &contract.Asked{By: string(a.By), Name: some(a.Name), At: a.At, Why: some(a.Why)}
	}
	return out
}

func receipt(r den.Receipt) contract.Receipt {
	return contract.Receipt{
		Lease: string(r.Lease), Trial: string(r.Trial), Product: string(r.Product), Reason: contract.EndReason(r.Reason), Detail: r.Say,
		Found: inventory(r.Found.Containers, r.Found.Networks, r.Found.Volumes), Left: int32(r.Left), Looks: list(r.Looks, same[time.Time]),
		LiveAt: moment(r.LiveAt), EndedAt: r.EndedAt, Event: int64(r.Event), LogTail: some(r.LogTail), Tried: tried(r.Tried),
		Ways: ways(r.Ways), Used: used(r.Used), Mails: some(int32(r.Mails)),
	}
}

// tried is nil where nothing was: it is left out.
func tried(all []den.Tried) *[]contract.Tried {
	if len(all) == 0 {
		return nil
	}
	out := list(all, func(t den.Tried) contract.Tried {
		return contract.Tried{Name: t.Name, Times: int64(t.Times), First: t.First, Last: t.Last}
	})
	return &out
}

func inventory(containers, networks, volumes []string) contract.Inventory {
	return contract.Inventory{Containers: list(containers, same[string]), Networks: list(networks, same[string]), Volumes: list(volumes, same[string])}
}

func same[T any](v T) T { return v }

func use(u den.SandboxUse) contract.Use {
	return contract.Use{
		MemoryBytes: u.Memory, MemoryLimitBytes: u.MemoryLimit, CpuSeconds: u.CPU.Seconds(), Processes: u.Pids,
		DiskBytes: u.Disk, OutOfMemory: u.OOMs, LogHeldSeconds: u.LogHeld.Seconds(), At: u.At,
	}
}

func extension(b *contract.Extension, rev int64) den.Extension {
	if b == nil {
		return den.Extension{Rev: rev}
	}
	return den.Extension{By: time.Duration(value(b.BySeconds)) * time.Second, Until: value(b.Until), Most: value(b.Most), Why: value(b.Why), Rev: rev}
}

func why(b *contract.Reason) string {
	if b == nil {
		return ""
	}
	return value(b.Why)
}
