package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/ledger"
)

// Sealing is what makes a bundle worth more than its files.
type Sealing struct {
	Proofs []ledger.Proof                           // of the events that the report names; all of one head
	Open   func(hash string) (io.ReadCloser, error) // evidence
	Sign   func(den.Head) (string, error)           // a checkpoint
	Seal   func(hash string) (string, error)
}

// Bundle writes the document in every form, with what it stands on: the protocol as it
// was locked, scores as sheets that "den stats" reads, evidence, receipts, the proofs
// that all of it is in the record, a signed checkpoint, and a seal over the whole.
func Bundle(w io.Writer, r den.Report, with den.Enclosed, p Publisher, s Sealing) error {
	b := &bundle{archive: newArchive(w, r.MadeAt), r: r, with: with, p: p, s: s}
	for _, part := range []func() error{b.forms, b.inputs, b.evidence, b.receipts, b.proofs, b.close} {
		if err := part(); err != nil {
			return fmt.Errorf("bundle of %s: %w", r.Trial.ID, err)
		}
	}
	return nil
}

// BundleName is what a bundle is called as a file.
func BundleName(r den.Report) (name, media string) { return fileName(r, ".bundle.zip"), typeZip }

type bundle struct {
	*archive
	r    den.Report
	with den.Enclosed
	p    Publisher
	s    Sealing
}

const readme = `This is a sealed report of a trial in an Innovation Den.

report.html is the report to read; the other report files say the same in other forms.
protocol.json is what was locked before the trial started, sheets/ the scores for
"den stats agreement" and "den stats ranks", evidence/ what evaluators attached,
receipts/ the proofs that the sandboxes were removed, and proofs/ the proofs that all of
it stands in the den's tamper-evident record, whose state checkpoint.txt signs.

To check that nothing was changed, without a den:

    den check --bundle FILE --key KEY

KEY is a file with the public key of the den, which its record page shows.
`

func (b *bundle) forms() error {
	if err := b.bytes("README.txt", []byte(readme)); err != nil {
		return err
	}
	for _, f := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"report.html", func(w io.Writer) error { return Page(w, b.r) }},
		{"report.json", func(w io.Writer) error { return JSON(w, b.r) }},
		{"report.csv", func(w io.Writer) error { return CSV(w, b.r) }},
		{"report.ods", func(w io.Writer) error { return ODS(w, b.r) }},
		{"report.ocds.json", func(w io.Writer) error { return OCDS(w, b.r, b.p) }},
	} {
		body, err := whole(f.write)
		if err == nil {
			err = b.bytes(f.name, body)
		}
		if err != nil {
			return err
		}
	}
	schema, err := Schema(b.p.Public + SchemaPath)
	if err != nil {
		return err
	}
	return b.bytes("report.schema.json", schema)
}

// inputs are what the figures were computed from.
func (b *bundle) inputs() error {
	if len(b.with.Protocol) > 0 {
		if err := b.bytes("protocol.json", b.with.Protocol); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		name string
		rows [][]string
	}{{"sheets/agreement.csv", agreementRows(b.r)}, {"sheets/ranks.csv", rankRows(b.r)}} {
		if len(f.rows) < 2 {
			continue
		}
		body, err := whole(func(w io.Writer) error { return writeRows(w, f.rows) })
		if err == nil {
			err = b.bytes(f.name, body)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *bundle) evidence() error {
	for _, hash := range b.with.Evidence {
		f, err := b.s.Open(hash)
		if den.KindOf(err) == den.NotFound {
			continue // it was kept as long as it had to be
		}
		if err != nil {
			return err
		}
		err = b.add("evidence/"+hash, f)
		_ = f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *bundle) receipts() error {
	for _, r := range b.with.Receipts {
		if err := b.json("receipts/"+string(r.Lease)+".json", r); err != nil {
			return err
		}
	}
	return nil
}

func (b *bundle) proofs() error {
	if len(b.s.Proofs) == 0 {
		return nil
	}
	for _, p := range b.s.Proofs {
		if err := b.json(fmt.Sprintf("proofs/%d.json", p.Seq), p); err != nil {
			return err
		}
	}
	signed, err := b.s.Sign(b.s.Proofs[0].Head)
	if err != nil {
		return err
	}
	return b.bytes(checkpointName, []byte(signed))
}

const checkpointName = "checkpoint.txt"

// close writes the list of contents and the seal over it.
func (b *bundle) close() error {
	list, err := json.MarshalIndent(contents{Standard: bundleStandard, Trial: string(b.r.Trial.ID), MadeAt: b.at, Files: b.made}, "", "  ")
	if err != nil {
		return err
	}
	sum := sha256.Sum256(list)
	seal, err := b.s.Seal(hex.EncodeToString(sum[:]))
	if err != nil {
		return err
	}
	if _, err := b.put(contentsName, bytes.NewReader(list)); err != nil {
		return err
	}
	if _, err := b.put(sealName, bytes.NewReader([]byte(seal))); err != nil {
		return err
	}
	return b.z.Close()
}

func (b *bundle) json(name string, v any) error {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return b.bytes(name, body)
}
