package pages

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
	"innovationden/web/view"
)

// hostPage is what the operator sees of the machine.
type hostPage struct {
	view.Frame
	Host      den.HostView
	Memory    string
	Disk      string
	InForce   []den.InForce
	Sandboxes []den.SandboxView
	MayRun    bool
}

// Host is GET /host.
func (p *Pages) Host(c *gin.Context) error {
	who := asking(c)
	host, err := p.Den.Host(c, who)
	if err != nil {
		return err
	}
	page := hostPage{Frame: p.frame(c, p.words.Say("host.title")), Host: host, MayRun: den.May(who, den.RunHost, den.Owner{})}
	for _, one := range host.InForce {
		one.Name = p.words.Say("in-force." + strings.ReplaceAll(one.Name, "_", "-"))
		page.InForce = append(page.InForce, one)
	}
	page.Memory, page.Disk = p.words.bytes(host.Memory), p.words.Say("host.unknown")
	if host.DiskFree >= 0 {
		page.Disk = p.words.bytes(host.DiskFree)
	}
	for _, phase := range []den.Phase{den.Requested, den.Starting, den.Live, den.Paused, den.Ending} {
		found, err := p.Den.Sandboxes(c, who, den.Filter{Phase: phase, Limit: 200})
		if err != nil {
			return err
		}
		page.Sandboxes = append(page.Sandboxes, found.Items...)
	}
	return p.show(c, http.StatusOK, "host", page)
}

// sweepPage says what a sweep would remove.
type sweepPage struct {
	view.Frame
	Orphans []den.Orphan
	Done    bool
	MayRun  bool
}

// Sweep is GET /host/sweep: it looks and touches nothing.
func (p *Pages) Sweep(c *gin.Context) error { return p.sweep(c, true) }

// DoSweep is POST /host/sweep.
func (p *Pages) DoSweep(c *gin.Context) error { return p.sweep(c, false) }

func (p *Pages) sweep(c *gin.Context, dry bool) error {
	orphans, err := p.Den.Sweep(c, asking(c), dry)
	if err != nil {
		return err
	}
	page := sweepPage{Frame: p.frame(c, p.words.Say("sweep.title")), Orphans: orphans, Done: !dry, MayRun: den.May(asking(c), den.RunHost, den.Owner{})}
	page.Back = back("/host")
	return p.show(c, http.StatusOK, "sweep", page)
}

// organisationPage adds a department or a supplier.
type organisationPage struct {
	view.Frame
	Kind    string // "department" or "supplier"
	Heading string
	Once    string
	Form    *form.Values
}

// AskDepartment is GET /departments/new.
func (p *Pages) AskDepartment(c *gin.Context) error {
	return p.askOrganisation(c, "department")
}

// AskSupplier is GET /suppliers/new.
func (p *Pages) AskSupplier(c *gin.Context) error { return p.askOrganisation(c, "supplier") }

func (p *Pages) askOrganisation(c *gin.Context, kind string) error {
	if !den.May(asking(c), den.AddOrganisation, den.Owner{}) {
		return den.Refuse(den.Denied, "%s", p.words.Say("problem.may-not"))
	}
	return p.showOrganisation(c, http.StatusOK, kind, p.blank())
}

// AddDepartment is POST /departments.
func (p *Pages) AddDepartment(c *gin.Context) error {
	return p.addOrganisation(c, "department", func(in den.NewOrganisation) error {
		_, err := p.Den.AddDepartment(c, asking(c), in)
		return err
	})
}

// AddSupplier is POST /suppliers.
func (p *Pages) AddSupplier(c *gin.Context) error {
	return p.addOrganisation(c, "supplier", func(in den.NewOrganisation) error {
		_, err := p.Den.AddSupplier(c, asking(c), in)
		return err
	})
}

func (p *Pages) addOrganisation(c *gin.Context, kind string, add func(den.NewOrganisation) error) error {
	if !den.May(asking(c), den.AddOrganisation, den.Owner{}) {
		return den.Refuse(den.Denied, "%s", p.words.Say("problem.may-not"))
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	in := den.NewOrganisation{Name: form.Text{Name: "name", What: "organisation.what", Max: 120}.Read(v), Once: once(c)}
	if v.Bad() {
		return p.showOrganisation(c, http.StatusUnprocessableEntity, kind, v)
	}
	if err := add(in); err != nil {
		status, err := p.refused(c, v, err, nil)
		if err != nil {
			return err
		}
		return p.showOrganisation(c, status, kind, v)
	}
	return to(c, "/host", kind)
}

func (p *Pages) showOrganisation(c *gin.Context, status int, kind string, v *form.Values) error {
	page := organisationPage{Kind: kind, Heading: p.words.Say("organisation." + kind), Once: fresh(c), Form: v}
	page.Frame = p.frame(c, page.Heading)
	page.Back, page.Errors = back("/host"), v.Summary()
	return p.show(c, status, "organisation", page)
}
