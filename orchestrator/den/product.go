package den

import (
	"maps"
	"slices"
)

// Product is what a supplier offers.
type Product struct {
	ID        ID
	Supplier  ID
	Name      string
	Summary   string
	CreatedAt Stamp
	Rev       int64

	ProductProfile
	ChangedAt Stamp `json:",omitzero"` // when the entry was last changed
}

// Release is one deployable version of a product. It never changes.
type Release struct {
	ID        ID
	Product   ID
	Supplier  ID
	Version   string
	Image     string // image id, sha256:… of its configuration
	Digest    string // sha256:… of its manifest, where it was pushed
	From      string // the name or archive it came from, for people
	Port      int    // TCP port that answers HTTP
	Path      string // path that answers, starting with "/"
	Profile   string // "strict" or "standard"
	Env       []string
	Volumes   []string // paths that get a place in memory, the image's own included
	Asks      Ways     `json:",omitzero"` // what its supplier asks departments to open
	SizeBytes int64
	CreatedAt Stamp
	Rev       int64

	Notes string `json:",omitempty"` // what is new in it, in its supplier's words: plain text
	Needs string `json:",omitempty"` // what data it has to find to be tried, in the same way
	SBOM  *SBOM  `json:",omitempty"` // what it is built of; nil: nobody said yet

	// A stack of several services has besides: Image is then that of Front.
	Compose     string              `json:",omitempty"` // the compose file's text; it may hold secrets of the supplier's
	ComposeName string              `json:",omitempty"` // what the file was called, for people
	Front       string              `json:",omitempty"` // the service that answers
	Services    []string            `json:",omitempty"` // in order
	Images      map[string]string   `json:",omitempty"` // name in the file → image id
	Places      map[string][]string `json:",omitempty"` // image id → paths that it declares as volumes

	Pushed map[string]string `json:",omitempty"` // image id → repository@digest that it was pushed as
}

// EveryPushed is where the images of a release were pushed to, each once, in order.
func (r Release) EveryPushed() []string {
	all := slices.Sorted(maps.Values(r.Pushed))
	return slices.Compact(all)
}

// EveryImage is the image ids of a release, each once, in order.
func (r Release) EveryImage() []string {
	all := append(slices.Collect(maps.Values(r.Images)), r.Image)
	slices.Sort(all)
	return slices.Compact(all)
}
