package policy

import (
	"encoding/json"
	"slices"
	"strings"
)

// descriptor and the rest are of the OCI Image Layout 1.1, which newer engines write
// beside manifest.json.
type descriptor struct {
	MediaType string       `json:"mediaType"`
	Digest    string       `json:"digest"`
	URLs      []string     `json:"urls"`
	Config    *descriptor  `json:"config"`
	Manifests []descriptor `json:"manifests"`
	Layers    []descriptor `json:"layers"`
}

// foreign refuses layers of the image layout that are to be fetched from elsewhere,
// and images that manifest.json does not name: an engine that reads the layout would
// load what nobody checked.
func (a *Archive) foreign() error {
	if _, ok := a.parts["index.json"]; !ok {
		return nil
	}
	var index descriptor
	if err := a.json("index.json", &index); err != nil {
		return err
	}
	seen := 0
	return a.walk(index.Manifests, 0, &seen)
}

func (a *Archive) walk(all []descriptor, depth int, seen *int) error {
	for _, d := range all {
		if *seen++; *seen > 64 || depth > 3 {
			return a.no("index.json", "It names too many images.", "Save fewer images at once.")
		}
		if len(d.URLs) > 0 {
			a.refuse("index.json", "An image is to be fetched from elsewhere.", saveAgain)
		}
		raw, err := a.read("blobs/" + strings.Replace(d.Digest, ":", "/", 1))
		if err != nil {
			continue // of another platform, and not in the archive
		}
		var m descriptor
		if json.Unmarshal(raw, &m) != nil {
			return a.no("index.json", "It is not the JSON that it should be.", saveAgain)
		}
		for _, l := range m.Layers {
			if elsewhereLayer(l.MediaType, l.URLs) {
				a.refuse("index.json", "One of its layers is to be fetched from elsewhere.", "Build it on an image whose layers are all in the archive.")
			}
		}
		if m.Config != nil && strings.HasPrefix(m.Config.MediaType, "application/vnd.oci.image.config") && len(m.Layers) > 0 && !provenance(m.Layers) && !a.holds(m.Config.Digest) {
			a.refuse("index.json", "It names an image that manifest.json does not.", saveAgain)
		}
		if err := a.walk(m.Manifests, depth+1, seen); err != nil {
			return err
		}
	}
	return nil
}

// provenance says whether the layers are statements about an image, which docker
// build adds, and not an image.
func provenance(layers []descriptor) bool {
	return !slices.ContainsFunc(layers, func(l descriptor) bool { return l.MediaType != "application/vnd.in-toto+json" })
}

func (a *Archive) holds(config string) bool {
	return len(a.found) > 0 || slices.ContainsFunc(a.Images, func(i ArchivedImage) bool { return i.ID == config })
}
