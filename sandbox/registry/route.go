package registry

import (
	"net/http"
	"regexp"
	"strings"
)

// Deed is what somebody wants with a repository.
type Deed string

// The deeds. Enter is to prove who one is, with no repository.
const (
	Enter Deed = "enter"
	Pull  Deed = "pull"
	Push  Deed = "push" // and delete
)

// route is a request of the protocol.
type route struct {
	deed Deed
	repo string
	kind string // "", "blobs", "uploads", "manifests", "tags", "referrers"
	last string // what of the kind: a digest, a tag, an upload
}

var (
	repoForm = regexp.MustCompile(`^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$`)
	tagForm  = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`)
)

const longestRepo = 255

// routed reads what a request wants.
func routed(r *http.Request) (route, error) {
	path, ok := strings.CutPrefix(r.URL.Path, "/v2")
	if !ok {
		return route{}, errRepoUnknown
	}
	if path == "" || path == "/" {
		return route{deed: Enter}, nil
	}
	rest := strings.TrimPrefix(path, "/")
	out := route{deed: Pull}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		out.deed = Push
	}
	for _, kind := range []string{"/blobs/uploads", "/blobs/", "/manifests/", "/tags/", "/referrers/"} {
		i := strings.LastIndex(rest, kind)
		if i < 0 {
			continue
		}
		out.repo, out.last = rest[:i], strings.TrimPrefix(rest[i+len(kind):], "/")
		out.kind = strings.Trim(kind, "/")
		if kind == "/blobs/uploads" {
			out.kind = "uploads"
			out.deed = Push
		}
		if strings.Contains(out.last, "/") {
			continue
		}
		if !repoForm.MatchString(out.repo) || len(out.repo) > longestRepo {
			return out, refuse("NAME_INVALID", "A repository is named SUPPLIER/PRODUCT, in lower-case letters, digits, and \"-\", \"_\" and \".\" between them.")
		}
		return out, nil
	}
	return out, errRepoUnknown
}
