package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"iter"
	"slices"
	"strings"

	"cuelabs.dev/go/oci/ociregistry"
	"go.etcd.io/bbolt"
)

// The media types of what can be pushed by the name of a manifest.
const (
	ociManifest    = "application/vnd.oci.image.manifest.v1+json"
	ociIndex       = "application/vnd.oci.image.index.v1+json"
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	dockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
)

// mostManifest bounds a manifest, as the specification advises.
const mostManifest = 4 << 20

// Bounds of one repository, past what anybody needs: the list of what was pushed reads all
// of it, and so does the collection of garbage.
const (
	mostKept = 5000
	mostRead = 128 << 20 // bytes of all manifests, as they are kept
	mostTags = 5000
)

// descriptor is what of an OCI descriptor is looked at.
type descriptor struct {
	MediaType string   `json:"mediaType"`
	Digest    Digest   `json:"digest"`
	Size      int64    `json:"size"`
	URLs      []string `json:"urls"`
	Platform  *struct {
		Architecture string `json:"architecture"`
		OS           string `json:"os"`
		Variant      string `json:"variant"`
	} `json:"platform"`
	Annotations map[string]string `json:"annotations"`
}

// manifest is an image manifest or an index, whichever.
type manifest struct {
	MediaType    string            `json:"mediaType"`
	ArtifactType string            `json:"artifactType"`
	Config       *descriptor       `json:"config"`
	Layers       []descriptor      `json:"layers"`
	Manifests    []descriptor      `json:"manifests"`
	Subject      *descriptor       `json:"subject"`
	Annotations  map[string]string `json:"annotations"`
}

// elsewhere says that a layer is not pushed but to be fetched from somewhere else.
func (d descriptor) elsewhere() bool {
	return len(d.URLs) > 0 || strings.Contains(d.MediaType, "foreign") || strings.Contains(d.MediaType, "nondistributable")
}

func isIndex(mediaType string) bool { return mediaType == ociIndex || mediaType == dockerList }

// readManifest checks what can be checked without the repository.
func readManifest(mediaType string, text []byte) (record, error) {
	var m manifest
	if !slices.Contains([]string{ociManifest, ociIndex, dockerManifest, dockerList}, mediaType) {
		return record{}, refuse("MANIFEST_INVALID", "A manifest of the type %q cannot be kept. Push an image or an index of Docker's version 2 or OCI's version 1.", mediaType)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return record{}, refuse("MANIFEST_INVALID", "The manifest is not the JSON that it should be.")
	}
	if m.MediaType != "" && m.MediaType != mediaType {
		return record{}, refuse("MANIFEST_INVALID", "The manifest says that it is %q and was sent as %q.", m.MediaType, mediaType)
	}
	out := record{MediaType: mediaType, Text: text, ArtifactType: m.ArtifactType, Annotations: m.Annotations}
	if m.Subject != nil {
		out.Subject = m.Subject.Digest
	}
	if isIndex(mediaType) {
		for _, one := range m.Manifests {
			out.Manifests = append(out.Manifests, one.Digest)
		}
		return out, digests(out)
	}
	if m.Config == nil {
		return record{}, refuse("MANIFEST_INVALID", "The manifest names no configuration.")
	}
	if out.ArtifactType == "" {
		out.ArtifactType = m.Config.MediaType
	}
	out.Blobs = append(out.Blobs, m.Config.Digest)
	for _, l := range m.Layers {
		if !l.elsewhere() {
			out.Blobs = append(out.Blobs, l.Digest)
		}
	}
	return out, digests(out)
}

func digests(r record) error {
	all := slices.Concat(r.Blobs, r.Manifests)
	if r.Subject != "" {
		all = append(all, r.Subject)
	}
	for _, d := range all {
		if _, err := hasher(d); err != nil {
			return refuse("MANIFEST_INVALID", "The manifest names %q, which is not a sha256 or sha512 digest.", d)
		}
	}
	return nil
}

// putManifest keeps a manifest under its digest, and under a tag where there is one.
func (r *Registry) putManifest(repo, tag string, d Digest, mediaType string, text []byte) (record, error) {
	h, err := hasher(d)
	if err != nil {
		return record{}, err
	}
	if h.Write(text); !sum(h, d) {
		return record{}, errDigest
	}
	m, err := readManifest(mediaType, text)
	if err != nil {
		return record{}, err
	}
	m.At = r.now()
	if err := r.take(owner(repo), int64(len(text)), 0); err != nil {
		return record{}, err
	}
	fresh := false
	err = r.db.Update(func(b *bbolt.Tx) error {
		fresh = false
		s, err := opened(b, repo)
		if err != nil {
			return err
		}
		if err := s.complete(m); err != nil {
			return err
		}
		fresh = s.manifests.Get([]byte(d)) == nil
		if err := s.room(fresh, len(text), tag); err != nil {
			return err
		}
		return s.put(d, m, tag)
	})
	if err != nil || !fresh {
		r.give(owner(repo), int64(len(text)))
	}
	return m, err
}

