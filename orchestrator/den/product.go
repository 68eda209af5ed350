package den

// Product is what a supplier offers.
type Product struct {
	ID        ID
	Supplier  ID
	Name      string
	Summary   string
	CreatedAt Stamp
	Rev       int64
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
	SizeBytes int64
	CreatedAt Stamp
	Rev       int64
}
