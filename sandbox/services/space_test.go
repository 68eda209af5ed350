package services_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"innovationden/sandbox/cell"
	"innovationden/sandbox/services"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// loopback is a space on the host's own loopback: each port of a cell is a free one.
type loopback struct {
	mu  sync.Mutex
	tcp map[uint16]string
	udp map[uint16]string
}

func (l *loopback) Listen(at netip.AddrPort) (net.Listener, error) {
	s, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.tcp[at.Port()] = s.Addr().String()
	}
	return s, err
}

func (l *loopback) ListenPacket(at netip.AddrPort) (net.PacketConn, error) {
	s, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err == nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.udp[at.Port()] = s.LocalAddr().String()
	}
	return s, err
}

func (l *loopback) dial(t testing.TB, network string, port uint16) net.Conn {
	t.Helper()
	at := l.tcp[port]
	if network == "udp" {
		at = l.udp[port]
	}
	conn, err := net.Dial(network, at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

// config is an offer of everything, to a sandbox of two services.
func config() services.Config {
	return services.Config{
		Names: map[string][]netip.Addr{
			"sandbox": {cell.Address}, "web": {cell.Address}, "db": {addr("10.1.2.3"), addr("fd00::3")}, "empty": nil,
		},
		Mail: true, Now: time.Now,
	}
}

func open(t testing.TB, c services.Config) (*services.Offer, *loopback) {
	t.Helper()
	space := &loopback{tcp: map[uint16]string{}, udp: map[uint16]string{}}
	o, err := services.Open(t.Context(), space, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Close)
	return o, space
}

// prepared is a real, private network namespace.
func prepared(t testing.TB) *cell.Namespace {
	t.Helper()
	n, err := cell.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.Close() })
	if err := n.Prepare(); err != nil {
		t.Fatal(err)
	}
	return n
}

// resolver is a folder of settings that make 127.0.0.1 the resolver, for a child.
const settings = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"

// inside runs a command in a namespace of the network, with a resolv.conf and hosts
// of its own in a private namespace of mounts. The thread is never used again.
func inside(t testing.TB, n *cell.Namespace, name string, args ...string) (output string, took time.Duration, err error) {
	t.Helper()
	folder := t.TempDir()
	for file, text := range map[string]string{"resolv.conf": settings, "hosts": "127.0.0.1 localhost\n", "nsswitch.conf": "hosts: files dns\n"} {
		if err := os.WriteFile(folder+"/"+file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	done := make(chan struct{})
	go apart(t, n, folder, func() {
		defer close(done)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		began := time.Now()
		var b []byte
		b, err = exec.CommandContext(ctx, name, args...).CombinedOutput()
		output, took = strings.TrimSpace(string(b)), time.Since(began)
	}, done)
	<-done
	return output, took, err
}

func apart(t testing.TB, n *cell.Namespace, folder string, run func(), done chan struct{}) {
	runtime.LockOSThread()
	if unix.Gettid() == unix.Getpid() { // the first thread of the process never ends
		defer runtime.UnlockOSThread()
		go apart(t, n, folder, run, done)
		<-done
		return
	}
	if err := enter(n, folder); err != nil {
		t.Errorf("enter the namespace: %v", err)
		close(done)
		return
	}
	run()
}

// enter finds the namespace among the descriptors of this process, by its inode.
func enter(n *cell.Namespace, folder string) error {
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	want := fmt.Sprintf("net:[%d]", n.Inode())
	for _, one := range all {
		path := "/proc/self/fd/" + one.Name()
		if link, err := os.Readlink(path); err != nil || link != want {
			continue
		}
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return err
		}
		defer func() { _ = unix.Close(fd) }()
		if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_FS); err != nil {
			return err
		}
		if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			return err
		}
		for _, file := range []string{"resolv.conf", "hosts", "nsswitch.conf"} {
			if err := unix.Mount(folder+"/"+file, "/etc/"+file, "", unix.MS_BIND, ""); err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
		}
		return unix.Setns(fd, unix.CLONE_NEWNET)
	}
	return fmt.Errorf("no descriptor leads to %s", want)
}