// complete refuses a manifest that refers to what was not pushed.
func (s shelf) complete(m record) error {
	for _, d := range m.Blobs {
		if s.blobs.Get([]byte(d)) == nil {
			return refuse("MANIFEST_BLOB_UNKNOWN", "The manifest refers to %s, which was not pushed.", d)
		}
	}
	for _, d := range m.Manifests {
		if s.manifests.Get([]byte(d)) == nil {
			return refuse("MANIFEST_BLOB_UNKNOWN", "The index refers to the manifest %s, which was not pushed.", d)
		}
	}
	return nil
}

// room refuses what a repository has no room for: one more manifest, or one more tag.
func (s shelf) room(fresh bool, coming int, tag string) error {
	tooMany := Denied{"The repository holds all the manifests and tags that it may. Delete what you no longer need, then push again."}
	if fresh {
		n, bytes := 0, coming
		for key, raw := range entries(s.manifests) {
			n, bytes = n+1, bytes+len(key)+len(raw)
		}
		if n >= mostKept || bytes > mostRead {
			return tooMany
		}
	}
	if tag == "" || s.tags.Get([]byte(tag)) != nil {
		return nil
	}
	n := 0
	for range entries(s.tags) {
		n++
	}
	if n >= mostTags {
		return tooMany
	}
	return nil
}

// entries are all keys and values of a bucket, in order.
func entries(b *bbolt.Bucket) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		c := b.Cursor()
		for key, value := c.First(); key != nil && yield(key, value); key, value = c.Next() {
		}
	}
}

func (s shelf) put(d Digest, m record, tag string) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := s.manifests.Put([]byte(d), raw); err != nil {
		return err
	}
	if m.Subject != "" {
		if err := s.referrers.Put(referrer(m.Subject, d), nil); err != nil {
			return err
		}
	}
	if tag == "" {
		return nil
	}
	return s.tags.Put([]byte(tag), []byte(d))
}

func (m record) descriptor(d Digest) ociregistry.Descriptor {
	return ociregistry.Descriptor{MediaType: m.MediaType, Digest: d, Size: int64(len(m.Text))}
}

// manifest reads one by its digest.
func (r *Registry) manifest(repo string, d Digest) (m record, err error) {
	if _, err := hasher(d); err != nil {
		return m, err
	}
	err = r.db.View(func(b *bbolt.Tx) error {
		s := repository(b, repo)
		if !s.there() {
			return errRepoUnknown
		}
		m, err = s.manifest(d)
		return err
	})
	return m, err
}

// Resolve says which manifest a tag names.
func (r *Registry) Resolve(repo, tag string) (d Digest, err error) {
	err = r.db.View(func(b *bbolt.Tx) error {
		s := repository(b, repo)
		if !s.there() {
			return errRepoUnknown
		}
		if d = Digest(s.tags.Get([]byte(tag))); d == "" {
			return errManifestUnknown
		}
		return nil
	})
	return d, err
}

// GetManifest implements ociregistry.Reader.
func (r *Registry) GetManifest(_ context.Context, repo string, d Digest) (ociregistry.BlobReader, error) {
	m, err := r.manifest(repo, d)
	if err != nil {
		return nil, err
	}
	return blobReader{bytes.NewReader(m.Text), io.NopCloser(nil), m.descriptor(d)}, nil
}

// GetTag implements ociregistry.Reader.
func (r *Registry) GetTag(ctx context.Context, repo, tag string) (ociregistry.BlobReader, error) {
	d, err := r.Resolve(repo, tag)
	if err != nil {
		return nil, err
	}
	return r.GetManifest(ctx, repo, d)
}

// ResolveManifest implements ociregistry.Reader.
func (r *Registry) ResolveManifest(_ context.Context, repo string, d Digest) (ociregistry.Descriptor, error) {
	m, err := r.manifest(repo, d)
	return m.descriptor(d), err
}

// ResolveTag implements ociregistry.Reader.
func (r *Registry) ResolveTag(ctx context.Context, repo, tag string) (ociregistry.Descriptor, error) {
	d, err := r.Resolve(repo, tag)
	if err != nil {
		return ociregistry.Descriptor{}, err
	}
	return r.ResolveManifest(ctx, repo, d)
}
