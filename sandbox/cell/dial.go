package cell

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Address is the cell's own: Prepare puts it on loopback. It is of the range that
// RFC 6598 keeps for carriers, so that it is neither loopback nor an address that a
// product may take for its own network. Every cell has the same, for none can reach
// another.
var Address = netip.AddrFrom4([4]byte{100, 127, 0, 1})

// Dial opens a TCP connection to a port of the namespace: to and from the cell's own
// address, then to 127.0.0.1 and to ::1 for products that listen there alone.
// Where nothing accepts, the error is a *net.OpError. It waits as long as ctx lets it.
func (n *Namespace) Dial(ctx context.Context, port int) (net.Conn, error) {
	if port < 1 || port > 65535 {
		return nil, opError(netip.AddrPortFrom(Address, 0), fmt.Errorf("%d is not a port", port))
	}
	var failed error
	for _, to := range []netip.Addr{Address, netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()} {
		from := netip.Addr{}
		if to == Address {
			from = Address
		}
		conn, err := n.DialAddr(ctx, from, netip.AddrPortFrom(to, uint16(port)))
		if err == nil {
			return conn, nil
		}
		// The first reason is the best, unless it was only that a part of the cell
		// has no such address.
		if failed == nil || errors.Is(failed, unix.EADDRNOTAVAIL) {
			failed = err
		}
		if ctx.Err() != nil || errors.Is(err, ErrClosed) {
			break
		}
	}
	return nil, failed
}

// DialAddr opens a TCP connection inside the namespace from one address (any where
// it is the zero Addr) to another. Where nothing accepts, the error is a *net.OpError.
func (n *Namespace) DialAddr(ctx context.Context, from netip.Addr, to netip.AddrPort) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, opError(to, err)
	}
	fd, err := n.socket(to.Addr(), unix.SOCK_STREAM)
	if err != nil {
		return nil, opError(to, err)
	}
	if from.IsValid() {
		if err := unix.Bind(fd, sockaddr(netip.AddrPortFrom(from, 0))); err != nil {
			_ = unix.Close(fd)
			return nil, opError(to, os.NewSyscallError("bind", err))
		}
	}
	err = unix.Connect(fd, sockaddr(to))
	file := os.NewFile(uintptr(fd), "cell")
	defer func() { _ = file.Close() }() // FileConn has a descriptor of its own
	if errors.Is(err, unix.EINPROGRESS) {
		err = connected(ctx, file)
	}
	if err != nil {
		return nil, opError(to, os.NewSyscallError("connect", err))
	}
	conn, err := net.FileConn(file)
	if err != nil {
		return nil, opError(to, err)
	}
	return conn, nil
}

// connected waits for the end of a connect that is under way.
func connected(ctx context.Context, file *os.File) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = file.SetWriteDeadline(time.Unix(1, 0)) })
	defer stop()
	var result error
	err = raw.Write(func(fd uintptr) bool {
		code, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
		switch {
		case err != nil:
			result = err
			return true
		case code != 0:
			result = unix.Errno(code)
			return true
		}
		_, err = unix.Getpeername(int(fd))
		result = err
		return !errors.Is(err, unix.ENOTCONN)
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.Join(err, result)
}

// socket makes a bare socket in the namespace.
func (n *Namespace) socket(to netip.Addr, kind int) (fd int, err error) {
	family := unix.AF_INET
	if to.Is6() && !to.Is4In6() {
		family = unix.AF_INET6
	}
	err = n.inside(func() error {
		var err error
		fd, err = unix.Socket(family, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		return os.NewSyscallError("socket", err)
	})
	if err != nil && fd > 0 {
		_ = unix.Close(fd) // it was made, but the thread could not come back
	}
	return fd, err
}

func sockaddr(a netip.AddrPort) unix.Sockaddr {
	ip := a.Addr().Unmap()
	if ip.Is4() {
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: ip.As4()}
	}
	return &unix.SockaddrInet6{Port: int(a.Port()), Addr: ip.As16()}
}

func opError(to netip.AddrPort, err error) error {
	return &net.OpError{Op: "dial", Net: "tcp", Addr: net.TCPAddrFromAddrPort(to), Err: err}
}
