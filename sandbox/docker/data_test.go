package docker

import (
	"strings"
	"testing"

	"innovationden/sandbox"
	"innovationden/sandbox/sandboxtest"
)

// The same files are in each sandbox, in a cell and on a private network, for every
// service; none can change them.
func TestScenarioDataIsTheSameForAllAndCannotBeWritten(t *testing.T) {
	r := engine(t)
	image := sandboxtest.ProductImage(t, r)
	one := sandboxtest.Spec(sandboxtest.NewID(t), sandbox.Service{Name: "product", Image: image.ID, Profile: sandbox.Strict, Command: []string{"serve"}})
	two := stackOf(t, image, sandbox.Service{Name: "back", Profile: sandbox.Standard, Command: []string{"wait"}}, sandbox.Service{Name: "web", Profile: sandbox.Standard, Command: []string{"serve"}})
	two.Front = "web"
	for name, spec := range map[string]sandbox.Spec{"a cell": one, "a private network": two} {
		spec.Data = sandboxtest.Data("people/names.csv", "name\nAda\n")
		ctx := minute(t, r, spec)
		must(t, r.Start(ctx, spec))
		answers(ctx, t, r, spec.ID, sandboxtest.Port)
		answer := get(ctx, t, r, spec.ID, sandboxtest.Port, "/read?file=/scenario/people/names.csv")
		if !strings.Contains(answer, "Ada") {
			t.Errorf("%s: it reads %q", name, answer)
		}
		if answer = get(ctx, t, r, spec.ID, sandboxtest.Port, "/write?file=/scenario/new"); !strings.Contains(answer, "read-only file system") {
			t.Errorf("%s: writing says %q", name, answer)
		}
		changed := spec
		changed.Data = sandboxtest.Data("people/names.csv", "name\nEve\n")
		if err := r.Start(ctx, changed); err == nil {
			t.Errorf("%s: other data was taken for the same", name)
		}
	}
}
