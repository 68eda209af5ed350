package api

import (
	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func supplier(s den.Supplier) contract.Supplier {
	out := contract.Supplier{
		Id: string(s.ID), Name: s.Name, Summary: some(s.Summary), Size: some(contract.Headcount(s.Size)), Sme: some(contract.YesNo(s.SME)),
		Place: some(s.Place), Accreditations: several(s.Accreditations), Frameworks: several(s.Frameworks), Website: some(s.Website),
		AddedBy: some(string(s.AddedBy)), HandedOverAt: moment(s.HandedOver), ChangedAt: moment(s.ChangedAt), CreatedAt: s.CreatedAt,
	}
	if len(s.Contacts) > 0 {
		out.Contacts = new(list(s.Contacts, func(c den.Contact) contract.Contact {
			return contract.Contact{Name: c.Name, Email: some(c.Email), Phone: some(c.Phone)}
		}))
	}
	return out
}

func supplierChange(b contract.SupplierEntry, rev int64) den.SupplierChange {
	return den.SupplierChange{Name: b.Name, Rev: rev, SupplierProfile: den.SupplierProfile{
		Summary: value(b.Summary), Size: den.Headcount(value(b.Size)), SME: den.Said(value(b.Sme)), Place: value(b.Place),
		Accreditations: value(b.Accreditations), Frameworks: value(b.Frameworks), Website: value(b.Website),
		Contacts: list(value(b.Contacts), func(c contract.Contact) den.Contact {
			return den.Contact{Name: c.Name, Email: value(c.Email), Phone: value(c.Phone)}
		}),
	}}
}

func product(p den.ProductView) contract.Product {
	out := contract.Product{
		Id: string(p.ID), Supplier: string(p.Supplier), SupplierName: p.SupplierName, Name: p.Name, Summary: p.Summary,
		Description: some(p.Description), Capabilities: several(p.Capabilities), DataLocation: some(contract.DataLocation(p.DataLocation)),
		Standards: several(p.Standards), Accessibility: some(p.Accessibility), OpenSource: some(contract.YesNo(p.OpenSource)), Licence: some(p.Licence),
		Releases: list(p.Releases, release), ChangedAt: moment(p.ChangedAt), CreatedAt: p.CreatedAt, Repository: some(p.Repository),
	}
	if len(p.Hosting) > 0 {
		out.Hosting = new(list(p.Hosting, func(h den.Hosting) contract.Hosting { return contract.Hosting(h) }))
	}
	if p.Price.Basis != "" {
		out.Price = &contract.StatedPrice{Basis: contract.StatedPriceBasis(p.Price.Basis), Pence: some(p.Price.Pence)}
	}
	return out
}

func evidenced(k den.Known) contract.Evidenced {
	return contract.Evidenced{Tried: int32(k.Tried), Trials: list(k.Trials, func(t den.KnownTrial) contract.EvidencedTrial {
		out := contract.EvidencedTrial{
			Trial: string(t.Trial), Name: t.Name, Department: t.Department, Version: some(t.Version), ClosedAt: moment(t.ClosedAt),
			Decision: some(contract.Decision(t.Decision)), Chosen: t.Chosen, Published: t.Published, Reply: some(t.Reply),
		}
		if t.Measured {
			out.LaunchSeconds, out.Restarts, out.Reached = new(t.Launch.Seconds()), new(int32(t.Restarts)), new(int32(t.Reached))
		}
		if t.Ranked {
			out.Total = new(t.Total)
		}
		return out
	})}
}

func productChange(b contract.ProductEntry, rev int64) den.ProductChange {
	price := value(b.Price)
	return den.ProductChange{Name: b.Name, Summary: value(b.Summary), Rev: rev, ProductProfile: den.ProductProfile{
		Description: value(b.Description), Capabilities: value(b.Capabilities), DataLocation: den.Location(value(b.DataLocation)),
		Hosting:   list(value(b.Hosting), func(h contract.Hosting) den.Hosting { return den.Hosting(h) }),
		Standards: value(b.Standards), Price: den.StatedPrice{Basis: den.PriceBasis(price.Basis), Pence: value(price.Pence)},
		Accessibility: value(b.Accessibility), OpenSource: den.Said(value(b.OpenSource)), Licence: value(b.Licence),
	}}
}

// several is a list, or nil where it is empty.
func several(of []string) *[]string {
	if len(of) == 0 {
		return nil
	}
	return &of
}

func vocabulary(v den.Vocabulary) contract.Vocabulary {
	return contract.Vocabulary{
		Version: int32(v.Version),
		Areas:   list(v.Areas, func(a den.ServiceArea) contract.ServiceArea { return contract.ServiceArea{Id: a.ID, Title: a.Title} }),
		Groups: list(v.Groups, func(g den.CapabilityGroup) contract.CapabilityGroup {
			return contract.CapabilityGroup{Id: g.ID, Title: g.Title, Capabilities: list(g.Capabilities, capability)}
		}),
	}
}

func capability(c den.Capability) contract.Capability {
	return contract.Capability{Id: c.ID, Title: c.Title, About: c.About, Also: text(c.Also), Areas: text(c.Areas)}
}
