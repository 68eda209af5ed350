package report

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/ledger"
)

// Bounds of a bundle that is read. Nothing in one is compressed, so no file is larger
// than its part of the archive.
const (
	mostBundle = 1 << 30
	mostFiles  = 10_000
	mostText   = 64 << 20 // bytes of a file that is read whole
)

// Checked is what a bundle was found to be.
type Checked struct {
	Trial  den.ID
	Files  int
	Proved int // events that stand in the record
	Head   den.Head
	Faults []ledger.Fault
}

func (c *Checked) fault(place, say string, args ...any) {
	c.Faults = append(c.Faults, ledger.Fault{Place: place, Say: fmt.Sprintf(say, args...)})
}

// Check reads a bundle and names every file in it that is not what the den sealed, and
// every statement that the record does not prove. It writes nothing and needs nothing
// but the file and the den's public key. Invalid for what is no bundle at all.
func Check(file io.ReaderAt, size int64, public string) (Checked, error) {
	c := &checking{file: file, size: size, public: public, files: map[string]*zip.File{}}
	if size > mostBundle {
		return c.Checked, den.Refuse(den.Invalid, "The file is larger than a bundle can be. Choose another one.")
	}
	if err := c.open(); err != nil {
		return c.Checked, err
	}
	if len(c.Faults) > 0 || !c.sealed() {
		return c.Checked, nil
	}
	c.hashes()
	if len(c.Faults) == 0 {
		c.bytes()
	}
	if len(c.Faults) == 0 {
		c.statements()
	}
	return c.Checked, nil
}

type checking struct {
	Checked
	file   io.ReaderAt
	size   int64
	public string
	order  []string
	files  map[string]*zip.File
	list   contents
	report den.Report
}

// open reads the archive's own list, within bounds.
func (c *checking) open() error {
	z, err := zip.NewReader(c.file, c.size)
	if err != nil {
		var magic [4]byte
		if _, rerr := c.file.ReadAt(magic[:], 0); rerr != nil || !bytes.Equal(magic[:], []byte("PK\x03\x04")) {
			return &den.Error{Kind: den.Invalid, Say: "The file is not a bundle of a den. Choose another one.", Err: err}
		}
		c.fault("archive", "The archive's own list cannot be read: its end was changed, or it is not whole.")
		return nil
	}
	if len(z.File) > mostFiles {
		return den.Refuse(den.Invalid, "The file holds more than %d files, which no bundle does. Choose another one.", mostFiles)
	}
	for _, f := range z.File {
		switch {
		case f.Name == "" || path.Clean("/"+f.Name) != "/"+f.Name || c.files[f.Name] != nil:
			c.fault("archive", "The archive holds a file whose name cannot be: %q.", f.Name)
		case f.Method != zip.Store || f.CompressedSize64 != f.UncompressedSize64 || f.UncompressedSize64 > uint64(c.size):
			c.fault(f.Name, "The file is packed in a way that no bundle uses.")
		}
		c.files[f.Name] = f
		c.order = append(c.order, f.Name)
	}
	if c.files[contentsName] == nil && c.files[sealName] == nil {
		c.Faults = nil // of whatever was found instead, such as a spreadsheet inside
		c.fault("archive", "The archive's own list cannot be read: its end was changed, or it is not whole.")
	}
	return nil
}

