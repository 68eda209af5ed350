package web_test

import (
	"net/http"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/web"
)

// The register has one door for its pages and for programs: what anybody reads on the one
// they read on the other, and nothing of either where it is closed.
func TestProgramsReadTheRegisterWhereItsPagesAreOpen(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]bool{"closed": false, "open": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(c *web.Config) { c.Register = open })
			trial := r.world().finished.ID
			_, err := r.den.Publish(t.Context(), r.people["official"].Act(), trial, den.NewPublication{Parts: []den.Part{den.PartFinding}, Why: "For others."})
			r.must(err)
			nobody, official := r.visitor(""), r.visitor("official")
			one := "/register/" + string(trial)
			for _, path := range []string{"/register", one, one + "/csv", "/api/v1/register", "/api/v1" + one, "/api/v1" + one + "/csv"} {
				if got := official.get(path); got.Status != http.StatusOK {
					t.Errorf("an official reads %s: %d", path, got.Status)
				}
				if got := nobody.get(path); (got.Status == http.StatusOK) != open {
					t.Errorf("nobody reads %s: %d", path, got.Status)
				}
				if got := nobody.send(http.MethodGet, path, nil, http.Header{"Authorization": {"Bearer den_wrong"}}); got.Status == http.StatusOK {
					t.Errorf("a wrong token reads %s: %d", path, got.Status)
				}
			}
			for _, path := range []string{"/api/v1/trials", "/api/v1/trials/" + string(trial) + "/report"} {
				if got := nobody.get(path); got.Status != http.StatusUnauthorized {
					t.Errorf("nobody reads %s: %d", path, got.Status)
				}
			}
		})
	}
}
