package cell

import (
	"fmt"
	"net"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// backlog is how many connections may wait to be accepted.
const backlog = 256

// Listen opens a TCP listener inside the namespace. Port 0 takes a free one. It
// survives the namespace's processes, not the den's.
func (n *Namespace) Listen(at netip.AddrPort) (net.Listener, error) {
	file, err := n.bound(at, unix.SOCK_STREAM)
	if err != nil {
		return nil, fmt.Errorf("listen on %s in a cell: %w", at, err)
	}
	defer func() { _ = file.Close() }()
	if err := control(file, func(fd int) error { return unix.Listen(fd, backlog) }); err != nil {
		return nil, fmt.Errorf("listen on %s in a cell: %w", at, os.NewSyscallError("listen", err))
	}
	l, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("listen on %s in a cell: %w", at, err)
	}
	return l, nil
}

// ListenPacket opens a UDP socket inside the namespace.
func (n *Namespace) ListenPacket(at netip.AddrPort) (net.PacketConn, error) {
	file, err := n.bound(at, unix.SOCK_DGRAM)
	if err != nil {
		return nil, fmt.Errorf("listen on %s in a cell: %w", at, err)
	}
	defer func() { _ = file.Close() }()
	p, err := net.FilePacketConn(file)
	if err != nil {
		return nil, fmt.Errorf("listen on %s in a cell: %w", at, err)
	}
	return p, nil
}

func (n *Namespace) bound(at netip.AddrPort, kind int) (*os.File, error) {
	fd, err := n.socket(at.Addr(), kind)
	if err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(fd), "cell")
	// Over TCP this lets an address be taken that old connections still wait at; over
	// UDP it would let a process in the cell take ours away.
	if kind == unix.SOCK_STREAM {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
			_ = file.Close()
			return nil, os.NewSyscallError("setsockopt", err)
		}
	}
	if err := unix.Bind(fd, sockaddr(at)); err != nil {
		_ = file.Close()
		return nil, os.NewSyscallError("bind", err)
	}
	return file, nil
}

func control(file *os.File, do func(fd int) error) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var result error
	if err := raw.Control(func(fd uintptr) { result = do(int(fd)) }); err != nil {
		return err
	}
	return result
}
