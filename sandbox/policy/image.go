package policy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"innovationden/sandbox"
)

// image checks one image. Its error is one that ends the reading.
func (a *Archive) image(ctx context.Context, where string, m manifestEntry) error {
	if len(m.RepoTags) > 0 {
		where = Shown(m.RepoTags[0])
	}
	raw, err := a.read(m.Config)
	if err != nil {
		return a.keep(err)
	}
	var c imageConfig
	if err := json.Unmarshal(raw, &c); err != nil {
		a.refuse(where, "Its configuration cannot be read.", saveAgain)
		return nil
	}
	switch build := "Build it with docker build --platform " + a.os + "/" + a.arch + "."; {
	case c.OS == "" || c.Architecture == "":
		a.refuse(where, "It does not say for which system and processor it is.", build)
	case c.OS != a.os || c.Architecture != a.arch:
		a.refuse(where, "It is for "+Shown(c.OS+"/"+c.Architecture)+", and sandboxes here are "+a.os+"/"+a.arch+".", build)
	}
	for _, t := range m.RepoTags {
		if sandbox.Kept(t) {
			a.refuse(where, "The name "+Shown(t)+" belongs to the den.", "Save it under a name of your own.")
		}
	}
	a.asks(where, c)
	for _, s := range m.LayerSources {
		if elsewhereLayer(s.MediaType, s.URLs) {
			a.refuse(where, "One of its layers is to be fetched from elsewhere.", "Build it on an image whose layers are all in the archive.")
		}
	}
	if err := a.layers(ctx, where, m, c); err != nil {
		return err
	}
	sum := sha256.Sum256(raw)
	a.Images = append(a.Images, ArchivedImage{ID: "sha256:" + hex.EncodeToString(sum[:]), Config: m.Config, Layers: m.Layers, Names: m.RepoTags})
	return nil
}

// asks checks what the configuration would have of a sandbox.
func (a *Archive) asks(where string, c imageConfig) {
	for _, label := range slices.Sorted(maps.Keys(c.Config.Labels)) {
		if OurLabel(label) {
			a.refuse(where, "The label "+Shown(label)+" belongs to the den.", "Build it without this label.")
		}
	}
	volumes := slices.Sorted(maps.Keys(c.Config.Volumes))
	if n := len(volumes); n > sandbox.MaxVolumes {
		a.refuse(where, fmt.Sprintf("It declares %d volumes.", n), fmt.Sprintf("Build it with at most %d VOLUME places.", sandbox.MaxVolumes))
		volumes = nil
	}
	for _, v := range volumes {
		if sandbox.CheckVolume(path.Clean(v)) != nil {
			a.refuse(where, "It declares a volume at "+Shown(v)+", where none can be.", "Build it without this VOLUME.")
		}
	}
	for _, e := range c.Config.Env {
		if name, _, _ := strings.Cut(e, "="); name == "" || strings.ContainsRune(e, 0) {
			a.refuse(where, "It sets the variable "+Shown(e)+", which has no name or holds a zero byte.", "Build it without this ENV.")
		}
	}
	switch dir := c.Config.WorkingDir; {
	case dir != "" && !path.IsAbs(dir):
		a.refuse(where, "Its working folder "+Shown(dir)+" does not begin with /.", "Build it with an absolute WORKDIR.")
	case sandbox.OfKernel(dir):
		a.refuse(where, "Its working folder "+Shown(dir)+" is one of the kernel's.", "Build it with a WORKDIR outside of /proc, /sys and /dev.")
	}
	program := c.Config.Entrypoint
	if len(program) == 0 {
		program = c.Config.Cmd
	}
	if len(program) > 0 && sandbox.OfKernel(program[0]) {
		a.refuse(where, "It starts "+Shown(program[0])+", which is one of the kernel's files.", "Start a program that the image itself holds.")
	}
}

func (a *Archive) layers(ctx context.Context, where string, m manifestEntry, c imageConfig) error {
	if n := len(m.Layers); n == 0 || n > a.limits.Layers {
		a.refuse(where, fmt.Sprintf("It has %d layers.", n), fmt.Sprintf("Build it with 1 to %d layers: join RUN lines, or flatten it.", a.limits.Layers))
		return nil
	}
	if len(c.RootFS.DiffIDs) != len(m.Layers) {
		a.refuse(where, fmt.Sprintf("Its configuration names %d layers, the archive has %d.", len(c.RootFS.DiffIDs), len(m.Layers)), saveAgain)
		return nil
	}
	var below []string
	for i, name := range m.Layers {
		digest, err := a.layer(ctx, fmt.Sprintf("%s layer %d", where, i+1), name, below)
		if err != nil {
			return a.keep(err)
		}
		if digest != c.RootFS.DiffIDs[i] {
			a.refuse(fmt.Sprintf("%s layer %d", where, i+1), "It is not the layer that the configuration names.", saveAgain)
		}
		below = append(below, digest)
	}
	return nil
}

func elsewhereLayer(mediaType string, urls []string) bool {
	return len(urls) > 0 || strings.Contains(mediaType, "foreign") || strings.Contains(mediaType, "nondistributable")
}
