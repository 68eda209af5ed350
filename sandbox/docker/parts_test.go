package docker

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"innovationden/sandbox"
)

func TestTheHolderIsASmallProgramOfEachArchitecture(t *testing.T) {
	for arch, machine := range map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64} {
		b, err := pause(arch)
		must(t, err)
		f, err := elf.NewFile(bytes.NewReader(b))
		must(t, err)
		if f.Type != elf.ET_EXEC || f.Machine != machine || len(f.Progs) != 1 || len(b) > 200 {
			t.Errorf("%s: %+v, %d bytes", arch, f.FileHeader, len(b))
			continue
		}
		p := f.Progs[0]
		if p.Type != elf.PT_LOAD || p.Flags != elf.PF_R|elf.PF_X || p.Filesz != uint64(len(b)) || f.Entry < p.Vaddr || f.Entry >= p.Vaddr+p.Filesz {
			t.Errorf("%s: %+v, entry %#x", arch, p.ProgHeader, f.Entry)
		}
		code := b[f.Entry-p.Vaddr:]
		if arch == "amd64" { // the last instruction jumps to the first
			if back := int(int8(code[len(code)-1])); back != -len(code) {
				t.Errorf("it jumps %d of %d bytes", back, len(code))
			}
			continue
		}
		last := binary.LittleEndian.Uint32(code[len(code)-4:])
		if back := int32(last<<6) >> 6; last>>26 != 5 || int(back)*4 != 4-len(code) {
			t.Errorf("it branches %d words of %d bytes", back, len(code))
		}
	}
	if _, err := pause("s390x"); err == nil {
		t.Error("an architecture without a holder is accepted")
	}
	one, tag, _, err := holderArchive("amd64")
	must(t, err)
	two, again, _, err := holderArchive("amd64")
	must(t, err)
	if !bytes.Equal(one, two) || tag != again {
		t.Error("the holder's image differs from time to time")
	}
}

func TestControlGroupsOfVersion2AreRead(t *testing.T) {
	at := t.TempDir()
	for name, body := range map[string]string{
		"memory.current": "5000\n", "memory.stat": "anon 1\ninactive_file 1000\n", "memory.events": "low 0\noom 9\noom_kill 2\n",
		"cpu.stat": "usage_usec 1500\nuser_usec 1\n", "pids.current": "7\n",
	} {
		must(t, os.WriteFile(filepath.Join(at, name), []byte(body), 0o600))
	}
	u, err := useV2(at)
	must(t, err)
	if want := (sandbox.Use{Memory: 4000, CPU: 1500 * time.Microsecond, Pids: 7, OOMs: 2}); u != want {
		t.Errorf("read %+v, want %+v", u, want)
	}
	if _, err := useV2(t.TempDir()); err == nil {
		t.Error("nothing is read as something")
	}
}

func TestAQuotaIsThatOfTheMountTheFolderIsOn(t *testing.T) {
	const mounts = `22 1 8:1 / / rw - ext4 /dev/sda1 rw
30 22 8:2 / /var rw - xfs /dev/sdb rw,attr2,prjquota
31 30 8:3 / /var/lib/other rw - xfs /dev/sdc rw,noquota
`
	for folder, want := range map[string]bool{
		"/var/lib/docker": true, "/var": true, "/variable": false, "/srv": false, "/var/lib/other/docker": false,
	} {
		if got := projectQuota(strings.NewReader(mounts), folder); got != want {
			t.Errorf("%s: %v", folder, got)
		}
	}
}

func TestLimitsAreOfTheWholeSandbox(t *testing.T) {
	l := sandbox.Limits{Memory: 900, CPU: 90, Pids: 3, Files: 9, Tmp: 9, Disk: 90, Log: 90}
	three := sandbox.Spec{Limits: l, Services: []sandbox.Service{{Name: "a"}, {Name: "b"}, {Name: "c"}}}
	if got, want := bounds(three, "b"), (sandbox.Limits{Memory: 300, CPU: 30, Pids: 1, Files: 9, Tmp: 9, Disk: 30, Log: 30}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestTheEndOfALogIsKept(t *testing.T) {
	for limit, want := range map[int]string{0: "", 1: "9", 5: "56789", 100: "0123456789"} {
		end := tail{limit: limit}
		for _, b := range []byte("0123456789") {
			_, _ = end.Write([]byte{b})
		}
		if got := string(end.bytes()); got != want {
			t.Errorf("limit %d: %q", limit, got)
		}
	}
	end := tail{limit: 10}
	for range 10_000 {
		_, _ = end.Write([]byte("all work and no play"))
	}
	if len(end.kept) > 8192 || string(end.bytes()) != "nd no play" {
		t.Errorf("%d bytes are kept, %q", len(end.kept), end.bytes())
	}
}
