package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// decoys are things of strangers on a den's engine: a container of nobody's, one with the
// labels of another installation, one with a name like ours and no label, a network and
// a volume. Whatever the den does, they stay as they are, to the byte.
type decoys struct {
	t      testing.TB
	host   string
	kinds  map[string]string // by name
	before string
}

// newDecoys puts strangers' things beside a den that was given an image.
func newDecoys(s *served) *decoys {
	s.t.Helper()
	d := &decoys{t: s.t, host: s.host, kinds: map[string]string{}}
	s.t.Cleanup(d.clean)
	unique := lower.EncodeToString(random(6))
	image := s.images[0]
	d.add("container", "decoy-"+unique, image)
	d.add("container", "decoy-other-"+unique, image, "--label", "innovationden.installation=other-"+unique, "--label", "innovationden.sandbox=ab"+unique)
	d.add("container", "den-"+s.installation+".ab"+unique+".product", image)
	d.add("network", "decoy-"+unique+"-network", "")
	d.add("volume", "decoy-"+unique+"-volume", "")
	var err error
	d.before, err = d.state()
	must(s.t, err)
	return d
}

func (d *decoys) add(kind, name, image string, more ...string) {
	d.t.Helper()
	args := append([]string{kind, "create"}, more...)
	switch kind {
	case "container":
		args = append(args, "--network", "none", "--name", name, image)
	case "network":
		args = append(args, "--internal", name)
	default:
		args = append(args, name)
	}
	_, err := d.docker(args...)
	must(d.t, err)
	d.kinds[name] = kind
}

func (d *decoys) docker(args ...string) (string, error) {
	c := exec.Command("docker", args...)
	if c.Env = os.Environ(); d.host != "" {
		c.Env = append(c.Env, "DOCKER_HOST="+d.host)
	}
	out, err := c.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("docker %v: %w: %s", args, err, out)
	}
	return string(out), err
}

// state is what the engine says of each of them.
func (d *decoys) state() (string, error) {
	var all strings.Builder
	for _, name := range slices.Sorted(maps.Keys(d.kinds)) {
		text, err := d.docker(d.kinds[name], "inspect", name)
		if err != nil {
			return "", err
		}
		all.WriteString(text)
	}
	return all.String(), nil
}

// touched says what became of the strangers' things; nil: nothing.
func (d *decoys) touched() error {
	now, err := d.state()
	if err == nil && now != d.before {
		err = fmt.Errorf("they were\n%s\nand are\n%s", d.before, now)
	}
	if err != nil {
		err = fmt.Errorf("strangers' things were touched: %w", err)
	}
	return err
}

// clean removes them again.
func (d *decoys) clean() {
	var faults error
	for name, kind := range d.kinds {
		_, err := d.docker(kind, "rm", name)
		faults = errors.Join(faults, err)
	}
	if faults != nil {
		d.t.Error(faults)
	}
}
