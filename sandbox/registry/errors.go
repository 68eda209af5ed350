package registry

import (
	"errors"
	"fmt"
	"net/http"
	"syscall"

	"cuelabs.dev/go/oci/ociregistry"
)

// Digest names content: sha256:… or sha512:….
type Digest = ociregistry.Digest

// What a Door may answer. Any other error is a fault of ours.
var (
	// ErrUnknown: nobody is known by this token.
	ErrUnknown = errors.New("nobody is known by this token")
	// ErrHidden: there is no such repository, or it is not theirs to see.
	ErrHidden = errors.New("no such repository")
)

// Denied is a refusal in words for whoever pushes.
type Denied struct{ Say string }

func (d Denied) Error() string { return d.Say }

// The answers of the protocol that are given from several places.
var (
	errBlobUnknown     = refusal("BLOB_UNKNOWN", "The repository does not hold this blob.")
	errManifestUnknown = refusal("MANIFEST_UNKNOWN", "The repository does not hold this manifest.")
	errRepoUnknown     = refusal("NAME_UNKNOWN", "There is no such repository, or you cannot see it. Its name is on the product's page in the den.")
	errUploadUnknown   = refusal("BLOB_UPLOAD_UNKNOWN", "This upload is not known. Begin it again.")
	errUploadBusy      = refusal("BLOB_UPLOAD_INVALID", "Another request writes to this upload.")
	errOrder           = refusal("RANGE_INVALID", "This part does not begin where the upload ends.")
	errDigest          = refusal("DIGEST_INVALID", "The content is not what its digest says.")
	errAlgorithm       = refusal("DIGEST_INVALID", "The digest must be sha256 or sha512.")
	errFull            = Denied{"The disk of the den is full. Nothing of this push was kept. Push again when the operator has made room."}
)

func refusal(code, say string) error { return ociregistry.NewError(say, code, nil) }

func refuse(code, say string, args ...any) error { return refusal(code, fmt.Sprintf(say, args...)) }

// isFull says that the disk, or the room that the disk's owner leaves us, is used up.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// answered is an error as the protocol words it. What is nobody's fault outside stays as
// it is: the handler logs it and says nothing of its cause.
func answered(err error) error {
	var denied Denied
	var known ociregistry.Error
	var coded ociregistry.HTTPError
	switch {
	case errors.Is(err, ErrUnknown):
		return refusal("UNAUTHORIZED", "Sign in with docker login. The password is a token of yours, which the den gives out.")
	case errors.Is(err, ErrHidden):
		return errRepoUnknown
	case isFull(err):
		return refusal("DENIED", errFull.Say)
	case errors.As(err, &denied):
		return refusal("DENIED", denied.Say)
	case errors.As(err, &known), errors.As(err, &coded):
		return err
	}
	return nil
}

// write answers with an error. It says what it could not put into words.
func write(w http.ResponseWriter, err error) (fault error) {
	said := answered(err)
	if said == nil {
		fault = err
		said = refusal("UNKNOWN", "The den made a mistake. Push again, and tell the operator if it happens again.")
	}
	var known ociregistry.Error
	if errors.As(said, &known) && known.Code() == "UNAUTHORIZED" {
		w.Header().Set("WWW-Authenticate", `Basic realm="Innovation Den"`)
	}
	_ = ociregistry.WriteError(w, said) // whoever asked is gone
	return fault
}
