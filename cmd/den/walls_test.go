package main_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// wall says what the files of one room may import. A room whose name ends in /** stands for the rooms below it that have
// no line of their own. Ours and others are import paths without the module's name; either may end in /**.
type wall struct {
	room   string
	ours   []string
	others []string
}

// walls is the table of the house: a package that no line names, and an import that its line does not name, fail the test.
// The standard library is open to all rooms but for the packages in keepers and the bans on pure rooms.
var walls = []wall{
	{room: "cmd/den", ours: []string{"**"}, others: []string{"github.com/spf13/cobra", "cuelabs.dev/go/oci/ociregistry", "github.com/oklog/ulid/v2", "golang.org/x/sync/**", "golang.org/x/term", "golang.org/x/sys/unix"}},
	{room: "configs", ours: []string{"orchestrator/den", "orchestrator/search"}, others: []string{"github.com/goccy/go-yaml/**"}},

	{room: "orchestrator/den"},
	{room: "orchestrator/evaluation", ours: []string{"orchestrator/den"}},
	{room: "orchestrator/search", ours: []string{"orchestrator/den"}},
	{room: "orchestrator", ours: []string{"orchestrator/den", "orchestrator/evaluation", "orchestrator/search", "sandbox"},
		others: []string{"github.com/robfig/cron/v3", "github.com/oklog/ulid/v2", "golang.org/x/sync/**"}},
	{room: "orchestrator/ledger", ours: []string{"orchestrator/den"},
		others: []string{"golang.org/x/mod/sumdb/tlog", "golang.org/x/mod/sumdb/note", "go.etcd.io/bbolt/**"}},
	{room: "orchestrator/bolt", ours: []string{"orchestrator/den", "orchestrator/ledger"}, others: []string{"go.etcd.io/bbolt/**"}},
	{room: "orchestrator/files", ours: []string{"orchestrator/den"}},
	{room: "orchestrator/report", ours: []string{"orchestrator/den", "orchestrator/evaluation", "orchestrator/ledger"}},
	{room: "orchestrator/notify", ours: []string{"orchestrator/den"}, others: []string{"github.com/wneessen/go-mail"}},
	{room: "orchestrator/storetest", ours: []string{"orchestrator/den"}, others: []string{"github.com/google/go-cmp/**", "pgregory.net/rapid"}},

	{room: "sandbox"},
	{room: "sandbox/policy", ours: []string{"sandbox"}},
	{room: "sandbox/compose", ours: []string{"sandbox", "sandbox/policy"},
		others: []string{"github.com/compose-spec/compose-go/v2/**", "go.yaml.in/yaml/v4"}},
	{room: "sandbox/cell", others: []string{"golang.org/x/sys/unix"}},
	{room: "sandbox/services", ours: []string{"sandbox", "sandbox/cell"}, others: []string{"golang.org/x/net/dns/dnsmessage"}},
	{room: "sandbox/measure", ours: []string{"sandbox"}, others: []string{"github.com/tsenart/vegeta/v12/**", "golang.org/x/net/html"}},
	{room: "sandbox/docker", ours: []string{"sandbox", "sandbox/cell", "sandbox/policy"}, others: engine},
	{room: "sandbox/swarm", ours: []string{"sandbox", "sandbox/cell"}, others: engine},
	{room: "sandbox/registry", ours: []string{"sandbox"}, others: []string{"cuelabs.dev/go/oci/ociregistry/**", "go.etcd.io/bbolt/**"}},
	{room: "sandbox/sample", ours: []string{"sandbox"}},
	{room: "sandbox/fake", ours: []string{"sandbox"}},
	{room: "sandbox/sandboxtest", ours: []string{"sandbox"}, others: []string{"github.com/google/go-cmp/**"}},

	{room: "web", ours: pages, others: []string{"github.com/gin-gonic/gin/**", "github.com/alexedwards/scs/v2", "github.com/coreos/go-oidc/v3/oidc",
		"golang.org/x/oauth2/**", "golang.org/x/crypto/argon2", "golang.org/x/time/rate", "github.com/prometheus/client_golang/**"}},
	{room: "web/api", ours: pages, others: []string{"github.com/gin-gonic/gin/**", "github.com/getkin/kin-openapi/**", "github.com/oapi-codegen/runtime/**"}},
	{room: "web/api/contract", others: []string{"github.com/gin-gonic/gin/**", "github.com/oapi-codegen/runtime/**"}},
	{room: "web/gateway", ours: pages},
	{room: "web/view", ours: pages, others: []string{"github.com/nicksnyder/go-i18n/v2/**", "golang.org/x/text/language"}},
	{room: "web/help", ours: pages, others: []string{"github.com/yuin/goldmark/**", "github.com/microcosm-cc/bluemonday"}},
	{room: "web/**", ours: pages, others: []string{"github.com/gin-gonic/gin/**"}},
}

