package docker

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/moby/profiles/seccomp"

	"innovationden/sandbox"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Every field of every HostConfig is in its golden file, set or not, so that a new
// field of the client is a difference that somebody has to look at.
func TestHostConfigIsGolden(t *testing.T) {
	r := &Runtime{ours: ours{"golden"}, seccomp: profile(t)}
	image := sandbox.Image{Volumes: []string{"/var/lib/data"}, User: "1000"}
	limits := sandbox.Limits{Memory: 512 << 20, CPU: 500, Pids: 128, Files: 1024, Tmp: 64 << 20, Disk: 256 << 20, Log: 1 << 20}
	net := private{id: "network", subnet: subnetAt(3)}
	with := func(s sandbox.Service, n sandbox.Network, quota bool) *container.HostConfig {
		spec := sandbox.Spec{ID: "abc", Services: []sandbox.Service{s}, Limits: limits, Network: n, Volumes: []sandbox.Volume{{Name: "data", Bytes: 1 << 20}}}
		files := staged{map[string]map[string]string{"web": {"/etc/web.conf": "/engine/files/0-0"}}}
		l := &launch{r: r, spec: spec, images: []sandbox.Image{image}, files: files, net: net}
		h, err := l.hostOf(0, quota)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	of := func(p sandbox.Profile, quota bool) *container.HostConfig {
		return with(sandbox.Service{Name: "web", Image: "sha256:0", Profile: p, Volumes: []string{"/work"}}, "", quota)
	}
	full := func(p sandbox.Profile) *container.HostConfig {
		return with(sandbox.Service{
			Name: "web", Image: "sha256:0", Profile: p, Volumes: []string{"/work"}, Init: true, Shm: 1 << 20, ReadOnly: true,
			Mounts: []sandbox.Mount{{Volume: "data", Path: "/data"}}, Tmpfs: []sandbox.Place{{Path: "/cache", Bytes: 8192, Mode: 0o700}},
			Files: []sandbox.File{{Path: "/etc/web.conf"}},
		}, sandbox.Private, false)
	}
	for name, h := range map[string]*container.HostConfig{
		"strict-private":         with(sandbox.Service{Name: "web", Image: "sha256:0", Profile: sandbox.Strict}, sandbox.Private, false),
		"standard-private":       with(sandbox.Service{Name: "web", Image: "sha256:0", Profile: sandbox.Standard}, sandbox.Private, false),
		"standard-private-quota": with(sandbox.Service{Name: "web", Image: "sha256:0", Profile: sandbox.Standard}, sandbox.Private, true),
		"strict-private-full":    full(sandbox.Strict), "standard-private-full": full(sandbox.Standard),
		"holder-private": r.privateHolderHost(net), "stage": r.stageHost("abc", map[string]string{"volume.data": "/v/0"}),
		"strict-cell": of(sandbox.Strict, false), "standard-cell": of(sandbox.Standard, false),
		"standard-cell-quota": of(sandbox.Standard, true), "holder": r.holderHost(),
	} {
		t.Run(name, func(t *testing.T) {
			for i, o := range h.SecurityOpt {
				if strings.HasPrefix(o, "seccomp=") {
					h.SecurityOpt[i] = fmt.Sprintf("seccomp=sha256:%x", sha256.Sum256([]byte(o[len("seccomp="):])))
				}
			}
			var b strings.Builder
			dump(&b, "", reflect.ValueOf(*h))
			golden(t, name, b.String())
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the HostConfig differs from %s (run with -update to accept):\n%s", path, difference(string(want), got))
	}
}

func dump(b *strings.Builder, at string, v reflect.Value) {
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			dump(b, at+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			dump(b, fmt.Sprintf("%s[%d]", at, i), v.Index(i))
		}
		if v.Len() == 0 {
			_, _ = fmt.Fprintf(b, "%s = none\n", at)
		}
	default:
		_, _ = fmt.Fprintf(b, "%s = %v\n", at, v.Interface())
	}
}

func difference(want, got string) string {
	var b strings.Builder
	for _, side := range []struct{ sign, have, other string }{{"-", want, got}, {"+", got, want}} {
		for _, l := range strings.Split(side.have, "\n") {
			if !strings.Contains("\n"+side.other, "\n"+l+"\n") {
				_, _ = fmt.Fprintln(&b, side.sign, l)
			}
		}
	}
	return b.String()
}

func profile(t *testing.T) string {
	t.Helper()
	p, err := seccompProfile()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// How a private network is made is golden too.
func TestNetworkIsGolden(t *testing.T) {
	var b strings.Builder
	dump(&b, "", reflect.ValueOf(ours{"golden"}.network("abc", subnetAt(3))))
	golden(t, "network", b.String())
}

// The profile is what the library says is current, so these are looked at by name.
func TestTheProfileLetsNeitherVsockNorIoUringThrough(t *testing.T) {
	const vsock, alg = 40, 38
	p := seccomp.DefaultProfile()
	if p.DefaultAction != "SCMP_ACT_ERRNO" {
		t.Errorf("what is not named is %s", p.DefaultAction)
	}
	for _, rule := range p.Syscalls {
		if rule.Action != "SCMP_ACT_ALLOW" {
			continue
		}
		for _, n := range rule.Names {
			if strings.HasPrefix(n, "io_uring") {
				t.Errorf("%s is let through", n)
			}
			if n != "socket" || rule.Includes != nil && len(rule.Includes.Caps) > 0 {
				continue
			}
			if len(rule.Args) != 1 || rule.Args[0].Index != 0 {
				t.Errorf("socket is let through without a look at its domain: %+v", rule)
				continue
			}
			for _, domain := range []uint64{vsock, alg} {
				a := rule.Args[0]
				if a.Op == "SCMP_CMP_EQ" && a.Value == domain || a.Op == "SCMP_CMP_LT" && domain < a.Value {
					t.Errorf("sockets of domain %d are let through", domain)
				} else if a.Op != "SCMP_CMP_EQ" && a.Op != "SCMP_CMP_LT" {
					t.Errorf("a rule compares by %s", a.Op)
				}
			}
		}
	}
}
