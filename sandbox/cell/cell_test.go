package cell_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"innovationden/sandbox/cell"
)

func prepared(t testing.TB) *cell.Namespace {
	t.Helper()
	n, err := cell.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := n.Prepare(); err != nil {
		t.Fatal(err)
	}
	return n
}

// echo answers every connection on a listener with what it hears.
func echo(t testing.TB, l net.Listener) {
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				// Without the wrappers it would splice, and keep the pipes.
				_, _ = io.Copy(struct{ io.Writer }{conn}, struct{ io.Reader }{conn})
				_ = conn.Close()
			}()
		}
	}()
}

func port(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }

func TestDialReachesEachAddressOfTheCell(t *testing.T) {
	n := prepared(t)
	if err := n.Prepare(); err != nil {
		t.Fatalf("prepare again: %v", err)
	}
	for _, at := range []string{"0.0.0.0:0", "127.0.0.1:0", "[::1]:0", "[::]:0", "100.127.0.1:0"} {
		l, err := n.Listen(netip.MustParseAddrPort(at))
		if err != nil {
			t.Fatalf("%s: %v", at, err)
		}
		echo(t, l)
		conn, err := n.Dial(t.Context(), port(l))
		if err != nil {
			t.Errorf("a listener on %s is not reached: %v", at, err)
			continue
		}
		if _, err := io.WriteString(conn, "hello"); err != nil {
			t.Error(err)
		}
		heard := make([]byte, 5)
		if _, err := io.ReadFull(conn, heard); err != nil || string(heard) != "hello" {
			t.Errorf("%s: heard %q, %v", at, heard, err)
		}
		_ = conn.Close()
	}
}

func TestAVisitorIsNotLoopback(t *testing.T) {
	n := prepared(t)
	l, err := n.Listen(netip.MustParseAddrPort("0.0.0.0:0"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	conn, err := n.Dial(t.Context(), port(l))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	seen, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = seen.Close() }()
	if from := seen.RemoteAddr().(*net.TCPAddr).AddrPort().Addr(); from != cell.Address {
		t.Errorf("the product sees a visitor from %s, want %s", from, cell.Address)
	}
}

func TestCellsDoNotReachEachOtherNorTheHost(t *testing.T) {
	one, two := prepared(t), prepared(t)
	l, err := one.Listen(netip.MustParseAddrPort("0.0.0.0:0"))
	if err != nil {
		t.Fatal(err)
	}
	echo(t, l)
	host, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	echo(t, host)
	for name, p := range map[string]int{"a neighbour": port(l), "the host": port(host)} {
		conn, err := two.Dial(t.Context(), p)
		if err == nil {
			_ = conn.Close()
			t.Fatalf("%s is reached", name)
		}
		var refused *net.OpError
		if !errors.As(err, &refused) || !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
	for control, p := range map[*cell.Namespace]int{one: port(l)} { // the same dial does get somewhere
		conn, err := control.Dial(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
	}
}

func TestADialEndsWithItsContext(t *testing.T) {
	n := prepared(t)
	l, err := n.Listen(netip.AddrPortFrom(cell.Address, 0))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	// Nobody accepts: once the queue is full, a connection stays under way.
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	for range 600 {
		conn, err := n.DialAddr(ctx, cell.Address, netip.AddrPortFrom(cell.Address, uint16(port(l))))
		if err != nil {
			if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%v, want the end of the context", err)
			}
			return
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
	t.Error("600 connections were made to a listener that takes 256")
}

func TestTheHostsNamespaceIsRefused(t *testing.T) {
	for _, pid := range []int{os.Getpid(), os.Getppid()} {
		if n, err := cell.Open(pid); !errors.Is(err, cell.ErrOwn) {
			t.Errorf("process %d: %v, %v", pid, n, err)
		}
	}
	if _, err := cell.Open(math.MaxInt32); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such process: %v", err)
	}
	if err := cell.CanEnter(); err != nil {
		t.Error(err)
	}
}

func TestAClosedNamespaceSaysSo(t *testing.T) {
	n := prepared(t)
	l, err := n.Listen(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	echo(t, l)
	conn, err := n.Dial(t.Context(), port(l))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	for range 2 {
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := n.Dial(t.Context(), port(l)); !errors.Is(err, cell.ErrClosed) {
		t.Errorf("%v, want ErrClosed", err)
	}
	if _, err := io.WriteString(conn, "x"); err != nil {
		t.Errorf("a connection that was there: %v", err)
	}
}

func TestListenersOfTheDenAreNotTheProducts(t *testing.T) {
	n := prepared(t)
	l, err := n.Listen(netip.MustParseAddrPort("0.0.0.0:0"))
	if err != nil {
		t.Fatal(err)
	}
	echo(t, l)
	found, err := n.Listening()
	if err != nil || len(found) != 0 {
		t.Errorf("found %+v, %v", found, err)
	}
}

func TestPacketsStayInTheCell(t *testing.T) {
	n := prepared(t)
	p, err := n.ListenPacket(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	if _, err := p.WriteTo([]byte("self"), p.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	heard := make([]byte, 10)
	size, _, err := p.ReadFrom(heard)
	if err != nil || string(heard[:size]) != "self" {
		t.Errorf("heard %q, %v", heard[:size], err)
	}
	if _, err := p.WriteTo([]byte("out"), &net.UDPAddr{IP: net.IPv4(8, 8, 8, 8), Port: 53}); err == nil {
		t.Error("a packet to an outside address was taken")
	}
}

// Thousands of visits from many goroutines leave no descriptor, and no thread in a
// cell: the host's listener is reached by package net all along.
func TestNothingIsLeftOfVisits(t *testing.T) {
	host, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	echo(t, host)
	n := prepared(t)
	l, err := n.Listen(netip.MustParseAddrPort("0.0.0.0:0"))
	if err != nil {
		t.Fatal(err)
	}
	echo(t, l)
	before := descriptors(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				conn, err := n.Dial(t.Context(), port(l))
				if err != nil {
					t.Error(err)
					return
				}
				_ = conn.Close()
				own, err := net.Dial("tcp", host.Addr().String())
				if err != nil {
					t.Errorf("package net is in a cell: %v", err)
					return
				}
				_ = own.Close()
			}
		})
	}
	wg.Wait()
	deadline := time.Now().Add(5 * time.Second)
	for descriptors(t) > before+2 {
		if time.Now().After(deadline) {
			t.Fatalf("%d descriptors were open, now %d", before, descriptors(t))
		}
		<-time.After(10 * time.Millisecond)
	}
	tasks, err := filepath.Glob("/proc/self/task/*/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	mine, err := os.Readlink("/proc/thread-self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		if where, err := os.Readlink(task); err == nil && where != mine {
			t.Errorf("a thread is in %s", where)
		}
	}
}

func descriptors(t testing.TB) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func BenchmarkDial(b *testing.B) {
	n := prepared(b)
	l, err := n.Listen(netip.MustParseAddrPort("0.0.0.0:0"))
	if err != nil {
		b.Fatal(err)
	}
	echo(b, l)
	for b.Loop() {
		conn, err := n.Dial(b.Context(), port(l))
		if err != nil {
			b.Fatal(err)
		}
		_ = conn.Close()
	}
}
