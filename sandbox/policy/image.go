package policy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"strings"

	"innovationden/sandbox"
)

// keptTag is the form of the tags under which dens keep images.
var keptTag = regexp.MustCompile(`^den-[^/]*/kept(:|$)`)

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
	if c.OS != a.os || c.Architecture != a.arch {
		a.refuse(where, "It is for "+Shown(c.OS+"/"+c.Architecture)+", and sandboxes here are "+a.os+"/"+a.arch+".", "Build it with docker build --platform "+a.os+"/"+a.arch+".")
	}
	for _, t := range m.RepoTags {
		if keptTag.MatchString(t) {
			a.refuse(where, "The name "+Shown(t)+" belongs to the den.", "Save it under a name of your own.")
		}
	}
	for label := range c.Config.Labels {
		if OurLabel(label) {
			a.refuse(where, "The label "+Shown(label)+" belongs to the den.", "Build it without this label.")
		}
	}
	for v := range c.Config.Volumes {
		if sandbox.CheckVolume(path.Clean(v)) != nil {
			a.refuse(where, "It declares a volume at "+Shown(v)+", where none can be.", "Build it without this VOLUME.")
		}
	}
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
