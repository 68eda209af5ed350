package docker

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/strslice"
	"github.com/docker/go-units"

	"innovationden/sandbox"
	"innovationden/sandbox/cell"
)

// nobody is who runs in profile strict where the specification names no one.
const nobody = "65532:65532"

// shm is the most that /dev/shm may hold; it counts as memory. PostgreSQL wants it.
const shm = 256 << 20

// mild are the capabilities of profile standard: what the usual entrypoint needs
// that starts as root, makes its folders its own and drops.
var mild = strslice.StrSlice{"CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID"}

// bounds are the limits of one container, out of those of the sandbox: its share of
// memory, processor and processes, and an equal part of disk and log.
func bounds(spec sandbox.Spec, service string) sandbox.Limits {
	l, n := spec.Limits, int64(len(spec.Services))
	share := spec.Shares()[spec.Index(service)]
	l.Memory, l.CPU, l.Pids, l.Disk, l.Log = share.Memory, share.CPU, share.Pids, l.Disk/n, l.Log/n
	return l
}

// hostOf says how service i is held, what it brings and what it joins.
func (l *launch) hostOf(i int, quota bool) (*container.HostConfig, error) {
	s, image := l.spec.Services[i], l.images[i]
	h, err := l.r.serviceHost(l.spec, s, image, quota)
	if err != nil {
		return nil, err
	}
	h.Mounts = l.r.mounts(l.spec, s, image, l.files)
	if l.spec.Network == sandbox.Private {
		h.NetworkMode = container.NetworkMode(l.net.id)
	}
	return h, nil
}

// serviceHost says how the container of a service is held. image is what is known
// of its image; quota says that the engine can bound a writable layer.
func (r *Runtime) serviceHost(spec sandbox.Spec, s sandbox.Service, image sandbox.Image, quota bool) (*container.HostConfig, error) {
	l := bounds(spec, s.Name)
	places, err := places(spec, s, image)
	if err != nil {
		return nil, err
	}
	h := r.sealed()
	if spec.Network == sandbox.Private {
		owner(h)
	} else {
		h.NetworkMode = container.NetworkMode("container:" + r.ours.name(spec.ID, holderName))
	}
	h.Tmpfs = places
	h.ShmSize = min(shm, l.Memory/2)
	if s.Shm > 0 {
		h.ShmSize = min(s.Shm, l.Memory)
	}
	if s.Init {
		h.Init = &s.Init
	}
	h.ReadonlyRootfs = s.Profile == sandbox.Strict || s.ReadOnly
	if s.Profile == sandbox.Standard {
		h.CapAdd = mild
	}
	h.LogConfig = container.LogConfig{Type: "json-file", Config: map[string]string{
		"max-size": strconv.FormatInt(l.Log, 10) + "b", "max-file": "1",
	}}
	h.Resources = container.Resources{
		Memory: l.Memory, MemorySwap: l.Memory, NanoCPUs: l.CPU * 1e6, PidsLimit: &l.Pids,
		Ulimits: []*units.Ulimit{{Name: "core"}, {Name: "nofile", Soft: l.Files, Hard: l.Files}},
	}
	if quota && s.Profile == sandbox.Standard {
		h.StorageOpt = map[string]string{"size": strconv.FormatInt(l.Disk, 10)}
	}
	return h, nil
}

// holderHost says how the holder is held. Names, the resolver and the settings of the
// network belong to the owner of the namespace.
func (r *Runtime) holderHost() *container.HostConfig {
	h := r.sealed()
	pids := int64(16) // its starter needs a few threads
	owner(h)
	h.NetworkMode = "none"
	h.ReadonlyRootfs = true
	h.ExtraHosts = []string{hostname + ":" + cell.Address.String()}
	h.ShmSize = 64 << 10
	h.LogConfig = container.LogConfig{Type: "none"}
	h.Resources = container.Resources{
		Memory: 16 << 20, MemorySwap: 16 << 20, PidsLimit: &pids,
		Ulimits: []*units.Ulimit{{Name: "core"}, {Name: "nofile", Soft: 64, Hard: 64}},
	}
	return h
}

// privateHolderHost says how the holder on a private network is held: the same, but
// for the network.
func (r *Runtime) privateHolderHost(net private) *container.HostConfig {
	h := r.holderHost()
	h.NetworkMode = container.NetworkMode(net.id)
	h.ExtraHosts = nil
	return h
}

// owner is what holds for every owner of a namespace: a resolver that nobody but the
// den can listen for, and no pings.
func owner(h *container.HostConfig) {
	h.DNS = []string{"127.0.0.1"}
	h.DNSOptions = []string{"timeout:1", "attempts:1"}
	h.DNSSearch = []string{"."}
	h.Sysctls = map[string]string{"net.ipv4.ping_group_range": "1 0"}
}

// sealed is what holds for every container.
func (r *Runtime) sealed() *container.HostConfig {
	return &container.HostConfig{
		CapDrop:       strslice.StrSlice{"ALL"},
		SecurityOpt:   []string{"no-new-privileges:true", "seccomp=" + r.seccomp},
		RestartPolicy: container.RestartPolicy{Name: container.RestartPolicyDisabled},
		IpcMode:       container.IPCModePrivate,
		CgroupnsMode:  container.CgroupnsModePrivate,
	}
}

// places are the bounded places in memory: /tmp, those of the specification and, in
// a cell, those that the image declares as volumes.
func places(spec sandbox.Spec, s sandbox.Service, image sandbox.Image) (map[string]string, error) {
	size := spec.Limits.Tmp
	const always = "rw,noexec,nosuid,nodev"
	all := map[string]string{"/tmp": fmt.Sprintf("%s,size=%d,mode=1777", always, size)}
	owner := ownerOf(s, image)
	taken := map[string]bool{"/tmp": true}
	for _, m := range s.Mounts {
		taken[m.Path] = true
	}
	for _, t := range s.Tmpfs {
		taken[t.Path] = true
		mode := owner
		if t.Mode != 0 {
			mode = fmt.Sprintf("mode=%04o", t.Mode)
		}
		all[t.Path] = fmt.Sprintf("%s,size=%d,%s", always, t.Bytes, mode)
	}
	wanted := append([]string(nil), s.Volumes...)
	if spec.Network != sandbox.Private {
		wanted = append(wanted, image.Volumes...)
	}
	for _, v := range wanted {
		v = path.Clean(v)
		if taken[v] {
			continue
		}
		if err := sandbox.CheckVolume(v); err != nil {
			return nil, fmt.Errorf("%w: a declared volume: %w", sandbox.ErrImage, err)
		}
		all[v] = fmt.Sprintf("%s,size=%d,%s", always, size, owner)
	}
	return all, nil
}

// ownerOf gives a place in memory to the user, where that is a number and not root.
// A name is known to the image alone: then everybody may write there, as in /tmp.
func ownerOf(s sandbox.Service, image sandbox.Image) string {
	user, group, _ := strings.Cut(userOf(s, image), ":")
	uid, err := strconv.ParseUint(user, 10, 31)
	if err != nil || uid == 0 {
		return "mode=1777" // root is about to become somebody else
	}
	gid, err := strconv.ParseUint(group, 10, 31)
	if err != nil {
		gid = 0 // as the engine runs a user of whose group the image says nothing
	}
	return fmt.Sprintf("mode=0770,uid=%d,gid=%d", uid, gid)
}

func userOf(s sandbox.Service, image sandbox.Image) string {
	switch {
	case s.User != "":
		return s.User
	case s.Profile == sandbox.Strict:
		return nobody
	case image.User != "":
		return image.User
	}
	return "0:0"
}
