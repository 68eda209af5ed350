package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// probe tries the ways out and prints one line for each: its name, a tab, "out" or
// "held", a tab and what happened. What the outside is comes as key=value.
func probe(arguments []string) {
	outside := map[string]string{}
	for _, a := range arguments {
		k, v, _ := strings.Cut(a, "=")
		outside[k] = v
	}
	for _, w := range ways(outside) {
		said := make(chan string, 1)
		go func() { said <- attempt(w.try) }()
		select {
		case s := <-said:
			fmt.Printf("%s\t%s\n", w.name, s)
		case <-time.After(3 * time.Second):
			fmt.Printf("%s\theld\tno answer in 3 s\n", w.name)
		}
	}
	fmt.Println("done\theld\t")
}

type way struct {
	name string
	try  func() error
}

func attempt(try func() error) string {
	if err := try(); err != nil {
		return "held\t" + strings.ReplaceAll(err.Error(), "\n", " ")
	}
	return "out\tit worked"
}

func ways(outside map[string]string) []way {
	all := append(append(network(outside), around(outside)...), kernel()...)
	all = append(all, files()...)
	// The last one, for where it works nothing is found afterwards.
	return append(all, way{"another root (chroot)", func() error { return syscall.Chroot("/tmp") }})
}

func network(o map[string]string) []way {
	tcp := func(address string) func() error {
		return func() error {
			conn, err := net.DialTimeout("tcp", address, time.Second)
			if err == nil {
				_ = conn.Close()
			}
			return err
		}
	}
	return []way{
		{"the host's listener, at its outside address", tcp(net.JoinHostPort(o["host"], o["port"]))},
		{"the host's listener, at docker0", tcp(net.JoinHostPort(o["bridge"], o["port"]))},
		{"the host's listener, at the default gateway", func() error {
			gateway, err := gateway()
			if err != nil {
				return err
			}
			return tcp(net.JoinHostPort(gateway, o["port"]))()
		}},
		{"the host's listener, at 127.0.0.1", tcp(net.JoinHostPort("127.0.0.1", o["port"]))},
		{"the host's listener, at ::1", tcp(net.JoinHostPort("::1", o["port"]))},
		{"the host's listener, at 0.0.0.0", tcp(net.JoinHostPort("0.0.0.0", o["port"]))},
		{"a neighbour, at the bridge", tcp(net.JoinHostPort(o["neighbour"], "8080"))},
		{"a neighbour's cell, at the cell's address", tcp("100.127.0.1:8080")},
		{"an outside address, TCP", tcp(o["outside"] + ":443")},
		{"a datagram to an outside address", func() error {
			conn, err := net.Dial("udp", o["outside"]+":53")
			if err != nil {
				return err
			}
			_, err = conn.Write([]byte("out"))
			return err
		}},
		{"the address of cloud metadata", route("169.254.169.254:80")},
		{"a route to a private network", route("10.0.0.1:80")},
		{"an outside name", lookup("example.org")},
		{"the engine's name for the host", lookup("host.docker.internal")},
		{"the engine's resolver, 127.0.0.11", func() error {
			conn, err := net.Dial("udp", "127.0.0.11:53")
			if err != nil {
				return err
			}
			_ = conn.SetDeadline(time.Now().Add(time.Second))
			// A question for the addresses of example.org.
			question := "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03org\x00\x00\x01\x00\x01"
			if _, err := conn.Write([]byte(question)); err != nil {
				return err
			}
			_, err = conn.Read(make([]byte, 512))
			return err
		}},
		{"an interface beside loopback", func() error {
			all, err := net.Interfaces()
			if err != nil {
				return err
			}
			for _, i := range all {
				if i.Flags&net.FlagLoopback == 0 && i.Flags&net.FlagUp != 0 {
					return nil
				}
			}
			return fmt.Errorf("only loopback of %d is up", len(all))
		}},
		{"broadcast", func() error {
			fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
			if err != nil {
				return err
			}
			if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_BROADCAST, 1); err != nil {
				return err
			}
			return syscall.Sendto(fd, []byte("out"), 0, &syscall.SockaddrInet4{Port: 9, Addr: [4]byte{255, 255, 255, 255}})
		}},
		{"multicast", route("224.0.0.251:5353")},
		{"multicast on a link, IPv6", func() error {
			all, err := net.Interfaces()
			if err != nil {
				return err
			}
			for _, i := range all {
				if i.Flags&net.FlagLoopback != 0 {
					continue
				}
				conn, err := net.Dial("udp", "[ff02::1%"+i.Name+"]:9")
				if err != nil {
					return err
				}
				_, err = conn.Write([]byte("out"))
				return err
			}
			return fmt.Errorf("no link")
		}},
		{"a raw socket", opens(syscall.AF_INET, syscall.SOCK_RAW, syscall.IPPROTO_ICMP)},
		{"a packet socket", opens(syscall.AF_PACKET, syscall.SOCK_RAW, 0x0300)},
		{"a ping socket", opens(syscall.AF_INET, syscall.SOCK_DGRAM, syscall.IPPROTO_ICMP)},
		{"a socket to the hypervisor (AF_VSOCK)", opens(40, syscall.SOCK_STREAM, 0)},
		{"a socket to the kernel's ciphers (AF_ALG)", opens(38, 5, 0)},
	}
}

