package pages

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// atWork are the phases of a lease that is not over, in the order in which they are listed.
var atWork = []den.Phase{den.Requested, den.Starting, den.Live, den.Paused, den.Ending}

// hostSandboxes is a page of the sandboxes of the den that are not over.
type hostSandboxes struct {
	Sandboxes []den.SandboxView
	More      string // the address of those after them; empty: there are none
	MayRun    bool
}

type hostSandboxesPage struct {
	view.Frame
	hostSandboxes
}

// HostSandboxes is GET /host/sandboxes: those from a place on, which ?phase= and ?after= name.
func (p *Pages) HostSandboxes(c *gin.Context) error {
	if !den.May(asking(c), den.ReadHost, den.Owner{}) {
		return den.Missing()
	}
	found, err := p.sandboxesFrom(c, den.Phase(c.Query("phase")), c.Query("after"))
	if err != nil {
		return err
	}
	said := ""
	if phase := den.Phase(c.Query("phase")); slices.Contains(atWork, phase) {
		said = p.words.Say("list.from", "What", p.words.Say("phase."+string(phase)))
	}
	page := hostSandboxesPage{Frame: p.frame(c, p.words.Say("host.sandboxes")).Of(p.narrowed(c, said)), hostSandboxes: found}
	page.Back = back("/host")
	return p.show(c, http.StatusOK, "host-list", page)
}

// sandboxesFrom lists them phase by phase. After is the store's place within a phase.
func (p *Pages) sandboxesFrom(c *gin.Context, phase den.Phase, after string) (found hostSandboxes, err error) {
	const most = 50
	found.MayRun = den.May(asking(c), den.RunHost, den.Owner{})
	for _, at := range atWork[max(slices.Index(atWork, phase), 0):] {
		room := most - len(found.Sandboxes)
		part, err := p.Den.Sandboxes(c, asking(c), den.Filter{Phase: at, After: after, Limit: max(room, 1)})
		if err != nil {
			return found, err
		}
		if room == 0 && len(part.Items) > 0 {
			found.More = fromPhase(at, "") // it begins the next page
			break
		}
		found.Sandboxes = append(found.Sandboxes, part.Items...)
		if part.Next != "" {
			found.More = fromPhase(at, part.Next)
			break
		}
		after = ""
	}
	return found, nil
}

func fromPhase(phase den.Phase, after string) string {
	q := url.Values{"phase": {string(phase)}}
	if after != "" {
		q.Set("after", after)
	}
	return "/host/sandboxes?" + q.Encode()
}
