package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"cuelabs.dev/go/oci/ociregistry/ociserver"
)

// Door says who may do what. It is asked on every request.
type Door interface {
	// May is nil where the holder of a token may do this to a repository. ErrUnknown,
	// ErrHidden, or Denied with a sentence for them.
	May(ctx context.Context, token string, do Deed, repo string) error
}

// Handler answers everything below /v2/.
func (r *Registry) Handler(door Door) http.Handler {
	h := &handler{r: r, door: door}
	h.reads = ociserver.New(r, &ociserver.Options{
		DebugID:    "den",
		WriteError: func(w http.ResponseWriter, q *http.Request, err error) { h.refuse(w, q, err) },
	})
	return h
}

type handler struct {
	r     *Registry
	door  Door
	reads http.Handler
}

func (h *handler) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	w.Header().Set("Docker-Distribution-API-Version", "registry/2.0")
	w.Header().Set("Cache-Control", "no-store")
	if err := h.answer(w, q); err != nil {
		h.refuse(w, q, err)
	}
}

func (h *handler) refuse(w http.ResponseWriter, q *http.Request, err error) {
	if fault := write(w, err); fault != nil && q.Context().Err() == nil {
		h.r.Log.Error("a request of the registry failed", "method", q.Method, "path", q.URL.Path, "error", fault)
	}
}

func (h *handler) answer(w http.ResponseWriter, q *http.Request) error {
	want, err := routed(q)
	if err != nil {
		if known := h.door.May(q.Context(), token(q), Enter, ""); known != nil {
			return known
		}
		return err
	}
	if err := h.door.May(q.Context(), token(q), want.deed, want.repo); err != nil {
		return err
	}
	switch {
	case want.kind == "uploads":
		return h.upload(w, q, want)
	case want.kind == "manifests" && q.Method == http.MethodPut:
		return h.put(w, q, want)
	case want.kind == "manifests" && !strings.Contains(want.last, ":") && !tagForm.MatchString(want.last):
		return errManifestUnknown
	case want.kind == "blobs" && q.Method == http.MethodGet:
		return h.blob(w, q, want)
	case want.kind == "tags" && !list(q):
		return refuse("UNSUPPORTED", "The number of tags to list must be a number.")
	}
	h.reads.ServeHTTP(w, q)
	return nil
}

func list(q *http.Request) bool {
	n := q.URL.Query().Get("n")
	_, err := strconv.ParseUint(n, 10, 31)
	return n == "" || err == nil
}

// token is what a request proves its sender with: the password of docker login, whatever
// the user name, or a bearer's.
func token(q *http.Request) string {
	if _, password, ok := q.BasicAuth(); ok {
		return password
	}
	kind, rest, _ := strings.Cut(q.Header.Get("Authorization"), " ")
	if strings.EqualFold(kind, "Bearer") {
		return strings.TrimSpace(rest)
	}
	return ""
}

// blob sends a blob or the part of it that was asked for.
func (h *handler) blob(w http.ResponseWriter, q *http.Request, want route) error {
	d := Digest(want.last)
	if _, err := hasher(d); err != nil {
		return err
	}
	f, _, err := h.r.open(want.repo, d)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", octets)
	w.Header().Set("Docker-Content-Digest", want.last)
	w.Header().Set("Etag", strconv.Quote(want.last))
	http.ServeContent(w, q, "", info.ModTime(), f)
	return nil
}

// put keeps a manifest.
func (h *handler) put(w http.ResponseWriter, q *http.Request, want route) error {
	text, err := io.ReadAll(io.LimitReader(q.Body, mostManifest+1))
	if err != nil {
		return err
	}
	if len(text) > mostManifest {
		return refuse("MANIFEST_INVALID", "A manifest has at most %s.", amount(mostManifest))
	}
	tag, d := "", Digest(want.last)
	if !strings.Contains(want.last, ":") {
		if tag = want.last; !tagForm.MatchString(tag) {
			return refuse("MANIFEST_INVALID", "A tag has up to 128 letters, digits, \".\", \"_\" and \"-\".")
		}
		sum := sha256.Sum256(text)
		d = Digest("sha256:" + hex.EncodeToString(sum[:]))
	}
	mediaType, _, _ := strings.Cut(q.Header.Get("Content-Type"), ";")
	m, err := h.r.putManifest(want.repo, tag, d, strings.TrimSpace(mediaType), text)
	if err != nil {
		return err
	}
	if m.Subject != "" {
		w.Header().Set("OCI-Subject", string(m.Subject))
	}
	created(w, want.repo, "manifests", d)
	return nil
}

func created(w http.ResponseWriter, repo, kind string, d Digest) {
	w.Header().Set("Location", "/v2/"+repo+"/"+kind+"/"+string(d))
	w.Header().Set("Docker-Content-Digest", string(d))
	w.WriteHeader(http.StatusCreated)
}