func opens(family, kind, protocol int) func() error {
	return func() error {
		fd, err := syscall.Socket(family, kind, protocol)
		if err == nil {
			_ = syscall.Close(fd)
		}
		return err
	}
}

// route says whether a datagram could be sent there at all.
func route(address string) func() error {
	return func() error {
		conn, err := net.Dial("udp", address)
		if err != nil {
			return err
		}
		_, err = conn.Write([]byte("out"))
		return err
	}
}

func lookup(name string) func() error {
	return func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		_, err := net.DefaultResolver.LookupHost(ctx, name)
		return err
	}
}

func gateway() (string, error) {
	b, err := os.ReadFile("/proc/net/route")
	if err != nil {
		return "", err
	}
	for _, line := range strings.Split(string(b), "\n") {
		f := strings.Fields(line)
		if len(f) > 2 && f[1] == "00000000" {
			var a, b, c, d int
			if _, err := fmt.Sscanf(f[2], "%02X%02X%02X%02X", &d, &c, &b, &a); err != nil {
				return "", err
			}
			return fmt.Sprintf("%d.%d.%d.%d", a, b, c, d), nil
		}
	}
	return "", fmt.Errorf("no default route")
}

func kernel() []way {
	call := func(number uintptr, a, b, c uintptr) func() error {
		return func() error {
			if _, _, errno := syscall.Syscall(number, a, b, c); errno != 0 {
				return errno
			}
			return nil
		}
	}
	text := func(s string) uintptr {
		b, _ := syscall.BytePtrFromString(s)
		return uintptr(unsafe.Pointer(b))
	}
	return []way{
		{"a new user namespace", call(syscall.SYS_UNSHARE, syscall.CLONE_NEWUSER, 0, 0)},
		{"a new mount namespace", call(syscall.SYS_UNSHARE, syscall.CLONE_NEWNS, 0, 0)},
		{"a new network namespace", call(syscall.SYS_UNSHARE, syscall.CLONE_NEWNET, 0, 0)},
		{"a mount", func() error { return syscall.Mount("none", "/tmp", "tmpfs", 0, "") }},
		{"a remount of the root", func() error { return syscall.Mount("", "/", "", syscall.MS_REMOUNT|syscall.MS_BIND, "") }},
		{"io_uring", func() error {
			var parameters [120]byte
			return call(425, 1, uintptr(unsafe.Pointer(&parameters)), 0)()
		}},
		{"a kernel program (bpf)", func() error {
			var attribute [128]byte
			return call(321, 0, uintptr(unsafe.Pointer(&attribute)), 128)()
		}},
		{"kernel keys (add_key)", func() error {
			_, _, errno := syscall.Syscall6(syscall.SYS_ADD_KEY, text("user"), text("den"), text("x"), 1, ^uintptr(0)-2, 0)
			if errno != 0 {
				return errno
			}
			return nil
		}},
		{"page faults of others (userfaultfd)", call(323, 0, 0, 0)},
		{"the kernel's counters (perf_event_open)", func() error {
			var attribute [128]byte
			attribute[4] = 128
			_, _, errno := syscall.Syscall6(syscall.SYS_PERF_EVENT_OPEN, uintptr(unsafe.Pointer(&attribute)), 0, ^uintptr(0), ^uintptr(0), 0, 0)
			if errno != 0 {
				return errno
			}
			return nil
		}},
		{"a device node", func() error { return syscall.Mknod("/tmp/disk", syscall.S_IFBLK|0o600, 254<<8) }},
		{"the host's name", func() error { return syscall.Sethostname([]byte("out")) }},
		{"the clock", func() error {
			now := syscall.Timeval{Sec: time.Now().Unix()}
			return syscall.Settimeofday(&now)
		}},
		{"the kernel's log", func() error { _, err := syscall.Klogctl(3, make([]byte, 64)); return err }},
		{"a higher priority", func() error { return syscall.Setpriority(syscall.PRIO_PROCESS, 0, -5) }},
		{"more descriptors", func() error {
			var l syscall.Rlimit
			if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
				return err
			}
			return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: l.Max + 1, Max: l.Max + 1})
		}},
		{"becoming root", func() error {
			if os.Getuid() == 0 {
				return nil
			}
			return syscall.Setuid(0)
		}},
		{"privileges through a set-user program", func() error {
			status, err := os.ReadFile("/proc/self/status")
			if err != nil {
				return err
			}
			if strings.Contains(string(status), "NoNewPrivs:\t1") {
				return fmt.Errorf("no new privileges")
			}
			return nil
		}},
		{"a capability", func() error {
			status, err := os.ReadFile("/proc/self/status")
			if err != nil {
				return err
			}
			for _, set := range []string{"CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb"} {
				if !strings.Contains(string(status), set+":\t0000000000000000") {
					return nil
				}
			}
			return fmt.Errorf("every set is empty")
		}},
	}
}

