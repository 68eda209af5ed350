package den

import "strings"

// Repository is the name under which images of a product are pushed: SUPPLIER/PRODUCT.
// It is given once and never changes, whatever the product is called later.
type Repository struct {
	Name     ID // its key
	Product  ID
	Supplier ID
	Rev      int64
}

// Owner is the first part of its name, which all repositories of a supplier share.
func (r Repository) Owner() string {
	owner, _, _ := strings.Cut(string(r.Name), "/")
	return owner
}

// Push is something that was pushed to a repository under a tag.
type Push struct {
	Tag      string
	Digest   string
	Bytes    int64 // as it was sent, compressed
	At       Stamp
	Releases []string // versions of the releases that were made of it
}

const longestSlug = 60

// Slug makes a part of a repository's name of what something is called: lower-case
// letters and digits, with "-" between words. It is empty where nothing is left.
func Slug(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(name) {
		if r < 'a' || r > 'z' {
			if r < '0' || r > '9' {
				gap = b.Len() > 0
				continue
			}
		}
		if gap {
			b.WriteByte('-')
		}
		gap = false
		b.WriteRune(r)
		if b.Len() >= longestSlug {
			break
		}
	}
	return b.String()
}
