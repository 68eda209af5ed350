package web_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"innovationden/orchestrator/den"
)

// described gives the rig's products entries, and others beside them, so that every part
// of the techmap has something to show.
func (r *rig) described() {
	r.Helper()
	ctx, root := context.Background(), den.System()
	_, err := r.den.ChangeSupplier(ctx, root, r.northbridge.ID, den.SupplierChange{Name: "Northbridge Software", SupplierProfile: den.SupplierProfile{
		Summary: "Makers of plain tools for public offices.\nSince 2011.", Size: den.Micro, SME: den.Yes, Place: "Hexham, Northumberland", Website: "https://northbridge.example",
		Accreditations: []string{"Cyber Essentials"}, Frameworks: []string{"G-Cloud 14"}, Contacts: []den.Contact{{Name: "The sales team", Email: "hello@northbridge.example", Phone: "01632 960 001"}},
	}})
	r.must(err)
	_, err = r.den.ChangeProduct(ctx, root, r.bookwell.ID, den.ProductChange{Name: "Bookwell", Summary: "Appointments for small offices.", ProductProfile: den.ProductProfile{
		Description: "People book, change and cancel without calling.\n\nStaff see the day on one page. <script>alert(1)</script>", Capabilities: []string{"appointments", "notifications"},
		Hosting: []den.Hosting{den.Hosted, den.OnSite}, DataLocation: den.InUK, Standards: []string{"WCAG 2.2 AA"}, OpenSource: den.Yes, Licence: "MIT",
		Price: den.StatedPrice{Basis: den.PerUserMonth, Pence: 1240}, Accessibility: "https://northbridge.example/accessibility",
	}})
	r.must(err)
	_, err = r.den.ChangeProduct(ctx, root, r.slotwise.ID, den.ProductChange{Name: "Slotwise", Summary: "A calendar of free times that people choose from.", ProductProfile: den.ProductProfile{
		Capabilities: []string{"appointments", "queues", "room-booking"}, Hosting: []den.Hosting{den.OwnCloud}, DataLocation: den.AsChosen, Price: den.StatedPrice{Basis: den.OnRequest},
	}})
	r.must(err)
	for n, name := range []string{"Quiet Room", "Weir and Sluice", "Plot & Parish", "Scribe Street"} {
		s, err := r.den.AddSupplier(ctx, root, den.NewOrganisation{Name: name, By: r.department.ID})
		r.must(err)
		for k := range 7 {
			p, err := r.den.AddProduct(ctx, root, den.NewProduct{Supplier: s.ID, Name: fmt.Sprintf("%s %d", strings.Fields(name)[0], k+1), Summary: "Does one thing and does it well."})
			r.must(err)
			ids := r.den.Vocabulary().IDs()
			_, err = r.den.ChangeProduct(ctx, root, p.ID, den.ProductChange{Name: p.Name, Summary: p.Summary, ProductProfile: den.ProductProfile{
				Capabilities: []string{ids[(n*17+k*5)%len(ids)], ids[(n*11+k)%len(ids)]}, Hosting: []den.Hosting{den.Hostings[(n+k)%4]},
			}})
			r.must(err)
		}
	}
}

// The techmap is for everybody, on a large screen and on a telephone, with and without
// something in it, and where something was typed wrong.
func TestChromiumTechmap(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	b.width(320)
	b.as("stranger")
	b.open("/techmap?q=nothing+like+this+at+allxyz")
	b.check("techmap-nothing-320")
	b.open("/techmap/compare")
	b.check("techmap-compare-nothing-320")
	r.described()
	trial := r.trial()
	r.score(trial, "evaluator")
	r.end(trial)
	compare := "/techmap/compare?product=" + string(r.bookwell.ID) + "&product=" + string(r.slotwise.ID)
	spoil := `document.querySelector('[name=name]').value='';document.querySelector('main form').submit()`
	for _, width := range []int64{1280, 320} {
		b.width(width)
		for _, one := range []struct{ name, who, path, press string }{
			{"techmap", "official", "/techmap", ""},
			{"techmap-found", "official", "/techmap?q=apointments&hosting=hosted&sme=yes", ""},
			{"techmap-map", "official", "/techmap/map", ""},
			{"techmap-map-group", "official", "/techmap/map?group=contact", ""},
			{"techmap-compare", "official", compare, ""},
			{"techmap-product", "official", "/products/" + string(r.bookwell.ID), ""},
			{"techmap-product-stranger", "stranger", "/products/" + string(r.bookwell.ID), ""},
			{"techmap-supplier", "engineer", "/suppliers/" + string(r.northbridge.ID), ""},
			{"techmap-supplier-new", "official", "/suppliers/new", ""},
			{"techmap-supplier-edit", "engineer", "/suppliers/" + string(r.northbridge.ID) + "/edit", ""},
			{"techmap-supplier-edit-wrong", "engineer", "/suppliers/" + string(r.northbridge.ID) + "/edit", spoil},
			{"techmap-import", "operator", "/techmap/import", ""},
			{"techmap-import-wrong", "operator", "/techmap/import", `document.querySelector('main form').submit()`},
			{"techmap-product-edit", "engineer", "/products/" + string(r.bookwell.ID) + "/edit", ""},
			{"techmap-product-edit-wrong", "engineer", "/products/" + string(r.bookwell.ID) + "/edit", spoil},
		} {
			b.as(one.who)
			b.open(one.path)
			if one.press != "" {
				b.do(chromedp.Evaluate(one.press, nil), chromedp.WaitReady(`.govuk-error-summary`), chromedp.WaitReady(`body.govuk-frontend-supported`))
			}
			b.check(fmt.Sprintf("%s-%d", one.name, width))
		}
	}
	b.isQuiet()
}
