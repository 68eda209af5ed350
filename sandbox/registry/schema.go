package registry

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
)

// The whole file. Blobs lie beside it, as blobs/<algorithm>/<first two>/<hex>.
//
//	meta               "schema" → 1, 8 bytes big-endian
//	blobs              digest → size, 8 bytes; when it came, 8 bytes (Unix nanoseconds)
//	repositories
//	└── NAME           one bucket for each
//	    ├── blobs      digest → when it came into this repository, 8 bytes
//	    ├── manifests  digest → record (JSON), the text of the manifest included
//	    ├── tags       tag → digest
//	    └── referrers  digest of the subject, 0, digest of the manifest → nothing
//	owners
//	└── OWNER          digest → in how many of its repositories, 8 bytes
//	uploads            id → begun (JSON); its bytes are the file uploads/<id>

const schemaVersion = 1

var (
	metaBucket      = []byte("meta")
	schemaKey       = []byte("schema")
	blobsBucket     = []byte("blobs")
	reposBucket     = []byte("repositories")
	ownersBucket    = []byte("owners")
	uploadsBucket   = []byte("uploads")
	manifestsBucket = []byte("manifests")
	tagsBucket      = []byte("tags")
	referrersBucket = []byte("referrers")
)

// record is one manifest of a repository.
type record struct {
	MediaType    string
	Text         []byte
	ArtifactType string            `json:",omitempty"`
	Annotations  map[string]string `json:",omitempty"`
	Subject      Digest            `json:",omitempty"`
	Blobs        []Digest          `json:",omitempty"` // configuration and layers
	Manifests    []Digest          `json:",omitempty"` // of an index
	At           time.Time
}

// begun is an upload that goes on.
type begun struct {
	Repo string
	At   time.Time
}

func layOut(b *bbolt.Tx) error {
	for _, name := range [][]byte{metaBucket, blobsBucket, reposBucket, ownersBucket, uploadsBucket} {
		if _, err := b.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	meta := b.Bucket(metaBucket)
	switch found := meta.Get(schemaKey); {
	case found == nil:
		return meta.Put(schemaKey, number(schemaVersion))
	case count(found) != schemaVersion:
		return fmt.Errorf("the registry's file is of schema %d, and this den reads %d; use the den that wrote it", count(found), schemaVersion)
	}
	return nil
}

func number(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

func count(b []byte) int64 {
	if len(b) < 8 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(b))
}

// held is a row of the blobs bucket.
func held(size int64, at time.Time) []byte { return append(number(size), number(at.UnixNano())...) }

func moment(b []byte) time.Time { return time.Unix(0, count(b)).UTC() }

// shelf is one repository in a transaction; the zero shelf is one that is not there.
type shelf struct {
	blobs, manifests, tags, referrers *bbolt.Bucket
}

func (s shelf) there() bool { return s.blobs != nil }

// repository finds a repository.
func repository(b *bbolt.Tx, name string) shelf {
	r := b.Bucket(reposBucket).Bucket([]byte(name))
	if r == nil {
		return shelf{}
	}
	return shelf{r.Bucket(blobsBucket), r.Bucket(manifestsBucket), r.Bucket(tagsBucket), r.Bucket(referrersBucket)}
}

// opened finds a repository or makes it.
func opened(b *bbolt.Tx, name string) (shelf, error) {
	r, err := b.Bucket(reposBucket).CreateBucketIfNotExists([]byte(name))
	if err != nil {
		return shelf{}, err
	}
	for _, part := range [][]byte{blobsBucket, manifestsBucket, tagsBucket, referrersBucket} {
		if _, err := r.CreateBucketIfNotExists(part); err != nil {
			return shelf{}, err
		}
	}
	return repository(b, name), nil
}

func (s shelf) manifest(d Digest) (record, error) {
	var r record
	raw := s.manifests.Get([]byte(d))
	if raw == nil {
		return r, errManifestUnknown
	}
	return r, json.Unmarshal(raw, &r)
}

// each visits the manifests of a repository.
func (s shelf) each(visit func(Digest, record) error) error {
	return s.manifests.ForEach(func(key, raw []byte) error {
		var r record
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		return visit(Digest(key), r)
	})
}

func referrer(subject, manifest Digest) []byte {
	return append(append([]byte(subject), 0), manifest...)
}
