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
	Disk      string // left where the engine keeps its data
	DataDisk  string // left where the den keeps its records
	Backed    string // how large the last backup is
	WarmMost  string // how much memory warm instances may take
	WarmAsked int64  // launches that could have taken one
	InForce   []den.InForce
	hostSandboxes
}

// Host is GET /host.
func (p *Pages) Host(c *gin.Context) error {
	host, err := p.Den.Host(c, asking(c))
	if err != nil {
		return err
	}
	page := hostPage{Frame: p.frame(c, p.words.Say("host.title")), Host: host}
	for _, one := range host.InForce {
		one.Name = p.words.Say("in-force." + strings.ReplaceAll(one.Name, "_", "-"))
		page.InForce = append(page.InForce, one)
	}
	page.Memory, page.Disk, page.DataDisk = p.words.bytes(host.Memory), p.free(host.DiskFree), p.free(host.DataFree)
	page.Backed = p.words.bytes(host.Backup.Bytes)
	page.WarmMost, page.WarmAsked = p.words.bytes(host.WarmMemory), host.WarmHits+host.WarmMisses
	if page.hostSandboxes, err = p.sandboxesFrom(c, "", ""); err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "host", page)
}

// free is the room that is left on a disk, in words.
func (p *Pages) free(bytes int64) string {
	if bytes < 0 {
		return p.words.Say("host.unknown")
	}
	return p.words.bytes(bytes)
}

// BackUp is POST /host/backup.
func (p *Pages) BackUp(c *gin.Context) error {
	if _, err := p.typed(c); err != nil {
		return err
	}
	if _, err := p.Den.BackUp(c, asking(c)); err != nil {
		return err
	}
	return to(c, "/host", "backup")
}

// sweepPage says what a sweep would remove.
type sweepPage struct {
	view.Frame
	Orphans []den.Orphan
	Images  []den.IdleImage
	Done    bool
	MayRun  bool
}

// Sweep is GET /host/sweep: it looks and touches nothing.
func (p *Pages) Sweep(c *gin.Context) error { return p.sweep(c, true) }

// DoSweep is POST /host/sweep.
func (p *Pages) DoSweep(c *gin.Context) error { return p.sweep(c, false) }

func (p *Pages) sweep(c *gin.Context, dry bool) error {
	found, err := p.Den.Sweep(c, asking(c), dry)
	if err != nil {
		return err
	}
	page := sweepPage{Frame: p.frame(c, p.words.Say("sweep.title")), Orphans: found.Orphans, Images: found.Images, Done: !dry, MayRun: den.May(asking(c), den.RunHost, den.Owner{})}
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

	Departments []view.Option // that could add the supplier, where there is a choice
}

// AskDepartment is GET /departments/new.
func (p *Pages) AskDepartment(c *gin.Context) error {
	return p.askOrganisation(c, "department")
}

// AskSupplier is GET /suppliers/new.
func (p *Pages) AskSupplier(c *gin.Context) error { return p.askOrganisation(c, "supplier") }

func (p *Pages) askOrganisation(c *gin.Context, kind string) error {
	if !adds(asking(c), kind) {
		return p.mayNot()
	}
	return p.showOrganisation(c, http.StatusOK, kind, p.blank())
}

// AddDepartment is POST /departments.
func (p *Pages) AddDepartment(c *gin.Context) error {
	return p.addOrganisation(c, "department", func(in den.NewOrganisation) (string, error) {
		d, err := p.Den.AddDepartment(c, asking(c), in)
		return departmentPath(d.ID, "members"), err
	})
}

// AddSupplier is POST /suppliers.
func (p *Pages) AddSupplier(c *gin.Context) error {
	return p.addOrganisation(c, "supplier", func(in den.NewOrganisation) (string, error) {
		s, err := p.Den.AddSupplier(c, asking(c), in)
		return supplierPath(s.ID), err
	})
}

// adds says that somebody may add a department, or an entry of a supplier.
func adds(a den.Actor, kind string) bool {
	if den.May(a, den.AddOrganisation, den.Owner{}) {
		return true
	}
	return kind == "supplier" && (a.Has(den.Member) || a.Has(den.Approver))
}

// addOrganisation adds one; add gives the address to go to then.
func (p *Pages) addOrganisation(c *gin.Context, kind string, add func(den.NewOrganisation) (string, error)) error {
	if !adds(asking(c), kind) {
		return p.mayNot()
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	in := den.NewOrganisation{Name: form.Text{Name: "name", What: "organisation.what", Max: 120}.Read(v), Once: once(c)}
	var departments []view.Option
	if kind == "supplier" {
		if departments, err = p.writers(c); err != nil {
			return err
		}
	}
	if len(departments) > 0 {
		in.By = den.ID(form.Choice{Name: "department", What: "organisation.what-department", From: values(departments)}.Read(v))
	}
	if v.Bad() {
		return p.showOrganisation(c, http.StatusUnprocessableEntity, kind, v)
	}
	after, err := add(in)
	if err != nil {
		status, err := p.refused(c, v, err, nil)
		if err != nil {
			return err
		}
		return p.showOrganisation(c, status, kind, v)
	}
	return to(c, after, kind)
}

func (p *Pages) showOrganisation(c *gin.Context, status int, kind string, v *form.Values) error {
	page := organisationPage{Kind: kind, Heading: p.words.Say("organisation." + kind), Once: fresh(c), Form: v}
	page.Frame = p.frame(c, page.Heading)
	page.Back, page.Errors = back("/host"), v.Summary()
	if kind == "supplier" {
		var err error
		if page.Departments, err = p.writers(c); err != nil {
			return err
		}
		page.Back = back("/techmap")
	}
	return p.show(c, status, "organisation", page)
}

// writers are the departments for which somebody can add an entry, where there are
// several.
func (p *Pages) writers(c *gin.Context) ([]view.Option, error) {
	who := asking(c)
	if den.May(who, den.AddEntry, den.Owner{}) {
		return nil, nil
	}
	found, err := every(c, p.Den.Departments, den.Filter{})
	if err != nil {
		return nil, err
	}
	var options []view.Option
	for _, d := range found {
		if den.May(who, den.AddEntry, den.Owner{Department: d.ID}) {
			options = append(options, view.Option{Value: string(d.ID), Text: d.Name})
		}
	}
	if len(options) < 2 {
		return nil, nil
	}
	return options, nil
}