func files() []way {
	writes := func(name string) func() error {
		return func() error {
			f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o600)
			if err == nil {
				_ = f.Close()
			}
			return err
		}
	}
	reads := func(name string) func() error {
		return func() error {
			b, err := os.ReadFile(name)
			if err == nil && len(b) == 0 {
				return fmt.Errorf("it is empty")
			}
			return err
		}
	}
	return []way{
		{"a file in the root", writes("/out")},
		{"the names of hosts", writes("/etc/hosts")},
		{"the resolver's settings", writes("/etc/resolv.conf")},
		{"a kernel setting (/proc/sys)", writes("/proc/sys/kernel/hostname")},
		{"the core pattern", writes("/proc/sys/kernel/core_pattern")},
		{"the magic key", writes("/proc/sysrq-trigger")},
		{"a setting in /sys", writes("/sys/kernel/mm/transparent_hugepage/enabled")},
		{"its own control group", func() error {
			for _, p := range []string{"/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory.max"} {
				if f, err := os.OpenFile(p, os.O_WRONLY, 0); err == nil {
					_ = f.Close()
					return nil
				}
			}
			return fmt.Errorf("not writable")
		}},
		{"the kernel's memory (/proc/kcore)", reads("/proc/kcore")},
		{"the engine's socket", func() error {
			conn, err := net.Dial("unix", "/var/run/docker.sock")
			if err == nil {
				_ = conn.Close()
			}
			return err
		}},
		{"a process of the host", func() error {
			all, err := os.ReadDir("/proc")
			if err != nil {
				return err
			}
			n := 0
			for _, p := range all {
				if strings.Trim(p.Name(), "0123456789") == "" {
					n++
				}
			}
			if n > 2 {
				return nil
			}
			return fmt.Errorf("only %d", n)
		}},
		{"the holder, by its process", func() error {
			link, err := os.Readlink("/proc/1/exe")
			if err == nil && strings.Contains(link, "pause") {
				return nil
			}
			return fmt.Errorf("process 1 is %q, %v", link, err)
		}},
		{"a disk of the host", func() error {
			for _, p := range []string{"/dev/vda", "/dev/sda", "/dev/nvme0n1", "/dev/mem", "/dev/kmsg"} {
				if f, err := os.Open(p); err == nil {
					_ = f.Close()
					return nil
				}
			}
			return fmt.Errorf("no device")
		}},
		{"a program in /tmp", func() error {
			b, err := os.ReadFile("/proc/self/exe")
			if err != nil {
				return err
			}
			if err := os.WriteFile("/tmp/program", b, 0o700); err != nil {
				return err
			}
			p, err := os.StartProcess("/tmp/program", []string{"program", "exit"}, &os.ProcAttr{})
			if err != nil {
				return err
			}
			_, err = p.Wait()
			return err
		}},
	}
}
