package api

import (
	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func host(h den.HostView) contract.Host {
	return contract.Host{
		CheckpointPosted: posted(h.Posted),
		Up:               h.Up, Engine: h.Engine, Api: some(h.API), Os: some(h.OS), Kernel: some(h.Kernel), Cpus: some(int32(h.CPUs)),
		MemoryBytes: some(h.Memory), DiskFreeBytes: some(h.DiskFree), DataFreeBytes: &h.DataFree, CertificateEnds: moment(h.CertEnds), InForce: list(h.InForce, inForce), Warnings: list(h.Warnings, same[string]),
		Live: int32(h.Live), Starting: int32(h.Starting), Queue: int32(h.Queue), Room: int32(h.Room),
		CellsReady: new(int32(h.CellsReady)), CellsWanted: new(int32(h.CellsWant)),
		Backup: lastBackup(h.Backup), BackupEverySeconds: new(int64(h.BackupPlan.Seconds())),
		WarmReady: new(int32(h.WarmReady)), WarmMemoryBytes: &h.WarmMemory, WarmHits: &h.WarmHits, WarmMisses: &h.WarmMisses,
		ImagesPushed: new(int32(h.Pushed)), ImagesAway: new(int32(h.Away)),
		LastPass: moment(h.LastPass), LastSweep: moment(h.LastSweep), RecordSize: new(int64(h.Head.Size)), RecordRoot: some(h.Head.Root),
		StartedAt: h.StartedAt, Version: h.Version,
	}
}

func posted(p den.Posted) *contract.CheckpointPosted {
	if p.URL == "" {
		return nil
	}
	return &contract.CheckpointPosted{Url: p.URL, At: moment(p.At), Size: some(int64(p.Size)), Tries: int32(p.Tries), GivenUp: p.Dead, Detail: some(p.Said)}
}

func inForce(f den.InForce) contract.InForce {
	return contract.InForce{Name: f.Name, InForce: f.Yes, Detail: f.Say}
}

func orphan(o den.Orphan) contract.Orphan {
	i := inventory(o.Containers, o.Networks, o.Volumes)
	return contract.Orphan{
		Sandbox: o.Sandbox, Containers: i.Containers, Networks: i.Networks, Volumes: i.Volumes,
		Youngest: o.Youngest, Young: o.Young, Removed: o.Removed,
	}
}

func idleImage(i den.IdleImage) contract.IdleImage {
	return contract.IdleImage{Image: i.Image, Pushed: i.Pushed, Since: i.Since, State: contract.IdleImageState(i.State)}
}
