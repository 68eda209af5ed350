package cell

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Listener is a TCP socket of the namespace that accepts connections.
type Listener struct {
	At    netip.AddrPort
	Inode uint64
	PIDs  []int // the processes in the namespace that hold it, in order
}

// Listening lists the TCP listeners of the namespace that processes in it hold, by
// port. The den's own, which it made inside, are not among them. It reads
// /proc/net/tcp and tcp6 (proc_pid_net(5)) and the descriptors of the processes.
func (n *Namespace) Listening() ([]Listener, error) {
	var tables [2][]byte
	err := n.inside(func() error {
		for i, name := range []string{"tcp", "tcp6"} {
			b, err := os.ReadFile("/proc/thread-self/net/" + name)
			if err != nil && !os.IsNotExist(err) {
				return err
			}
			tables[i] = b
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the listeners of a cell: %w", err)
	}
	var all []Listener
	for _, table := range tables {
		found, err := parse(table)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		return nil, nil
	}
	owners := n.owners()
	held := all[:0]
	for _, l := range all {
		if l.PIDs = owners[l.Inode]; len(l.PIDs) > 0 {
			held = append(held, l)
		}
	}
	slices.SortFunc(held, func(a, b Listener) int { return int(a.At.Port()) - int(b.At.Port()) })
	return held, nil
}

// parse reads the listeners of one table.
func parse(table []byte) ([]Listener, error) {
	var all []Listener
	lines := bufio.NewScanner(bytes.NewReader(table))
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		const listen = "0A"
		if len(f) < 10 || f[3] != listen {
			continue
		}
		at, err := parseAddress(f[1])
		if err != nil {
			return nil, fmt.Errorf("a listener of a cell: %w", err)
		}
		inode, err := strconv.ParseUint(f[9], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("a listener of a cell: %w", err)
		}
		all = append(all, Listener{At: at, Inode: inode})
	}
	return all, lines.Err()
}

// parseAddress reads 0100007F:1F90: words of 4 bytes in the host's order, and a port.
func parseAddress(s string) (netip.AddrPort, error) {
	host, port, _ := strings.Cut(s, ":")
	raw, err := hex.DecodeString(host)
	if err != nil || (len(raw) != 4 && len(raw) != 16) {
		return netip.AddrPort{}, fmt.Errorf("%q is not an address", s)
	}
	number, err := strconv.ParseUint(port, 16, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("%q has no port", s)
	}
	if little() {
		for i := 0; i < len(raw); i += 4 {
			slices.Reverse(raw[i : i+4])
		}
	}
	ip, _ := netip.AddrFromSlice(raw)
	return netip.AddrPortFrom(ip, uint16(number)), nil
}

// owners maps the inodes of sockets to the processes in the namespace that hold them.
// Processes that end meanwhile are passed over.
func (n *Namespace) owners() map[uint64][]int {
	owners := map[uint64][]int{}
	paths, _ := filepath.Glob("/proc/[0-9]*") // the pattern is well formed
	for _, p := range paths {
		if inode, err := inodeOf(p + "/ns/net"); err != nil || inode != n.inode {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(p))
		if err != nil || pid == os.Getpid() {
			continue
		}
		descriptors, err := os.ReadDir(p + "/fd")
		if err != nil {
			continue
		}
		for _, d := range descriptors {
			link, err := os.Readlink(p + "/fd/" + d.Name())
			if err != nil {
				continue
			}
			text, ok := strings.CutPrefix(link, "socket:[")
			if !ok {
				continue
			}
			inode, err := strconv.ParseUint(strings.TrimSuffix(text, "]"), 10, 64)
			if err == nil && !slices.Contains(owners[inode], pid) {
				owners[inode] = append(owners[inode], pid)
			}
		}
	}
	return owners
}

// little says whether the host's words begin with their lowest byte.
func little() bool { return binary.NativeEndian.Uint16([]byte{1, 0}) == 1 }
