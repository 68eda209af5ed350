package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Bounds of a specification.
const (
	maxServices = 16
	maxEnv      = 256
	maxText     = 32 << 10 // bytes of one variable or argument
)

// MaxVolumes is how many volumes a service, and an image, may have.
const MaxVolumes = 16

var (
	idForm      = regexp.MustCompile(`^[a-z0-9]{1,40}$`)
	serviceForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)
	imageForm   = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	userForm    = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,31})?$`) // an engine reads -0 as 0
	keptForm    = regexp.MustCompile(`^den-[^/]*/kept(:|$)`)
)

// Check says whether an id has the form of one, with ErrSpec if it has not.
func (id ID) Check() error {
	if !idForm.MatchString(string(id)) {
		return fmt.Errorf("%w: a sandbox id is 1 to 40 lower-case letters and digits, not %q", ErrSpec, string(id))
	}
	return nil
}

// Check says whether a specification can be used at all, with ErrSpec if it cannot.
// Every runtime applies it before it acts.
func (s Spec) Check() error {
	if err := s.ID.Check(); err != nil {
		return err
	}
	if len(s.Services) == 0 || len(s.Services) > maxServices {
		return fmt.Errorf("%w: a sandbox has 1 to %d services, not %d", ErrSpec, maxServices, len(s.Services))
	}
	if err := s.Limits.check(); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, one := range s.Services {
		if seen[one.Name] {
			return fmt.Errorf("%w: two services are called %q", ErrSpec, one.Name)
		}
		seen[one.Name] = true
		if err := one.check(); err != nil {
			return err
		}
	}
	return s.checkStack()
}

func (l Limits) check() error {
	for _, one := range []struct {
		name  string
		value int64
		least int64
	}{
		{"memory", l.Memory, 6 << 20},
		{"processor", l.CPU, 10},
		{"processes", l.Pids, 1},
		{"open files", l.Files, 16},
		{"temporary space", l.Tmp, 4096},
		{"disk", l.Disk, 4096},
		{"log", l.Log, 4096},
	} {
		if one.value < one.least {
			return fmt.Errorf("%w: the limit of %s must be at least %d, not %d", ErrSpec, one.name, one.least, one.value)
		}
	}
	return nil
}

func (s Service) check() error {
	switch {
	case !serviceForm.MatchString(s.Name):
		return fmt.Errorf("%w: a service name is 1 to 40 lower-case letters, digits and \"-\", not %q", ErrSpec, s.Name)
	case s.Name == "holder":
		return fmt.Errorf("%w: the name \"holder\" belongs to the cell", ErrSpec)
	case !imageForm.MatchString(s.Image):
		return fmt.Errorf("%w: service %s must name its image by id (sha256:…), not %q", ErrSpec, s.Name, s.Image)
	case s.Profile != Strict && s.Profile != Standard:
		return fmt.Errorf("%w: the profile of service %s must be strict or standard, not %q", ErrSpec, s.Name, s.Profile)
	case s.User != "" && !isUser(s.User):
		return fmt.Errorf("%w: the user of service %s is not a user or user:group: %q", ErrSpec, s.Name, s.User)
	case s.Profile == Strict && isRoot(s.User):
		return fmt.Errorf("%w: service %s cannot run as root in profile strict", ErrSpec, s.Name)
	case len(s.Volumes) > MaxVolumes:
		return fmt.Errorf("%w: service %s has %d volumes, at most %d are possible", ErrSpec, s.Name, len(s.Volumes), MaxVolumes)
	case len(s.Env) > maxEnv:
		return fmt.Errorf("%w: service %s has %d variables, at most %d are possible", ErrSpec, s.Name, len(s.Env), maxEnv)
	}
	for _, v := range s.Volumes {
		if err := CheckVolume(v); err != nil {
			return fmt.Errorf("service %s: %w", s.Name, err)
		}
	}
	for _, e := range s.Env {
		name, _, ok := strings.Cut(e, "=")
		if !ok || name == "" || strings.ContainsRune(e, 0) || len(e) > maxText {
			return fmt.Errorf("%w: a variable of service %s is not KEY=value", ErrSpec, s.Name)
		}
	}
	for _, words := range [][]string{s.Entrypoint, s.Command} {
		for _, w := range words {
			if strings.ContainsRune(w, 0) || len(w) > maxText {
				return fmt.Errorf("%w: the command of service %s is too long or has a zero byte", ErrSpec, s.Name)
			}
		}
	}
	return nil
}

// isUser says whether a text is a user or user:group whom an engine can look for: numbers
// end at 2147483647 there.
func isUser(user string) bool {
	const bits = 32
	for _, part := range strings.Split(user, ":") {
		if _, err := strconv.ParseInt(part, 10, bits); errors.Is(err, strconv.ErrRange) {
			return false
		}
	}
	return userForm.MatchString(user)
}

func isRoot(user string) bool {
	name, _, _ := strings.Cut(user, ":")
	return name == "root" || (name != "" && strings.Trim(name, "0") == "")
}

// CheckVolume says whether a path can be a place in memory, with ErrSpec if not.
// What the kernel or the engine provides cannot be hidden.
func CheckVolume(p string) error {
	if len(p) > 255 || strings.ContainsAny(p, ":,\x00\n") || !path.IsAbs(p) || path.Clean(p) != p || p == "/" {
		return fmt.Errorf("%w: a volume must be a clean absolute path below the root, not %q", ErrSpec, p)
	}
	for _, taken := range []string{"/proc", "/sys", "/dev", "/etc/hosts", "/etc/resolv.conf", "/etc/hostname"} {
		if p == taken || strings.HasPrefix(p, taken+"/") {
			return fmt.Errorf("%w: a volume cannot be at %s", ErrSpec, p)
		}
	}
	return nil
}

// OfKernel says whether an absolute path inside a sandbox is one of those that the kernel shows
// itself by. What an engine opened for itself lies there for a moment while it starts a
// service.
func OfKernel(p string) bool {
	if !path.IsAbs(p) {
		return false
	}
	p = path.Clean(p)
	return slices.ContainsFunc([]string{"/proc", "/sys", "/dev"}, func(k string) bool { return p == k || strings.HasPrefix(p, k+"/") })
}

// Kept says whether a name is one under which a den keeps an image: nobody else may give
// an image such a name, or call one by it.
func Kept(name string) bool { return keptForm.MatchString(name) }

// Hash names everything that a specification says, so that what an earlier call
// made can be told from what another specification would make: SHA-256 of its
// JSON form, in hexadecimal.
func (s Spec) Hash() string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings and integers alone
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
