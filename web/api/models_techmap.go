package api

import (
	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func department(d den.Department) contract.Department {
	return contract.Department{Id: string(d.ID), Name: d.Name, CreatedAt: d.CreatedAt}
}

func person(p den.Person) contract.Person {
	return contract.Person{Id: string(p.ID), Name: p.Name}
}

func release(r den.Release) contract.Release {
	out := contract.Release{
		Id: string(r.ID), Product: string(r.Product), Version: r.Version, Image: r.Image, Digest: r.Digest,
		From: r.From, Port: int32(r.Port), Path: r.Path, Profile: contract.Profile(r.Profile), SizeBytes: r.SizeBytes, CreatedAt: r.CreatedAt,
		Asks: ways(r.Asks), Notes: some(r.Notes), Needs: some(r.Needs),
	}
	if r.SBOM != nil {
		out.Sbom = new(sbom(*r.SBOM))
	}
	if r.Compose != "" {
		out.Services, out.Images = &r.Services, &r.Images
	}
	return out
}

func push(p den.Push) contract.PushedTag {
	return contract.PushedTag{Tag: p.Tag, Digest: p.Digest, SizeBytes: p.Bytes, At: p.At, Releases: append([]string{}, p.Releases...)}
}

func size(s den.Size) contract.Size {
	return contract.Size{Name: s.Name, Title: s.Title, MemoryBytes: s.Memory, Cpu: float64(s.CPU) / 1000, PencePerHour: float64(s.Price) / 1000}
}

func scheme(s den.Scheme) contract.Scheme {
	return contract.Scheme{Id: s.ID, Version: int32(s.Version), Title: s.Title, Summary: s.Summary, Themes: list(s.Themes, theme)}
}

func theme(t den.Theme) contract.Theme {
	return contract.Theme{Id: t.ID, Title: t.Title, Criteria: list(t.Criteria, criterion)}
}

func criterion(c den.Criterion) contract.Criterion {
	out := contract.Criterion{
		Id: c.ID, Title: c.Title, Question: c.Question, Help: some(c.Help), ScoredBy: contract.CriterionScoredBy(c.ScoredBy),
		Weight: c.Weight, Evidence: some(c.Evidence), TechnologyCode: points(c.TechnologyCode), ServiceStandard: points(c.ServiceStandard),
	}
	out.Formula, out.WeightMin, out.WeightMax = some(c.Formula), &c.WeightMin, &c.WeightMax
	if c.Missing != "" {
		out.Missing = new(contract.CriterionMissing(c.Missing))
	}
	if len(c.Anchors) > 0 {
		out.Anchors = &c.Anchors
	}
	if c.Minimum != nil {
		out.Minimum = new(int32(*c.Minimum))
	}
	return out
}

func points(of []int) *[]int32 {
	out := list(of, func(n int) int32 { return int32(n) })
	return &out
}
