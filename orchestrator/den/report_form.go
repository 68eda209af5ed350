package den

import "io"

// Form is a form that the standard document can be had in.
type Form string

// The forms.
const (
	FormJSON   Form = "json"
	FormCSV    Form = "csv"
	FormODS    Form = "ods"
	FormOCDS   Form = "ocds"
	FormBundle Form = "bundle"
)

// Forms lists every form.
var Forms = []Form{FormJSON, FormCSV, FormODS, FormOCDS, FormBundle}

// Document is the standard document in one form, to be kept as a file.
type Document struct {
	Name  string // of the file
	Type  string // media type
	Write func(io.Writer) error
}

// Enclosed is what goes into a bundle besides the document.
type Enclosed struct {
	Protocol []byte // what was locked at the start, byte for byte
	Receipts []Receipt
	Evidence []string // SHA-256 of each file, in hex
}