// read gives a file whole. Its content is compared with its hash elsewhere.
func (c *checking) read(name string) ([]byte, error) {
	f := c.files[name]
	if f == nil {
		return nil, fmt.Errorf("%s is not there", name)
	}
	if f.UncompressedSize64 > mostText {
		return nil, fmt.Errorf("%s is too long", name)
	}
	r, err := f.OpenRaw()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// sealed says whether the list of contents is the one that the den signed.
func (c *checking) sealed() bool {
	list, err := c.read(contentsName)
	if err != nil {
		c.fault(contentsName, "The list of contents is missing or cannot be read.")
		return false
	}
	seal, err := c.read(sealName)
	if err != nil {
		c.fault(sealName, "The seal is missing or cannot be read.")
		return false
	}
	hash, err := ledger.OpenSeal(string(seal), c.public)
	if err != nil {
		say := "The seal was changed."
		var refusal *den.Error
		if errors.As(err, &refusal) {
			say = refusal.Say
		}
		c.fault(sealName, "%s", say)
		return false
	}
	if sum := sha256.Sum256(list); hex.EncodeToString(sum[:]) != hash {
		c.fault(contentsName, "The list of contents was changed: it is not the one that was sealed.")
		return false
	}
	if err := json.Unmarshal(list, &c.list); err != nil || c.list.Standard != bundleStandard {
		c.fault(contentsName, "The list of contents is of another kind of bundle.")
		return false
	}
	c.Trial, c.Files = den.ID(c.list.Trial), len(c.list.Files)
	return true
}

// hashes compares every file with the list.
func (c *checking) hashes() {
	known := map[string]bool{contentsName: true, sealName: true}
	for _, one := range c.list.Files {
		known[one.Name] = true
		f := c.files[one.Name]
		if f == nil {
			c.fault(one.Name, "The file is missing.")
			continue
		}
		sum := sha256.New()
		r, err := f.OpenRaw()
		if err == nil {
			_, err = io.Copy(sum, r)
		}
		if err != nil || hex.EncodeToString(sum.Sum(nil)) != one.Hash || f.UncompressedSize64 != uint64(one.Size) {
			c.fault(one.Name, "The file was changed: it is not the one that was sealed.")
		}
	}
	for _, name := range c.order {
		if !known[name] {
			c.fault(name, "The file was added: it is not among those that were sealed.")
		}
	}
}

// bytes writes the archive anew from its files and compares every byte, those around
// and between the files too.
func (c *checking) bytes() {
	to := &comparer{file: c.file}
	a := newArchive(to, c.list.MadeAt)
	names := make([]string, 0, len(c.list.Files)+2)
	for _, one := range c.list.Files {
		names = append(names, one.Name)
	}
	for _, name := range append(names, contentsName, sealName) {
		r, err := c.files[name].OpenRaw()
		if err == nil {
			_, err = a.put(name, r)
		}
		if err != nil {
			c.fault("archive", "The archive is not as the den made it, at byte %d, around the file %s.", to.at, name)
			return
		}
	}
	if err := a.z.Close(); err != nil {
		c.fault("archive", "The archive's own list is not as the den made it, at byte %d.", to.at)
		return
	}
	if to.at != c.size {
		c.fault("archive", "Something was added at the end of the archive, at byte %d.", to.at)
	}
}

var errDiffers = errors.New("differs")

// comparer takes what should stand in a file and fails at the first byte that does not.
type comparer struct {
	file io.ReaderAt
	at   int64
}

func (c *comparer) Write(p []byte) (int, error) {
	stands := make([]byte, len(p))
	n, err := c.file.ReadAt(stands, c.at)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	for i := range p {
		if i >= n || p[i] != stands[i] {
			c.at += int64(i)
			return i, errDiffers
		}
	}
	c.at += int64(len(p))
	return len(p), nil
}

// statements hold what the files say to each other and to the record.
func (c *checking) statements() {
	text, err := c.read("report.json")
	if err != nil || json.Unmarshal(text, &c.report) != nil || c.report.Standard != den.ReportStandard || c.report.Trial.ID != c.Trial {
		c.fault("report.json", "The report is not one of this trial in a form that is known.")
		return
	}
	events := c.proofs()
	for _, e := range c.report.Record.Events {
		if got, ok := events[e.Seq]; !ok || got.Act != e.Act || !got.At.Equal(e.At) {
			c.fault(fmt.Sprintf("proofs/%d.json", e.Seq), "The record does not prove that %q happened at that time.", e.Act)
		}
	}
	c.protocol(events)
	c.receipts(events)
	for _, one := range c.list.Files {
		if dir, hash := path.Split(one.Name); dir == "evidence/" && hash != one.Hash {
			c.fault(one.Name, "The evidence is not the file that its name says.")
		}
	}
}

// proofs checks every proof against one signed state of the record.
func (c *checking) proofs() map[uint64]den.Event {
	events := map[uint64]den.Event{}
	signed, err := c.read(checkpointName)
	if err != nil {
		return events
	}
	checkpoint, err := ledger.OpenCheckpoint(string(signed), c.public)
	if err != nil {
		c.fault(checkpointName, "The checkpoint is not signed with this key.")
		return events
	}
	c.Head = checkpoint.Head
	for _, one := range c.list.Files {
		if path.Dir(one.Name) != "proofs" {
			continue
		}
		var p ledger.Proof
		text, err := c.read(one.Name)
		if err != nil || json.Unmarshal(text, &p) != nil {
			c.fault(one.Name, "The proof cannot be read.")
			continue
		}
		e, _, err := p.Check("")
		if err != nil || p.Head != c.Head || one.Name != fmt.Sprintf("proofs/%d.json", p.Seq) {
			c.fault(one.Name, "The proof is wrong: the event does not stand in the record that was signed.")
			continue
		}
		events[p.Seq] = e
		c.Proved++
	}
	return events
}

// protocol wants the locked text to be the one that the report names and that an event
// carries.
func (c *checking) protocol(events map[uint64]den.Event) {
	if c.files["protocol.json"] == nil {
		return
	}
	text, err := c.read("protocol.json")
	sum := sha256.Sum256(text)
	if err != nil || hex.EncodeToString(sum[:]) != c.report.Protocol.Hash {
		c.fault("protocol.json", "The protocol is not the one whose hash the report shows.")
		return
	}
	for _, e := range events {
		if e.Subject == c.Trial && bytes.Equal(e.After, text) {
			return
		}
	}
	c.fault("protocol.json", "The record does not prove that this protocol was locked.")
}

func (c *checking) receipts(events map[uint64]den.Event) {
	for _, one := range c.list.Files {
		if path.Dir(one.Name) != "receipts" {
			continue
		}
		var r den.Receipt
		text, err := c.read(one.Name)
		if err != nil || json.Unmarshal(text, &r) != nil {
			c.fault(one.Name, "The receipt cannot be read.")
			continue
		}
		e, ok := events[r.Event]
		if !ok || e.Subject != r.Lease && !slices.Contains(e.About, r.Lease) {
			c.fault(one.Name, "The record does not prove this receipt.")
		}
	}
}
