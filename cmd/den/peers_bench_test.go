package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/cell"
	"innovationden/sandbox/sandboxtest"
)

// composeV2 is what .ci/setup bench builds of .ci/peers.
const composeV2 = "../../bin/tools/compose"

// BenchmarkLaunchAgainstPeers takes the time until the same image, with the same bounds,
// gives its first answer: by a den on a waiting cell and by one that keeps it ready, from
// the request to the den; by the bare engine calls on a waiting cell; and by compose,
// docker and podman, from the start of their command. They take turns. A ratio x-NAME is
// the den's time on a waiting cell divided by that of NAME, and warm-x-NAME that of what
// is kept ready: less is better. It needs .ci/setup bench.
func BenchmarkLaunchAgainstPeers(b *testing.B) {
	const claims = 3 // in each round: they are quick, and vary
	c := sandboxtest.ProductConfig()
	c.Volumes, c.Healthcheck, c.Cmd = nil, nil, []string{"serve"}
	archive := sandboxtest.Archive(b, c, nil, map[string][]byte{"product": program(b), "tmp/": nil})
	cold := newLaunches(b, archive, "DEN_TRIALS_SIZE=medium", "DEN_SANDBOXES_WARM_MEMORY=0MB")
	warm := newLaunches(b, archive, "DEN_TRIALS_SIZE=medium", "DEN_SANDBOXES_WARM_MEMORY=1GB")
	times := map[string][]time.Duration{}
	note := func(name string, took time.Duration) { times[name] = append(times[name], took) }
	turns := []turn{
		{"den", func() { note("den", cold.whole()) }},
		{"bare", func() { note("bare", cold.barely()) }},
		{"warm", func() {
			for range claims {
				_, answer := warm.claimed()
				note("warm", answer)
				note("two-syncs", warm.syncs())
			}
		}},
	}
	var others []string
	for _, p := range newPeers(b, archive, cold) {
		others = append(others, p.name)
		turns = append(turns, turn{p.name, func() {
			cold.ready() // and so nobody makes one meanwhile
			note(p.name, p.launch(b))
		}})
	}
	takeTurns(max(b.N, 10), turns, func() { clear(times) })
	middle := func(name string) float64 { return percentile(times[name], 50) }
	for _, name := range append([]string{"den", "bare", "two-syncs"}, others...) {
		b.ReportMetric(middle(name), "ms/"+name)
	}
	b.ReportMetric(middle("den")/middle("bare"), "x-bare")
	for _, name := range others {
		b.ReportMetric(middle("den")/middle(name), "x-"+name)
		b.ReportMetric(middle("warm")/middle(name), "warm-x-"+name)
	}
	b.ReportMetric(middle("warm"), "ms/warm-p50")
	b.ReportMetric(percentile(times["warm"], 99), "ms/warm-p99")
	b.ReportMetric(middle("warm")-middle("two-syncs"), "ms/warm-over-two-syncs")
	b.ReportMetric(0, "ns/op")
}

// otherWay is a program that runs the image, as one command.
type otherWay struct {
	name    string
	start   []string
	remove  func()                      // may be called again
	process func() (pid int, err error) // of the product, once start has ended
}

