package report

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

const odsManifest = `<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:version="1.2" manifest:media-type="` + typeODS + `"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>
`

const odsStart = `<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" office:version="1.2"><office:automatic-styles><number:date-style style:name="nd"><number:year number:style="long"/><number:text>-</number:text><number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/><number:text> </number:text><number:hours number:style="long"/><number:text>:</number:text><number:minutes number:style="long"/></number:date-style><number:percentage-style style:name="np"><number:number number:decimal-places="1" number:min-integer-digits="1"/><number:text>%</number:text></number:percentage-style><style:style style:name="h" style:family="table-cell"><style:text-properties fo:font-weight="bold"/></style:style><style:style style:name="d" style:family="table-cell" style:data-style-name="nd"/><style:style style:name="p" style:family="table-cell" style:data-style-name="np"/></office:automatic-styles><office:body><office:spreadsheet>`

const odsEnd = `</office:spreadsheet></office:body></office:document-content>
`

// ODS writes the tables of the document as an OpenDocument 1.2 spreadsheet. Every cell
// says its type, so that no text is ever read as a formula or a number.
func ODS(w io.Writer, r den.Report) error {
	z := zip.NewWriter(w)
	if err := stored(z, "mimetype", []byte(typeODS)); err != nil {
		return err
	}
	content, err := whole(func(w io.Writer) error { return odsContent(w, sheets(r)) })
	if err != nil {
		return err
	}
	for _, part := range []struct {
		name string
		body []byte
	}{{"META-INF/manifest.xml", []byte(odsManifest)}, {"content.xml", content}} {
		f, err := z.Create(part.name)
		if err != nil {
			return err
		}
		if _, err := f.Write(part.body); err != nil {
			return err
		}
	}
	return z.Close()
}

// stored adds a file as the type of a document wants to be found: first, as it is, with
// its length before it.
func stored(z *zip.Writer, name string, body []byte) error {
	f, err := z.CreateRaw(&zip.FileHeader{
		Name: name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(body), CompressedSize64: uint64(len(body)), UncompressedSize64: uint64(len(body)),
	})
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	return err
}

func odsContent(w io.Writer, all []sheet) error {
	var b bytes.Buffer
	b.WriteString(odsStart)
	for _, s := range all {
		fmt.Fprintf(&b, `<table:table table:name="%s">`, escaped(s.name))
		for _, row := range s.rows {
			b.WriteString("<table:table-row>")
			for _, c := range row {
				b.WriteString(c.ods())
			}
			if len(row) == 0 {
				b.WriteString("<table:table-cell/>")
			}
			b.WriteString("</table:table-row>")
		}
		b.WriteString("</table:table>")
	}
	b.WriteString(odsEnd)
	_, err := b.WriteTo(w)
	return err
}

func (c cell) ods() string {
	switch c.kind {
	case number:
		return fmt.Sprintf(`<table:table-cell office:value-type="float" office:value="%s"><text:p>%s</text:p></table:table-cell>`, figure(c.n), figure(c.n))
	case percent:
		return fmt.Sprintf(`<table:table-cell table:style-name="p" office:value-type="percentage" office:value="%s"><text:p>%.1f%%</text:p></table:table-cell>`, figure(c.n), 100*c.n)
	case money:
		return fmt.Sprintf(`<table:table-cell office:value-type="currency" office:currency="GBP" office:value="%s"><text:p>£%.2f</text:p></table:table-cell>`, figure(c.n), c.n)
	case moment:
		if c.at.IsZero() {
			break
		}
		return fmt.Sprintf(`<table:table-cell table:style-name="d" office:value-type="date" office:date-value="%s"><text:p>%s</text:p></table:table-cell>`,
			c.at.UTC().Format("2006-01-02T15:04:05"), c.at.UTC().Format(time.DateTime))
	case heading:
		return `<table:table-cell table:style-name="h" office:value-type="string">` + paragraphs(c.text) + `</table:table-cell>`
	case text:
		if c.text != "" {
			return `<table:table-cell office:value-type="string">` + paragraphs(c.text) + `</table:table-cell>`
		}
	case empty:
	}
	return `<table:table-cell/>`
}

// paragraphs keeps lines apart; spaces in a row are one in the form itself.
func paragraphs(s string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		b.WriteString("<text:p>" + escaped(line) + "</text:p>")
	}
	return b.String()
}

func escaped(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer never fails
	return b.String()
}
