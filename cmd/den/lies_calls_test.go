package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// engineCalls are the calls of the engine's client that a den makes, and how they are heard.
var engineCalls = map[string]string{
	"ContainerAttach":  "POST /containers/X/attach",
	"ContainerCreate":  "POST /containers/create",
	"ContainerInspect": "GET /containers/X/json",
	"ContainerList":    "GET /containers/json",
	"ContainerLogs":    "GET /containers/X/logs",
	"ContainerPause":   "POST /containers/X/pause",
	"ContainerRemove":  "DELETE /containers/X",
	"ContainerStart":   "POST /containers/X/start",
	"ContainerStop":    "POST /containers/X/stop",
	"ContainerUnpause": "POST /containers/X/unpause",
	"ContainerWait":    "POST /containers/X/wait",
	"CopyToContainer":  "PUT /containers/X/archive",
	"Events":           "GET /events",
	"ImageInspect":     "GET /images/X/json",
	"ImageList":        "GET /images/json",
	"ImageLoad":        "POST /images/load",
	"ImageRemove":      "DELETE /images/X",
	"ImageTag":         "POST /images/X/tag",
	"Info":             "GET /info",
	"NetworkCreate":    "POST /networks/create",
	"NetworkList":      "GET /networks",
	"NetworkRemove":    "DELETE /networks/X",
	"ServerVersion":    "GET /version",
	"VolumeCreate":     "POST /volumes/create",
	"VolumeList":       "GET /volumes",
	"VolumeRemove":     "DELETE /volumes/X",

	"ContainerKill":         "", // only where a holder ends between a look at its sandbox and a start; package docker tries it
	"ContainerStatsOneShot": "", // only where a den does not see the control groups of its engine, which these do
	"ClientVersion":         "", // asks nobody
	"Close":                 "",
}

// Lies are told at every call that is in the program, and at no others: a new one is heard
// in one of the lives, or this fails.
func TestLiesAreToldAtEveryEngineCall(t *testing.T) {
	t.Parallel()
	made := callsIn(t, os.DirFS("../../sandbox/docker"))
	for _, one := range made {
		if _, known := engineCalls[one]; !known {
			t.Errorf("the den calls %s: say in engineCalls how it is heard, and see that one of the lives asks for it", one)
		}
	}
	heard := map[string]bool{"HEAD /_ping": true}
	for name, call := range engineCalls {
		if !slices.Contains(made, name) {
			t.Errorf("nothing calls %s any more", name)
		}
		heard[call] = false
	}
	delete(heard, "")
	d := newDeceived(t, program(t))
	for _, life := range slices.Sorted(maps.Keys(lives)) {
		began := time.Now()
		for _, l := range d.places(t, life) {
			if _, known := heard[l.call]; !known {
				t.Errorf("in the life %q the den asks for %s, which no call stands for", life, l.call)
			}
			heard[l.call] = true
		}
		t.Logf("the life %q took %s", life, time.Since(began).Round(time.Millisecond))
	}
	for call, yes := range heard {
		if !yes {
			t.Errorf("no lie is told at %s: none of the lives asks for it", call)
		}
	}
}

// callsIn are the methods of a runtime's client that a package uses.
func callsIn(t *testing.T, folder fs.FS) (calls []string) {
	t.Helper()
	names, err := fs.Glob(folder, "*.go")
	must(t, err)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := fs.ReadFile(folder, name)
		must(t, err)
		file, err := parser.ParseFile(token.NewFileSet(), name, source, 0)
		must(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if of, ok := n.(*ast.SelectorExpr); ok {
				if client, ok := of.X.(*ast.SelectorExpr); ok && client.Sel.Name == "api" {
					calls = append(calls, of.Sel.Name)
				}
			}
			return true
		})
	}
	slices.Sort(calls)
	return slices.Compact(calls)
}
