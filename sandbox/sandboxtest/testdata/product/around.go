package main

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// around are the ways out over a network of its own. What is broadcast says who speaks,
// for the host to hear; that it could be sent says little.
func around(o map[string]string) []way {
	port, _ := strconv.Atoi(o["port"])
	shout := func(to net.IP) error {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
		if err != nil {
			return err
		}
		defer func() { _ = syscall.Close(fd) }()
		if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_BROADCAST, 1); err != nil {
			return err
		}
		return syscall.Sendto(fd, []byte("probe "+o["who"]), 0, &syscall.SockaddrInet4{Port: port, Addr: [4]byte(to.To4())})
	}
	return []way{
		{"the host's listener, at each of its addresses", func() error {
			err := errors.New("none was named")
			for _, a := range strings.Split(o["hosts"], ",") {
				var conn net.Conn
				if conn, err = net.DialTimeout("tcp", net.JoinHostPort(a, o["port"]), 300*time.Millisecond); err == nil {
					return conn.Close()
				}
			}
			return err
		}},
		{"the host's listener, at the first address of its network", func() error {
			err := errors.New("no network")
			for _, n := range networks() {
				first := n.IP.Mask(n.Mask).To4()
				first[3]++
				var conn net.Conn
				if conn, err = net.DialTimeout("tcp", net.JoinHostPort(first.String(), o["port"]), time.Second); err == nil {
					return conn.Close()
				}
			}
			return err
		}},
		{"a neighbour on a private network", func() error {
			conn, err := net.DialTimeout("tcp", net.JoinHostPort(o["stack"], "8080"), time.Second)
			if err == nil {
				_ = conn.Close()
			}
			return err
		}},
		{"an outside name, over TCP at 127.0.0.11", func() error {
			conn, err := net.DialTimeout("tcp", "127.0.0.11:53", time.Second)
			if err != nil {
				return err
			}
			defer func() { _ = conn.Close() }()
			_ = conn.SetDeadline(time.Now().Add(2 * time.Second))
			question := "\x00\x1d\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03org\x00\x00\x01\x00\x01"
			if _, err := conn.Write([]byte(question)); err != nil {
				return err
			}
			answer := make([]byte, 512)
			n, err := conn.Read(answer)
			if err != nil {
				return err
			}
			if n > 9 && answer[8] == 0 && answer[9] == 0 { // ANCOUNT
				return fmt.Errorf("an answer without an address")
			}
			return nil
		}},
		{"the address of cloud metadata, TCP", connects("169.254.169.254:80")},
		{"an address of a private network, TCP", connects("10.0.0.1:80")},
		{"broadcast to everybody, sent", func() error { return shout(net.IPv4bcast) }},
		{"broadcast to its own network, sent", func() error {
			err := errors.New("no network")
			for _, n := range networks() {
				last := n.IP.Mask(n.Mask).To4()
				for i := range last {
					last[i] |= ^n.Mask[len(n.Mask)-4+i]
				}
				err = shout(last)
			}
			return err
		}},
		{"an address of IPv6 beside ::1", func() error {
			all, err := net.InterfaceAddrs()
			if err != nil {
				return err
			}
			for _, a := range all {
				if n, ok := a.(*net.IPNet); ok && n.IP.To4() == nil && !n.IP.IsLoopback() {
					return nil
				}
			}
			return fmt.Errorf("none of %v", all)
		}},
		{"a route of its own making", control(0x890b)},          // SIOCADDRT
		{"another address on its interface", control(0x8916)},   // SIOCSIFADDR
		{"another address of its hardware", control(0x8924)},    // SIOCSIFHWADDR
		{"an interface that hears everything", control(0x8914)}, // SIOCSIFFLAGS
	}
}

func connects(address string) func() error {
	return func() error {
		conn, err := net.DialTimeout("tcp", address, 2*time.Second)
		if err == nil {
			_ = conn.Close()
		}
		return err
	}
}

// networks are the IPv4 networks of its interfaces beside loopback.
func networks() (found []*net.IPNet) {
	all, _ := net.Interfaces()
	for _, i := range all {
		if i.Flags&net.FlagLoopback != 0 {
			continue
		}
		addresses, _ := i.Addrs()
		for _, a := range addresses {
			if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil {
				found = append(found, n)
			}
		}
	}
	return found
}

// control asks the kernel to change the network (netdevice(7)). Who may not is told so
// before the request is looked at.
func control(request uintptr) func() error {
	return func() error {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
		if err != nil {
			return err
		}
		defer func() { _ = syscall.Close(fd) }()
		var b [128]byte
		copy(b[:], "eth0")
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), request, uintptr(unsafe.Pointer(&b)))
		if errno == 0 {
			return nil
		}
		return errno
	}
}
