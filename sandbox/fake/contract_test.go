package fake_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/fake"
	"innovationden/sandbox/sandboxtest"
)

func harness(t *testing.T) sandboxtest.Harness {
	r := fake.New(time.Now)
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	use := sandbox.Use{Memory: 1 << 20, Pids: 3}
	modes := map[sandboxtest.Mode]fake.Behaviour{
		sandboxtest.Serves:      {Handler: hello, Use: use},
		sandboxtest.ServesLocal: {Handler: hello, Use: use},
		sandboxtest.Silent:      {Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })},
		sandboxtest.ExitsAtOnce: {Exits: true, ExitCode: 3, Log: "giving up\n"},
		sandboxtest.Succeeds:    {Exits: true},
		sandboxtest.NeverSpeaks: {NeverListens: true},
		sandboxtest.Elsewhere:   {Handler: hello, OtherPort: sandboxtest.OtherPort},
		sandboxtest.Late:        {Handler: hello, ListensAfter: 50 * time.Millisecond},
		sandboxtest.Stubborn:    {Handler: hello, RemoveTakes: 20 * time.Millisecond},
	}
	t.Cleanup(func() {
		if v := r.Violations(); t.Name() != "TestContract/another_specification_of_the_same_sandbox_is_refused" && len(v) > 0 {
			t.Errorf("violations: %v", v)
		}
	})
	return sandboxtest.Harness{
		Runtime: r, Images: r, Patience: 10 * time.Second,
		Service: func(_ testing.TB, m sandboxtest.Mode) sandbox.Service {
			i := sandbox.Image{Names: []string{"product:" + string(m)}, Ports: []int{sandboxtest.Port}, Size: 1}
			found, err := r.Image(t.Context(), i.Names[0])
			if err != nil {
				found.ID = r.AddImage(i, modes[m])
			}
			return sandbox.Service{Name: "product", Image: found.ID, Profile: sandbox.Strict}
		},
		Reboot: func(testing.TB) sandbox.Runtime { r.Reboot(); return r },
		Other:  func(testing.TB) sandbox.Runtime { return r.As("theirs") },
		StopHolder: func(_ testing.TB, id sandbox.ID) {
			r.StopHolder(id)
		},
		StopAll:      func(testing.TB, sandbox.ID) { r.RestartEngine() },
		Vanish:       func(_ testing.TB, id sandbox.ID) { r.Vanish(id) },
		VanishHolder: func(_ testing.TB, id sandbox.ID) { r.VanishHolder(id) },
	}
}

func TestContract(t *testing.T) { sandboxtest.Run(t, harness) }