// upload answers the requests of a blob on its way.
func (h *handler) upload(w http.ResponseWriter, q *http.Request, want route) error {
	if want.last == "" {
		if q.Method != http.MethodPost {
			return refuse("UNSUPPORTED", "An upload is begun with POST.")
		}
		return h.begin(w, q, want)
	}
	u, err := h.r.resumeUpload(want.repo, want.last)
	if err != nil {
		return err
	}
	defer u.leave()
	switch q.Method {
	case http.MethodGet, http.MethodHead:
		u.stands(w, http.StatusNoContent)
		return nil
	case http.MethodDelete:
		if err := u.cancel(); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	case http.MethodPatch:
		if err := u.part(q); err != nil {
			return err
		}
		u.stands(w, http.StatusAccepted)
		return nil
	case http.MethodPut:
		return u.finish(w, q)
	}
	return refuse("UNSUPPORTED", "An upload is not asked for with %s.", q.Method)
}

// begin begins an upload, unless the blob is in a repository already that its sender can
// take it from, or comes whole with this request.
func (h *handler) begin(w http.ResponseWriter, q *http.Request, want route) error {
	if from, d := h.mountable(q, want.repo); from != "" {
		_, err := h.r.MountBlob(q.Context(), from, want.repo, d)
		if err == nil {
			created(w, want.repo, "blobs", d)
			return nil
		}
		if !errors.Is(err, errBlobUnknown) && !errors.Is(err, errRepoUnknown) {
			return err
		}
	}
	u, err := h.r.beginUpload(want.repo)
	if err != nil {
		return err
	}
	if q.URL.Query().Get("digest") == "" {
		u.mu.Lock()
		defer u.leave()
		u.stands(w, http.StatusAccepted)
		return nil
	}
	if u, err = h.r.resumeUpload(want.repo, u.id); err != nil {
		return err
	}
	defer u.leave()
	if err = u.finish(w, q); err != nil && !u.closed {
		err = errors.Join(err, u.cancel())
	}
	return err
}

// mountable says from where a blob can be taken: the repository that is named, where its
// sender may pull from it, or any of the same owner's where none is named.
func (h *handler) mountable(q *http.Request, to string) (from string, d Digest) {
	query := q.URL.Query()
	d = Digest(query.Get("mount"))
	if _, err := hasher(d); err != nil {
		return "", ""
	}
	if from = query.Get("from"); from == "" {
		return h.r.keeper(owner(to), d), d
	}
	if !repoForm.MatchString(from) || h.door.May(q.Context(), token(q), Pull, from) != nil {
		return "", ""
	}
	return from, d
}

// stands says how far an upload came.
func (u *upload) stands(w http.ResponseWriter, status int) {
	w.Header().Set("Location", "/v2/"+u.repo+"/blobs/uploads/"+u.id)
	w.Header().Set("Docker-Upload-UUID", u.id)
	w.Header().Set("Range", fmt.Sprintf("0-%d", max(u.size-1, 0)))
	w.WriteHeader(status)
}

// part adds the body of a request. What goes past a quota, or past the disk, ends the
// upload: nothing of it is kept. Its body is read to the end all the same, since a client
// that is still sending hears no answer.
func (u *upload) part(q *http.Request) error {
	if err := u.follows(q); err != nil {
		return err
	}
	err := u.write(q.Body)
	if _, denied := errors.AsType[Denied](err); denied || isFull(err) {
		err = errors.Join(err, u.cancel())
		_, _ = io.Copy(io.Discard, io.LimitReader(q.Body, mostDrained))
	}
	return err
}

// mostDrained is how much of a refused body is read, in bytes.
const mostDrained = 4 << 30

// follows refuses a part that does not begin where the upload ends.
func (u *upload) follows(q *http.Request) error {
	given := q.Header.Get("Content-Range")
	if given == "" {
		return nil
	}
	first, last, ok := strings.Cut(strings.TrimPrefix(given, "bytes "), "-")
	last, _, _ = strings.Cut(last, "/")
	from, err := strconv.ParseInt(first, 10, 64)
	to, err2 := strconv.ParseInt(last, 10, 64)
	if !ok || err != nil || err2 != nil || from != u.size || q.ContentLength > 0 && to-from+1 != q.ContentLength {
		return errOrder
	}
	return nil
}

// finish adds the last part and makes a blob of it all.
func (u *upload) finish(w http.ResponseWriter, q *http.Request) error {
	d := Digest(q.URL.Query().Get("digest"))
	if _, err := hasher(d); err != nil {
		return err
	}
	if err := u.part(q); err != nil {
		return err
	}
	if err := u.commit(d); err != nil {
		return err
	}
	created(w, u.repo, "blobs", d)
	return nil
}
