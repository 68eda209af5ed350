package docker

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// broadcastRule drops what begins a conversation with the host on a bridge of ours. A
// bridge without an address is not spoken to but by broadcast and multicast.
func broadcastRule() []string {
	return []string{"INPUT", "-i", "den+", "-m", "conntrack", "--ctstate", "NEW,INVALID", "-j", "DROP"}
}

// closeBroadcast puts the rule first among those of the host, where it is not there. It
// takes CAP_NET_ADMIN.
func closeBroadcast(ctx context.Context) error {
	if broadcastClosed(ctx) {
		return nil
	}
	return iptables(ctx, "-I")
}

// broadcastClosed says whether the rule is in force.
func broadcastClosed(ctx context.Context) bool {
	return iptables(ctx, "-C") == nil
}

func iptables(ctx context.Context, do string) error {
	tool, err := exec.LookPath("iptables")
	if err != nil {
		tool = "/usr/sbin/iptables"
	}
	said, err := exec.CommandContext(ctx, tool, append([]string{"-w", "5", do}, broadcastRule()...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("iptables %s: %w: %s", do, err, strings.TrimSpace(string(said)))
	}
	return nil
}

// guard closes broadcast before a private network is used. Where it cannot, it says so
// once, and Host says so too.
func (r *Runtime) guard(ctx context.Context) {
	err := r.ask(ctx, closeBroadcast)
	r.mu.Lock()
	first := !r.guarded
	r.guarded = true
	r.mu.Unlock()
	if err != nil && first {
		r.log.Warn("broadcast_not_closed", "error", err)
	}
}
