package sample_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"
	"golang.org/x/sys/unix"

	"innovationden/sandbox/sample"
)

const testLabel = "innovationden.sample.test"

func rand6(t *testing.T) string {
	t.Helper()
	b := make([]byte, 6)
	if _, err := rand.Read(b); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(b)
}

// engine is the real one, with a label of this run on all that is made.
type engine struct {
	*client.Client
	run string
}

func connect(t *testing.T) engine {
	t.Helper()
	docker, err := client.NewClientWithOpts(client.WithHost("unix:///var/run/docker.sock"), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	e := engine{docker, rand6(t)}
	t.Cleanup(func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		mine, err := e.ContainerList(end, container.ListOptions{All: true, Filters: filters.NewArgs(filters.Arg("label", testLabel+"="+e.run))})
		if err != nil {
			t.Error(err)
		}
		for _, c := range mine {
			if err := e.ContainerRemove(end, c.ID, container.RemoveOptions{Force: true, RemoveVolumes: true}); err != nil {
				t.Error(err)
			}
		}
		_ = e.Close()
	})
	return e
}

// start starts an image as tightly as the den would, and returns its process id.
func (e engine) start(t *testing.T, p sample.Product, id string) (name string, pid int) {
	t.Helper()
	pids := int64(64)
	name = "den-sample-test-" + p.Name + "-" + e.run
	_, err := e.ContainerCreate(t.Context(),
		&container.Config{Image: id, Labels: map[string]string{testLabel: e.run}},
		&container.HostConfig{
			ReadonlyRootfs: true,
			CapDrop:        []string{"ALL"},
			SecurityOpt:    []string{"no-new-privileges"},
			NetworkMode:    "none",
			Resources:      container.Resources{Memory: 64 << 20, MemorySwap: 64 << 20, PidsLimit: &pids},
		}, nil, nil, name)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.ContainerStart(t.Context(), name, container.StartOptions{}); err != nil {
		t.Fatal(err)
	}
	seen, err := e.ContainerInspect(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return name, seen.State.Pid
}

// within returns a client that dials in the network namespace of a process, which is
// how a product without any network is reached.
func within(pid int) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			type result struct {
				conn net.Conn
				err  error
			}
			dialled := make(chan result)
			go func() {
				runtime.LockOSThread() // and never unlocked: the thread dies with its goroutine
				conn, err := dialWithin(pid)
				dialled <- result{conn, err}
			}()
			r := <-dialled
			return r.conn, r.err
		},
	}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func dialWithin(pid int) (net.Conn, error) {
	namespace, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", pid))
	if err != nil {
		return nil, err
	}
	defer func() { _ = namespace.Close() }()
	if err := unix.Setns(int(namespace.Fd()), unix.CLONE_NEWNET); err != nil {
		return nil, err
	}
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(socket), "socket")
	defer func() { _ = file.Close() }()
	if err := unix.Connect(socket, &unix.SockaddrInet4{Port: 8080, Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return nil, err
	}
	return net.FileConn(file)
}

// await asks until the product answers or the test has no more time.
func await(t *testing.T, browser *http.Client, path string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		answer, err := browser.Get("http://product" + path)
		if err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		} else if !errors.Is(err, syscall.ECONNREFUSED) {
			t.Fatal(err)
		}
		select {
		case <-ctx.Done():
			t.Fatalf("no answer: %v", err)
		case <-tick.C:
		}
	}
}

func TestImagesRunOnTheEngine(t *testing.T) {
	e := connect(t)
	executable := open(t, build(t))
	products := sample.Products()
	for _, p := range products {
		if _, err := e.ImageInspect(t.Context(), executable.ImageID(p)); !errdefs.IsNotFound(err) {
			t.Fatalf("control: the image is there before it is loaded: %v", err)
		}
	}
	loaded, err := e.ImageLoad(t.Context(), bytes.NewReader(archive(t, executable, products...)))
	if err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(loaded.Body)
	if err != nil {
		t.Fatal(err)
	}
	_ = loaded.Body.Close()
	for _, p := range products {
		id := executable.ImageID(p)
		t.Cleanup(func() {
			end, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
			defer cancel()
			if _, err := e.ImageRemove(end, id, image.RemoveOptions{Force: true}); err != nil {
				t.Error(err)
			}
		})
	}
	for _, p := range products {
		t.Run(p.Name, func(t *testing.T) {
			id := executable.ImageID(p)
			seen, err := e.ImageInspect(t.Context(), id)
			if err != nil {
				t.Fatalf("the engine does not know it: %v. It said: %s", err, said)
			}
			if seen.ID != id || seen.Architecture != runtime.GOARCH || len(seen.RootFS.Layers) != 1 {
				t.Errorf("the engine has %s for %s with %d layers", seen.ID, seen.Architecture, len(seen.RootFS.Layers))
			}
			name, pid := engine{e.Client, e.run}.start(t, p, id)
			browser := within(pid)
			await(t, browser, p.Path)
			bookOver(t, browser, p)
			stopped(t, e, name)
		})
	}
}

// bookOver books the first free time next week over the wire, by JSON.
func bookOver(t *testing.T, browser *http.Client, p sample.Product) {
	t.Helper()
	next := time.Now().AddDate(0, 0, 7-(int(time.Now().Weekday())+6)%7)
	get := func(path string) (answer map[string]any) {
		r, err := browser.Get("http://product" + path)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(r.Body)
		_ = r.Body.Close()
		read(t, text, &answer)
		return answer
	}
	path, order := "/api/bookings", `{"service":"birth","slot":%q,"name":"Asha","email":"a@example.com","phone":"01632960001"}`
	var body string
	if p.Name == "bookwell" {
		slot := get("/api/slots?" + url.Values{"office": {"hilltop"}, "week": {next.Format(time.DateOnly)}}.Encode())["slots"].([]any)[0]
		body = fmt.Sprintf(order, slot.(map[string]any)["id"])
	} else {
		path, order = "/api/v1/appointments", strings.Replace(order, `"slot"`, `"office":%q,"from"`, 1)
		free := get("/api/v1/availability?service=birth&date=" + next.Format(time.DateOnly))["free"].([]any)[0].(map[string]any)
		body = fmt.Sprintf(order, free["office"], free["from"])
	}
	r, err := browser.Post("http://product"+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	if r.StatusCode != http.StatusCreated {
		t.Errorf("booking %s: status %d", body, r.StatusCode)
	}
}

// stopped sends SIGTERM and expects a clean end that needed no memory beyond its bound.
func stopped(t *testing.T, e engine, name string) {
	t.Helper()
	patience := 10
	began := time.Now()
	if err := e.ContainerStop(t.Context(), name, container.StopOptions{Timeout: &patience}); err != nil {
		t.Fatal(err)
	}
	seen, err := e.ContainerInspect(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if seen.State.ExitCode != 0 || seen.State.OOMKilled || time.Since(began) > 8*time.Second {
		t.Errorf("exit code %d, out of memory %t, after %v", seen.State.ExitCode, seen.State.OOMKilled, time.Since(began))
	}
	log, err := e.ContainerLogs(t.Context(), name, container.LogsOptions{ShowStdout: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	var last string
	for lines := bufio.NewScanner(log); lines.Scan(); {
		last = lines.Text()
	}
	if !strings.Contains(last, "stopped") {
		t.Errorf("its last word is %q", last)
	}
}
