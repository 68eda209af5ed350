package report

import (
	"bytes"
	"fmt"
	"io"

	"innovationden/orchestrator/den"
)

// Publisher is who stands behind what is published.
type Publisher struct {
	Name   string // of the organisation that runs the den
	Prefix string // OCDS ocid prefix: ocds-xxxxxx
	Public string // the den's address, without a slash at its end
}

// media types of the forms.
const (
	typeJSON = "application/json"
	typeCSV  = "text/csv; charset=utf-8"
	typeODS  = "application/vnd.oasis.opendocument.spreadsheet"
	typeZip  = "application/zip"
)

// Write makes the document in one of the forms that need nothing but itself; a bundle
// is made by Bundle. Invalid for any other.
func Write(form den.Form, r den.Report, p Publisher) (den.Document, error) {
	one := func(end, media string, write func(io.Writer) error) (den.Document, error) {
		return den.Document{Name: fileName(r, end), Type: media, Write: write}, nil
	}
	switch form {
	case den.FormJSON:
		return one(".json", typeJSON, func(w io.Writer) error { return JSON(w, r) })
	case den.FormCSV:
		return one(".csv", typeCSV, func(w io.Writer) error { return CSV(w, r) })
	case den.FormODS:
		return one(".ods", typeODS, func(w io.Writer) error { return ODS(w, r) })
	case den.FormOCDS:
		return one(".ocds.json", typeJSON, func(w io.Writer) error { return OCDS(w, r, p) })
	case den.FormBundle:
	}
	return den.Document{}, den.Bad("form", "Choose a form: json, csv, ods, ocds or bundle.")
}

// fileName is what a report is called as a file.
func fileName(r den.Report, end string) string {
	return fmt.Sprintf("report-%s%s", r.Trial.ID, end)
}

// whole is what a form writes.
func whole(write func(io.Writer) error) ([]byte, error) {
	var b bytes.Buffer
	err := write(&b)
	return b.Bytes(), err
}
