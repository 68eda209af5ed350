package sandbox_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"innovationden/sandbox"
)

var limits = sandbox.Limits{Memory: 512 << 20, CPU: 500, Pids: 128, Files: 4096, Tmp: 64 << 20, Disk: 256 << 20, Log: 4 << 20}

func stack() sandbox.Spec {
	image := "sha256:" + strings.Repeat("a", 64)
	return sandbox.Spec{
		ID: "abc", Limits: limits, Network: sandbox.Private, Volumes: []sandbox.Volume{{Name: "data", Bytes: 1 << 20}},
		Services: []sandbox.Service{
			{
				Name: "db", Image: image, Profile: sandbox.Standard, Mounts: []sandbox.Mount{{Volume: "data", Path: "/data"}},
				Health: &sandbox.Health{Test: []string{"CMD", "ok"}, Interval: time.Second, Timeout: time.Second, Retries: 3},
			},
			{
				Name: "web", Image: image, Profile: sandbox.Strict, DependsOn: []sandbox.Dependency{{Service: "db", Condition: sandbox.Healthy}},
				Tmpfs: []sandbox.Place{{Path: "/cache", Bytes: 1 << 20}}, Files: []sandbox.File{{Path: "/etc/web.conf", Content: []byte("x"), Mode: 0o444}},
				Ports: []int{8080}, Restart: sandbox.Restart{When: sandbox.Always, Tries: 3}, StopSignal: "SIGINT", StopGrace: time.Second,
				Share: sandbox.Share{Memory: 128 << 20},
			},
		},
	}
}

func TestAStackIsASpecification(t *testing.T) {
	if err := stack().Check(); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsWrongInAStackIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		change func(s *sandbox.Spec)
		want   string
	}{
		"a network of its own":     {func(s *sandbox.Spec) { s.Network = "host" }, `not "host"`},
		"a volume called badly":    {func(s *sandbox.Spec) { s.Volumes[0].Name = "a/b" }, `not "a/b"`},
		"a volume called holder":   {func(s *sandbox.Spec) { s.Volumes[0].Name = "holder" }, "belongs to the cell"},
		"a volume without bound":   {func(s *sandbox.Spec) { s.Volumes[0].Bytes = 0 }, "4096 to 268435456 bytes"},
		"a volume too large":       {func(s *sandbox.Spec) { s.Volumes[0].Bytes = 1 << 40 }, "4096 to 268435456 bytes"},
		"two volumes of one name":  {func(s *sandbox.Spec) { s.Volumes = append(s.Volumes, s.Volumes[0]) }, "name of its own"},
		"a volume that is missing": {func(s *sandbox.Spec) { s.Volumes = nil }, `no volume "data"`},
		"a volume at /proc":        {func(s *sandbox.Spec) { s.Services[0].Mounts[0].Path = "/proc" }, "cannot be at /proc"},
		"two things at one place":  {func(s *sandbox.Spec) { s.Services[1].Files[0].Path = "/cache" }, "two things are to be at /cache"},
		"memory without bound":     {func(s *sandbox.Spec) { s.Services[1].Tmpfs[0].Bytes = 0 }, "4096 to 67108864 bytes"},
		"a set-user-id file":       {func(s *sandbox.Spec) { s.Services[1].Files[0].Mode = 0o4755 }, "not one of permissions"},
		"waiting for nobody":       {func(s *sandbox.Spec) { s.Services[1].DependsOn[0].Service = "x" }, `depends on "x"`},
		"waiting without a check":  {func(s *sandbox.Spec) { s.Services[0].Health = nil }, "no health check"},
		"an unknown condition":     {func(s *sandbox.Spec) { s.Services[1].DependsOn[0].Condition = "happy" }, `"happy" is not known`},
		"waiting in a circle": {func(s *sandbox.Spec) {
			s.Services[0].DependsOn = []sandbox.Dependency{{Service: "web", Condition: sandbox.Started}}
		}, "waits for itself"},
		"a busy check":             {func(s *sandbox.Spec) { s.Services[0].Health.Interval = time.Millisecond }, "out of bounds"},
		"a check of nothing":       {func(s *sandbox.Spec) { s.Services[0].Health.Test = []string{"CMD"} }, "CMD or CMD-SHELL"},
		"a signal that stops none": {func(s *sandbox.Spec) { s.Services[1].StopSignal = "SIGSTOP" }, "not a stop signal"},
		"a stop without end":       {func(s *sandbox.Spec) { s.Services[1].StopGrace = time.Hour }, "not 1h"},
		"restarts without end":     {func(s *sandbox.Spec) { s.Services[1].Restart.Tries = 0 }, "1 to 10 times"},
		"too much together":        {func(s *sandbox.Spec) { s.Services[0].Share.Memory = 400 << 20 }, "more memory"},
		"less than nothing":        {func(s *sandbox.Spec) { s.Services[0].Share.CPU = -1 }, "less than nothing"},
		"a name of another":        {func(s *sandbox.Spec) { s.Services[0].Aliases = []string{"a b"} }, `not "a b"`},
		"a port of no use":         {func(s *sandbox.Spec) { s.Services[1].Ports = []int{70000} }, "not 70000"},
		"nobody to answer":         {func(s *sandbox.Spec) { s.Front = "x" }, `no service "x"`},
		"a user who is root": {func(s *sandbox.Spec) {
			s.Services[1].Profile, s.Services[1].User = sandbox.Strict, "-0" // an engine reads it as 0
		}, "not a user"},
		"a user past the last": {func(s *sandbox.Spec) { s.Services[1].User = "4294967296" }, "not a user"},
		"a folder of no root":  {func(s *sandbox.Spec) { s.Services[1].WorkingDir = ".." }, "absolute path"},
	} {
		t.Run(name, func(t *testing.T) {
			s := stack()
			c.change(&s)
			err := s.Check()
			if !errors.Is(err, sandbox.ErrSpec) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("said %v, want %s", err, c.want)
			}
		})
	}
}

// What services do not name for themselves they share, and together it is all there is.
func TestSharesDivideTheLimits(t *testing.T) {
	s := stack()
	s.Services = append(s.Services, s.Services[0])
	got := s.Shares()
	want := []sandbox.Share{{192 << 20, 166, 42}, {128 << 20, 166, 42}, {192 << 20, 166, 42}}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("service %d has %+v, want %+v", i, got[i], want[i])
		}
	}
}

// The hash of a specification without a stack is what it was before stacks: sandboxes
// that run through an upgrade are still known by it.
func TestTheHashOfOneContainerStays(t *testing.T) {
	s := sandbox.Spec{ID: "abc", Limits: limits, Services: []sandbox.Service{{Name: "product", Image: "sha256:" + strings.Repeat("a", 64), Profile: sandbox.Strict}}}
	const before = "7be21eb390dc1488ffd6c8774fcd02842ce068b68d1c275838c8c716d7c191a0"
	if got := s.Hash(); got != before {
		t.Errorf("the hash is %s", got)
	}
	s.Services[0].Ports = []int{80}
	if s.Hash() == before {
		t.Error("a stack's part does not count")
	}
}