// newPeers makes ready every program that is compared with a den, for an image that the
// engine has, and podman gets of the archive.
func newPeers(b *testing.B, archive []byte, l *launches) []otherWay {
	b.Helper()
	dir, memory := b.TempDir(), strconv.FormatInt(l.bare.product.HostConfig.Memory, 10)
	cpus := strconv.FormatFloat(float64(l.bare.product.HostConfig.NanoCPUs)/1e9, 'f', -1, 64)
	bounds := func(command ...string) []string { return append(command, "--cpus", cpus, "--memory", memory+"b") }
	name := func() string { return "den-peer-" + lower.EncodeToString(random(6)) }
	by := func(arguments ...string) func() { return func() { command(b, arguments...) } }

	composed := func(title, program string, up ...string) otherWay {
		box := name()
		file := filepath.Join(dir, box+".yaml")
		text := fmt.Sprintf("services:\n  product:\n    container_name: %s\n    image: %q\n    cpus: %s\n    mem_limit: %s\n", box, l.image, cpus, memory)
		must(b, os.WriteFile(file, []byte(text), 0o600))
		compose := []string{program, "--file", file, "--project-name", box}
		return otherWay{title, append(compose[:5:5], up...), by(append(compose[:5:5], "down", "--volumes", "--timeout", "0")...), l.processOf(box)}
	}
	box, pod, number := name(), name(), filepath.Join(dir, "pid")
	dockerRun := bounds("docker", "run", "--detach", "--name", box)
	podmanRun := bounds("podman", "run", "--detach", "--name", pod, "--pidfile", number, "--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096")
	all := []otherWay{
		composed("compose-v2", composeV2, "up", "--wait", "--pull", "never"),
		composed("compose-v2-detached", composeV2, "up", "--detach", "--pull", "never"),
		composed("compose-1.29", "docker-compose", "up", "--detach"),
		{"docker-run", append(dockerRun, l.image), func() { must(b, l.bare.take(context.Background(), box)) }, l.processOf(box)},
		{"podman-run", append(podmanRun, podmanImage(b, dir, archive)), by("podman", "rm", "--force", "--ignore", "--time", "0", pod), processIn(number)},
	}
	for _, p := range all {
		b.Cleanup(p.remove)
	}
	return all
}

// podmanImage gives podman the image of an archive, until the end.
func podmanImage(b *testing.B, dir string, archive []byte) string {
	b.Helper()
	file := filepath.Join(dir, "image.tar")
	must(b, os.WriteFile(file, archive, 0o600))
	_, image, ok := strings.Cut(command(b, "podman", "load", "--quiet", "--input", file), "Loaded image: ")
	if !ok {
		b.Fatal("podman does not say what it loaded")
	}
	b.Cleanup(func() { command(b, "podman", "rmi", image) })
	return image
}

// command runs a program and gives what it said.
func command(b *testing.B, arguments ...string) string {
	b.Helper()
	path, err := exec.LookPath(arguments[0])
	if err != nil {
		b.Fatalf("%v: run .ci/setup bench", err)
	}
	said, err := exec.Command(path, arguments[1:]...).CombinedOutput()
	if err != nil {
		b.Fatalf("%v: %v\n%s", arguments, err, said)
	}
	return strings.TrimSpace(string(said))
}

// processOf knows the first process of a container of the engine, which has the bounds of
// the den's.
func (l *launches) processOf(name string) func() (int, error) {
	return func() (int, error) {
		seen, err := l.bare.api.ContainerInspect(context.Background(), name)
		if err != nil {
			return 0, err
		}
		if want := l.bare.product.HostConfig; seen.HostConfig.Memory != want.Memory || seen.HostConfig.NanoCPUs != want.NanoCPUs {
			return 0, fmt.Errorf("%s has other bounds than a sandbox: %+v", name, seen.HostConfig.Resources)
		}
		return seen.State.Pid, nil
	}
}

// processIn reads the file that podman writes.
func processIn(file string) func() (int, error) {
	return func() (int, error) {
		text, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		return strconv.Atoi(strings.TrimSpace(string(text)))
	}
}

// launch takes the time from the start of the command, to the first answer after its end.
func (p otherWay) launch(b *testing.B) time.Duration {
	b.Helper()
	began := time.Now()
	command(b, p.start...)
	pid, err := p.process()
	must(b, err)
	space, err := cell.Open(pid)
	must(b, err)
	must(b, firstAnswer(b.Context(), loopbackOf{space}, ""))
	took := time.Since(began)
	must(b, space.Close())
	p.remove()
	return took
}

// loopbackOf asks at the loopback of a container. It is quicker than any published port,
// and nothing leaves the container.
type loopbackOf struct{ *cell.Namespace }

func (l loopbackOf) Dial(ctx context.Context, _ sandbox.ID, port int) (net.Conn, error) {
	return l.DialAddr(ctx, netip.Addr{}, netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port)))
}