var (
	pages  = []string{"orchestrator/den", "orchestrator/evaluation", "web/**"}
	engine = []string{"github.com/docker/docker/**", "github.com/docker/go-connections/**", "github.com/docker/go-units", "github.com/moby/profiles/**",
		"github.com/opencontainers/**", "github.com/containerd/errdefs/**", "github.com/distribution/reference", "golang.org/x/time/rate"}
)

// keepers names the parts of the standard library that only some rooms may know.
var keepers = map[string][]string{
	"html/template": {"web/**", "sandbox/sample"}, // a sample product is a web site of its own
	"net/http":      {"web/**", "sandbox/**", "orchestrator/notify", "cmd/den"},
	"os/exec":       {"cmd/den", "sandbox/docker", "sandbox/sandboxtest"}, // the firewall; a product built for tests
	"os/signal":     {"cmd/den"},
	"plugin":        {},
	"testing":       {"orchestrator/storetest", "sandbox/sandboxtest"},
	"text/template": {"orchestrator/report"},
	"time/tzdata":   {"cmd/den"},
	"unsafe":        {"sandbox/cell", "sandbox/docker"},
}

// pure rooms take time, ids and randomness as arguments, and touch nothing outside.
var (
	pureRooms = []string{"orchestrator/den", "orchestrator/evaluation", "orchestrator/search"}
	impure    = []string{"os", "os/**", "net", "net/http/**", "syscall", "log/**", "crypto/rand", "math/rand", "database/**", "io/ioutil"}
)

// clocks are the functions that read the machine's clock or wait for it. Only cmd may call them, so that a test can make a day pass.
var (
	clocks      = []string{"time.Now", "time.Since", "time.Until"}
	clockKeeper = "cmd/**"
)

func TestNoRoomReachesThroughAWall(t *testing.T) {
	read, broken := inspect(os.DirFS("../.."))
	if read < 50 {
		t.Errorf("only %d files were read: the house is larger, so the check does not see it", read)
	}
	for _, b := range broken {
		t.Error(b)
	}
}

