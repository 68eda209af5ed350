package gateway_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/docker"
	"innovationden/sandbox/sandboxtest"
	"innovationden/web/gateway"
)

// peers are configurations of the programs that are compared with the gateway; each
// takes the port to listen on and the address to pass on to.
var peers = map[string]struct {
	arguments []string // after the name; FILE is the configuration
	text      string
}{
	"nginx": {[]string{"-e", "stderr", "-c", "FILE"}, `daemon off; pid FILE.pid; user root; worker_processes auto; error_log stderr crit;
events { worker_connections 4096; }
http { access_log off; map $http_upgrade $hop { default upgrade; '' ''; } client_body_temp_path FILE.body; proxy_temp_path FILE.proxy; fastcgi_temp_path FILE.f; uwsgi_temp_path FILE.u; scgi_temp_path FILE.s;
  upstream product { server TO; keepalive 64; keepalive_requests 100000000; }
  server { listen 127.0.0.1:PORT; keepalive_requests 100000000;
    location / { proxy_pass http://product; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $hop; proxy_set_header Host $host; proxy_max_temp_file_size 0; } } }
`},
	"haproxy": {[]string{"-db", "-q", "-f", "FILE"}, `defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
frontend visitors
  bind 127.0.0.1:PORT
  default_backend product
backend product
  http-reuse always
  server product TO
`},
	"caddy": {[]string{"run", "--adapter", "caddyfile", "--config", "FILE"}, `{
  admin off
  auto_https off
}
http://:PORT {
  bind 127.0.0.1
  reverse_proxy TO {
    transport http {
      keepalive_idle_conns_per_host 64
    }
  }
}
`},
}

// BenchmarkAgainstPeers takes the time of requests through the gateway, to a product in a
// cell, and through nginx, haproxy and caddy, to the same product in a container on a
// bridge. They take turns, so that a busy machine is busy for all; a ratio above 1 says
// that the gateway answers more in the same time. It needs those programs and an engine:
// .ci/setup bench. The gateway shares its process with the visitors and the peers do not,
// which on a machine with other work costs the gateway a share of the processors.
func BenchmarkAgainstPeers(b *testing.B) {
	ways := everyWay(b)
	for _, c := range []struct{ size, conns, requests int }{{1 << 10, 64, 3000}, {1 << 10, 1, 600}, {1 << 20, 64, 200}, {1 << 20, 1, 60}} {
		b.Run(fmt.Sprintf("%dKiB/%d", c.size>>10, c.conns), func(b *testing.B) {
			compare(b, ways, c.requests, "requests/s", func(w way) { share(b, c.requests, w.address, w.cookie, c.size, c.conns) })
		})
	}
}

// everyWay is the gateway with a product in a cell, and the peers with the same on a
// bridge; "none" reaches that without anybody between.
func everyWay(b *testing.B) []way {
	r, err := docker.Open(docker.Config{Installation: "bench-" + string(sandboxtest.NewID(b)), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	must(b, err)
	b.Cleanup(func() { must(b, r.Close()) })
	image := sandboxtest.LoadImage(b, r, sandboxtest.Config{Entrypoint: []string{"/product"}}, sandboxtest.Program(b.Context(), b, "innovationden/sandbox/sandboxtest/testdata/answers"))
	b.Cleanup(func() { must(b, r.Drop(context.Background(), image.ID)) })
	d := newDen(b, nil, func(o *gateway.Options) { o.Dialer = cellDialer{r} })
	d.set(route("acme", "lease1", string(inCell(b, r, image)), gateway.Live))
	to := onBridge(b, image)
	ways := []way{{"gateway", d.address, d.visit("acme", ann)}, {"none", to, ""}}
	for name := range peers {
		ways = append(ways, way{name, peer(b, name, to), ""})
	}
	return ways
}

type way struct{ name, address, cookie string }

// compare has each way do the same again and again, in turn, and reports the ratio of
// the middle times.
func compare(b *testing.B, ways []way, count int, unit string, work func(way)) {
	times := map[string][]time.Duration{}
	for round := range max(b.N, 9) {
		for n := range ways {
			w := ways[(round+n)%len(ways)]
			began := time.Now()
			work(w)
			times[w.name] = append(times[w.name], time.Since(began))
		}
	}
	middle := func(name string) float64 {
		all := slices.Sorted(slices.Values(times[name]))
		return all[len(all)/2].Seconds()
	}
	for _, w := range ways {
		if w.name != "gateway" {
			b.ReportMetric(middle(w.name)/middle("gateway"), "x-"+w.name)
		}
	}
	b.ReportMetric(float64(count)/middle("gateway"), unit)
	b.ReportMetric(0, "ns/op")
}

type cellDialer struct{ *docker.Runtime }

func (d cellDialer) Dial(ctx context.Context, id string, port int) (net.Conn, error) {
	return d.Runtime.Dial(ctx, sandbox.ID(id), port)
}

func inCell(b *testing.B, r *docker.Runtime, image sandbox.Image) sandbox.ID {
	ctx := context.Background()
	s := sandboxtest.Spec(sandboxtest.NewID(b), sandbox.Service{Name: "product", Image: image.ID, Profile: sandbox.Strict})
	must(b, r.Hold(ctx, s.ID))
	b.Cleanup(func() { must(b, r.Remove(ctx, s.ID)) })
	must(b, r.Start(ctx, s))
	_, err := sandbox.AwaitAnswer(ctx, r, s.ID, sandbox.Probe{Port: sandboxtest.Port, Path: "/"}, sandbox.Asking{Every: time.Millisecond, Patience: time.Second})
	must(b, err)
	return s.ID
}

func onBridge(b *testing.B, image sandbox.Image) string {
	command := func(arguments ...string) string {
		said, err := exec.Command("docker", arguments...).CombinedOutput()
		if err != nil {
			b.Fatalf("docker %v: %v\n%s", arguments, err, said)
		}
		return strings.TrimSpace(string(said))
	}
	id := command("run", "--detach", "--cpus", "1", "--memory", "64m", image.ID) // as sandboxtest.Limits
	b.Cleanup(func() { command("rm", "--force", id) })
	address := net.JoinHostPort(command("inspect", "--format", "{{.NetworkSettings.IPAddress}}", id), strconv.Itoa(sandboxtest.Port))
	answers(b, address)
	return address
}

// peer starts one and gives its address.
func peer(b *testing.B, name, to string) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(b, err)
	address := listener.Addr().String()
	must(b, listener.Close())
	_, port, err := net.SplitHostPort(address)
	must(b, err)
	file := filepath.Join(b.TempDir(), "peer")
	fill := strings.NewReplacer("PORT", port, "TO", to, "FILE", file)
	must(b, os.WriteFile(file, []byte(fill.Replace(peers[name].text)), 0o600))
	arguments := slices.Clone(peers[name].arguments)
	for n := range arguments {
		arguments[n] = fill.Replace(arguments[n])
	}
	process := exec.Command(name, arguments...)
	process.Env = append(os.Environ(), "HOME="+b.TempDir(), "PATH="+os.Getenv("PATH")+":/usr/sbin")
	process.Stderr = b.Output()
	if err := process.Start(); err != nil {
		b.Fatalf("%v: run .ci/setup bench", err)
	}
	b.Cleanup(func() {
		_ = process.Process.Signal(os.Interrupt)
		_ = process.Wait() // it was told to end
	})
	answers(b, address)
	return address
}

// answers waits until somebody listens.
func answers(b *testing.B, address string) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			b.Fatal(err)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
