package cell

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// loopback is the index of lo: the first interface of every namespace.
const loopback = 1

// Prepare brings loopback up and gives it the cell's own Address as /32 and, where
// the kernel has IPv6, ::1. It may be called again; what is there stays.
// It speaks rtnetlink(7).
func (n *Namespace) Prepare() error {
	return n.inside(func() error {
		fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
		if err != nil {
			return os.NewSyscallError("socket", err)
		}
		defer func() { _ = unix.Close(fd) }()
		// The kernel answers at once; the bound is for the day that it does not.
		if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 5}); err != nil {
			return os.NewSyscallError("setsockopt", err)
		}
		if err := ask(fd, unix.RTM_NEWLINK, unix.NLM_F_ACK, linkUp()); err != nil {
			return fmt.Errorf("bring loopback up: %w", err)
		}
		if err := ask(fd, unix.RTM_NEWADDR, unix.NLM_F_ACK|unix.NLM_F_CREATE|unix.NLM_F_EXCL, address(Address, 32)); err != nil &&
			!errors.Is(err, unix.EEXIST) {
			return fmt.Errorf("give loopback the address %s: %w", Address, err)
		}
		return ipv6(fd)
	})
}

// ipv6 gives loopback ::1. An engine may have closed IPv6 in the namespace; a kernel
// without it is no error, for then no product can listen there.
func ipv6(fd int) error {
	const knob = "/proc/sys/net/ipv6/conf/lo/disable_ipv6" // that of the thread's namespace
	if err := os.WriteFile(knob, []byte("0"), 0); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("open IPv6 on loopback: %w", err)
	}
	err := ask(fd, unix.RTM_NEWADDR, unix.NLM_F_ACK|unix.NLM_F_CREATE|unix.NLM_F_EXCL, address(netip.IPv6Loopback(), 128))
	if err != nil && !errors.Is(err, unix.EEXIST) && !errors.Is(err, unix.EAFNOSUPPORT) && !errors.Is(err, unix.EOPNOTSUPP) {
		return fmt.Errorf("give loopback the address ::1: %w", err)
	}
	return nil
}

// linkUp is struct ifinfomsg with IFF_UP set for loopback.
func linkUp() []byte {
	b := make([]byte, unix.SizeofIfInfomsg)
	binary.NativeEndian.PutUint32(b[4:], loopback)
	binary.NativeEndian.PutUint32(b[8:], unix.IFF_UP)
	binary.NativeEndian.PutUint32(b[12:], unix.IFF_UP)
	return b
}

// address is struct ifaddrmsg with the attributes IFA_LOCAL and IFA_ADDRESS.
func address(a netip.Addr, bits byte) []byte {
	family := byte(unix.AF_INET6)
	if a.Is4() {
		family = unix.AF_INET
	}
	b := []byte{family, bits, 0, unix.RT_SCOPE_HOST}
	b = binary.NativeEndian.AppendUint32(b, loopback)
	for _, kind := range []uint16{unix.IFA_LOCAL, unix.IFA_ADDRESS} {
		raw := a.AsSlice()
		b = binary.NativeEndian.AppendUint16(b, uint16(4+len(raw)))
		b = binary.NativeEndian.AppendUint16(b, kind)
		b = append(b, raw...) // 4 and 16 bytes need no padding
	}
	return b
}

// ask sends one request and reads its acknowledgement.
func ask(fd int, kind, flags uint16, body []byte) error {
	const sequence = 1
	b := binary.NativeEndian.AppendUint32(nil, uint32(unix.SizeofNlMsghdr+len(body)))
	b = binary.NativeEndian.AppendUint16(b, kind)
	b = binary.NativeEndian.AppendUint16(b, flags|unix.NLM_F_REQUEST)
	b = binary.NativeEndian.AppendUint32(b, sequence)
	b = binary.NativeEndian.AppendUint32(b, 0)
	b = append(b, body...)
	if err := unix.Sendto(fd, b, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return os.NewSyscallError("sendto", err)
	}
	answer := make([]byte, 4096)
	size, _, err := unix.Recvfrom(fd, answer, 0)
	if err != nil {
		return os.NewSyscallError("recvfrom", err)
	}
	if size < unix.SizeofNlMsghdr+4 || binary.NativeEndian.Uint16(answer[4:]) != unix.NLMSG_ERROR {
		return errors.New("the kernel answered with something else than an acknowledgement")
	}
	if code := int32(binary.NativeEndian.Uint32(answer[unix.SizeofNlMsghdr:])); code != 0 {
		return unix.Errno(-code)
	}
	return nil
}