// A check that finds nothing proves nothing until it is seen to find something.
func TestTheWallsAreSeenWhenBroken(t *testing.T) {
	for name, c := range map[string]struct{ path, source, want string }{
		"web reaches into the orchestrator": {
			"web/pages/trial.go", `import "innovationden/orchestrator"`, "web/pages may not import innovationden/orchestrator"},
		"a page reaches into the store": {
			"web/pages/trial.go", `import "innovationden/orchestrator/bolt"`, "web/pages may not import innovationden/orchestrator/bolt"},
		"a sandbox knows of trials": {
			"sandbox/docker/run.go", `import "innovationden/orchestrator/den"`, "sandbox/docker may not import innovationden/orchestrator/den"},
		"the runtime knows of the web": {
			"sandbox/sandbox.go", `import "innovationden/web/view"`, "sandbox may not import innovationden/web/view"},
		"Docker is known outside its room": {
			"orchestrator/reconcile.go", `import c "github.com/docker/docker/client"`, "orchestrator may not import github.com/docker/docker/client"},
		"the store is known outside its room": {
			"orchestrator/pass.go", `import "go.etcd.io/bbolt"`, "orchestrator may not import go.etcd.io/bbolt"},
		"the bottom room uses a library": {
			"orchestrator/den/id.go", `import "github.com/oklog/ulid/v2"`, "orchestrator/den may not import github.com/oklog/ulid/v2"},
		"the bottom room serves HTTP": {
			"orchestrator/den/error.go", `import "net/http"`, "orchestrator/den may not import net/http"},
		"the bottom room reads files": {
			"orchestrator/den/scheme.go", `import "os"`, "orchestrator/den may not import os"},
		"the bottom room throws dice": {
			"orchestrator/den/id.go", `import "crypto/rand"`, "orchestrator/den may not import crypto/rand"},
		"a template outside the web": {
			"orchestrator/report/page.go", `import "html/template"`, "orchestrator/report may not import html/template"},
		"cobra outside cmd": {
			"web/routes.go", `import "github.com/spf13/cobra"`, "web may not import github.com/spf13/cobra"},
		"signals outside cmd": {
			"web/web.go", `import "os/signal"`, "web may not import os/signal"},
		"the contract's library outside its room": {
			"web/pages/home.go", `import "github.com/getkin/kin-openapi/openapi3"`, "web/pages may not import github.com/getkin/kin-openapi/openapi3"},
		"a name that only begins like an allowed one": {
			"sandbox/docker/run.go", `import "innovationden/sandbox/cellar"`, "sandbox/docker may not import innovationden/sandbox/cellar"},
		"a room of no name": {
			"orchestrator/util/strings.go", ``, "orchestrator/util is not in the table of walls"},
		"a command of no name": {
			"cmd/other/main.go", ``, "cmd/other is not in the table of walls"},
		"Go at the top of the tree": {
			"tools.go", ``, ". is not in the table of walls"},
		"the clock is called": {
			"orchestrator/pass.go", "import \"time\"\nvar _ = time.Now()", "orchestrator/pass.go:3 reads time.Now"},
		"the clock is handed on": {
			"sandbox/docker/run.go", "import clock \"time\"\nvar f = clock.Now", "sandbox/docker/run.go:3 reads time.Now"},
		"the clock in disguise": {
			"web/web.go", "import \"time\"\nfunc f(t time.Time) any { return time.Since(t) }", "web/web.go:3 reads time.Since"},
		"the clock behind a dot": {
			"web/web.go", "import . \"time\"", "web/web.go imports time with a dot"},
		"a file that is not Go": {
			"web/web.go", "func {", "web/web.go cannot be parsed"},
	} {
		t.Run(name, func(t *testing.T) {
			_, broken := inspect(fstest.MapFS{c.path: {Data: []byte("package p\n" + c.source)}})
			if len(broken) != 1 || !strings.Contains(broken[0], c.want) {
				t.Errorf("found %q, want one that says %q", broken, c.want)
			}
		})
	}
}

func TestTheWallsLetThroughWhatTheyShould(t *testing.T) {
	read, broken := inspect(fstest.MapFS{
		"cmd/den/serve.go":                  {Data: []byte("package main\nimport (\"time\"; _ \"innovationden/sandbox/docker\"; _ \"os/signal\")\nvar _ = time.Now()")},
		"orchestrator/den/lease.go":         {Data: []byte("package den\nimport (\"time\"; _ \"net/url\"; _ \"net/netip\")\nfunc f(now time.Time) time.Time { return now }")},
		"orchestrator/reconcile.go":         {Data: []byte("package orchestrator\nimport _ \"innovationden/sandbox\"\ntype now struct{ Now int }\nvar time now\nvar _ = time.Now")},
		"web/pages/deeper/page.go":          {Data: []byte("package deeper\nimport (_ \"html/template\"; _ \"innovationden/web/view\"; _ \"github.com/gin-gonic/gin\")")},
		"web/api/api.gen.go":                {Data: []byte("package api\nimport _ \"github.com/oapi-codegen/runtime/strictmiddleware/gin\"")},
		"orchestrator/den/lease_test.go":    {Data: []byte("package den\nimport _ \"os\"")},
		"web/assets/node_modules/x/gyp.go":  {Data: []byte("package x")},
		"sandbox/sample/testdata/broken.go": {Data: []byte("not go")},
		".ci/tools/tools.go":                {Data: []byte("package tools")},
	})
	if read != 5 || len(broken) != 0 {
		t.Errorf("read %d files and found %q, want 5 and nothing", read, broken)
	}
}
