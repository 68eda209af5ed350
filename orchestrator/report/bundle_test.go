package report

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/evaluation"
	"innovationden/orchestrator/ledger"
)

// shelf is a bucket in memory.
type shelf map[string][]byte

func (s shelf) Get(key []byte) []byte { return s[string(key)] }

func (s shelf) Put(key, value []byte) error { s[string(key)] = value; return nil }

func (s shelf) ForEach(visit func(key, value []byte) error) error {
	for _, key := range slices.Sorted(maps.Keys(s)) {
		if err := visit([]byte(key), s[key]); err != nil {
			return err
		}
	}
	return nil
}

func (s shelf) EachOf(prefix []byte, visit func(key, value []byte) error) error {
	return s.ForEach(func(key, value []byte) error {
		if !bytes.HasPrefix(key, prefix) {
			return nil
		}
		return visit(key, value)
	})
}

// sealedTrial is a rich trial with its record, receipts and evidence.
type sealedTrial struct {
	r    den.Report
	with den.Enclosed
	s    Sealing
	key  *ledger.Key
}

func newSealedTrial(t testing.TB) *sealedTrial {
	t.Helper()
	key, err := ledger.OpenKey(t.TempDir(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	x := &sealedTrial{r: rich(), key: key}
	log := ledger.Log{Leaves: shelf{}, Hashes: shelf{}, Top: shelf{}, Values: shelf{}}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(log.Create())
	x.with.Protocol = []byte(`{"Question":"Can people register by themselves?"}`)
	sum := sha256.Sum256(x.with.Protocol)
	x.r.Protocol.Hash = hex.EncodeToString(sum[:])
	x.r.Record.Events, x.r.Receipts = nil, nil
	happened := func(act string, subject den.ID, after []byte) uint64 {
		e := den.Event{ID: "evt_1", At: noon(3), Act: act, Subject: subject, About: []den.ID{x.r.Trial.ID}, Say: "It happened.", After: after}
		seq, err := log.Append(e)
		must(err)
		x.r.Record.Events = append(x.r.Record.Events, den.ReportEvent{Seq: seq, At: e.At, Act: act})
		return seq
	}
	happened("trial.started", x.r.Trial.ID, x.with.Protocol)
	for range 5 {
		_, err := log.Append(den.Event{ID: "evt_2", At: noon(3), Act: "person.signed_in", Subject: "per_1"})
		must(err)
	}
	for _, lease := range []den.ID{"lea_01", "lea_02"} {
		x.with.Receipts = append(x.with.Receipts, den.Receipt{Lease: lease, Trial: x.r.Trial.ID, EndedAt: noon(6), Event: happened("lease.ended", lease, nil)})
	}
	happened("trial.decided", x.r.Trial.ID, nil)
	picture := []byte("\x89PNG a picture")
	sum = sha256.Sum256(picture)
	x.with.Evidence = []string{hex.EncodeToString(sum[:])}
	for _, e := range x.r.Record.Events {
		p, err := log.Prove(e.Seq)
		must(err)
		x.s.Proofs = append(x.s.Proofs, p)
	}
	x.s.Open = func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(picture)), nil }
	x.s.Sign = func(h den.Head) (string, error) { return key.Sign(h, noon(9)) }
	x.s.Seal = func(hash string) (string, error) { return key.Seal(hash, noon(9)) }
	return x
}

func (x *sealedTrial) bytes(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Bundle(&b, x.r, x.with, publisher(), x.s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func checked(t testing.TB, bundle []byte, public string) Checked {
	t.Helper()
	c, err := Check(bytes.NewReader(bundle), int64(len(bundle)), public)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestABundleIsWholeAndTheSameEachTime(t *testing.T) {
	x := newSealedTrial(t)
	bundle := x.bytes(t)
	c := checked(t, bundle, x.key.Public())
	if len(c.Faults) > 0 || c.Trial != "tri_01" || c.Proved != 4 || c.Files != 18 || c.Head.Size != 9 {
		t.Errorf("%+v", c)
	}
	if !bytes.Equal(bundle, x.bytes(t)) {
		t.Error("the same trial gives another bundle")
	}
	z, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("sheets/agreement.csv")
	if err != nil {
		t.Fatal(err)
	}
	ratings, err := evaluation.ReadRatings(f)
	if err != nil || len(ratings.Raters) != 3 || len(ratings.Units) != 2 {
		t.Errorf("den stats cannot read the scores: %+v %v", ratings, err)
	}
	if f, err = z.Open("sheets/ranks.csv"); err != nil {
		t.Fatal(err)
	}
	if table, err := evaluation.ReadMarks(f); err != nil || len(table.Entries) != 2 || table.Criteria[2].Kind != evaluation.ByPrice {
		t.Errorf("den stats cannot read the marks: %+v %v", table, err)
	}
}

// places says which bytes of a bundle are the content of which file, from and to.
func places(t testing.TB, bundle []byte) map[string][2]int64 {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][2]int64{}
	for _, f := range z.File {
		at, err := f.DataOffset()
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = [2]int64{at, at + int64(f.UncompressedSize64)}
	}
	return out
}

// Whatever byte is changed, the check fails, and a change of a file names that file.
func TestAnyChangedByteIsNamed(t *testing.T) {
	x := newSealedTrial(t)
	bundle, public := x.bytes(t), x.key.Public()
	within := places(t, bundle)
	name := func(at int64) string {
		for n, span := range within {
			if at >= span[0] && at < span[1] {
				return n
			}
		}
		return ""
	}
	tried := map[string]int{}
	for at := range bundle {
		file := name(int64(at))
		span := within[file]
		// Of long contents each 101st byte, besides the first and the last; of what is around them, every byte.
		if file != "" && int64(at) != span[0] && int64(at) != span[1]-1 && at%101 != 0 {
			continue
		}
		tried[file]++
		bundle[at] ^= 0x20
		c, err := Check(bytes.NewReader(bundle), int64(len(bundle)), public)
		bundle[at] ^= 0x20
		switch {
		case err != nil && den.KindOf(err) == den.Invalid && at < 4:
		case err != nil:
			t.Fatalf("byte %d of %q: %v", at, file, err)
		case len(c.Faults) == 0:
			t.Fatalf("byte %d (of %q) was changed and nobody saw it", at, file)
		case file != "" && c.Faults[0].Place != file:
			t.Fatalf("byte %d of %q was changed, and %q is named", at, file, c.Faults[0].Place)
		}
	}
	if len(tried) != len(within)+1 || tried[""] < 1000 {
		t.Errorf("tried %v", tried)
	}
	// Nothing that a bundle can hold was left out.
	for _, kind := range []string{"README.txt", "report.html", "report.json", "report.csv", "report.ods", "report.ocds.json", "report.schema.json", "protocol.json", "sheets/agreement.csv", "sheets/ranks.csv",
		"evidence/", "receipts/", "proofs/", checkpointName, contentsName, sealName} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(tried)), func(name string) bool { return strings.HasPrefix(name, kind) }) {
			t.Errorf("no byte of %s was changed", kind)
		}
	}
	// Where several files were changed, each is named.
	var all []string
	for n, span := range within {
		if n != contentsName && n != sealName {
			all = append(all, n)
			bundle[span[0]] ^= 0x20
		}
	}
	var named []string
	for _, fault := range checked(t, bundle, public).Faults {
		named = append(named, fault.Place)
	}
	for _, span := range within {
		if n := name(span[0]); n != contentsName && n != sealName {
			bundle[span[0]] ^= 0x20
		}
	}
	slices.Sort(all)
	slices.Sort(named)
	if !slices.Equal(all, named) {
		t.Errorf("%v were changed, and %v are named", all, named)
	}
	if c := checked(t, bundle, public); len(c.Faults) > 0 {
		t.Errorf("nothing was changed, and %v is named", c.Faults)
	}
}

func TestABundleThatWasMadeUpIsSeen(t *testing.T) {
	x, other := newSealedTrial(t), newSealedTrial(t)
	whole := x.bytes(t)
	for name, c := range map[string]struct {
		bundle []byte
		public string
		place  string
	}{
		"another den's key":        {whole, other.key.Public(), sealName},
		"something at its end":     {append(slices.Clone(whole), 0), x.key.Public(), "archive"},
		"something at its start":   {append([]byte("PK\x03\x04"), whole...), x.key.Public(), "archive"},
		"a part of it":             {whole[:len(whole)-30], x.key.Public(), "archive"},
		"a file added":             {repacked(t, whole, "extra.txt", ""), x.key.Public(), "extra.txt"},
		"a file left out":          {repacked(t, whole, "", "report.csv"), x.key.Public(), "report.csv"},
		"packed files":             {deflated(t, whole), x.key.Public(), "README.txt"},
		"a report of another head": {made(t, func(x *sealedTrial) { x.r.Record.Events[0].Act = "trial.finished" }), "", "proofs/0.json"},
		"a protocol made up":       {made(t, func(x *sealedTrial) { x.with.Protocol = []byte("{}") }), "", "protocol.json"},
		"a protocol never locked": {made(t, func(x *sealedTrial) {
			x.with.Protocol = []byte("{}")
			sum := sha256.Sum256(x.with.Protocol)
			x.r.Protocol.Hash = hex.EncodeToString(sum[:])
		}), "", "protocol.json"},
		"a receipt made up": {made(t, func(x *sealedTrial) { x.with.Receipts[0].Lease = "lea_03" }), "", "receipts/lea_03.json"},
		"an event made up": {made(t, func(x *sealedTrial) {
			x.s.Proofs[0].Leaf = strings.Replace(x.s.Proofs[0].Leaf, "happened", "did not", 1)
		}), "", "proofs/0.json"},
		"evidence swapped":   {made(t, func(x *sealedTrial) { x.with.Evidence[0] = strings.Repeat("ab", 32) }), "", "evidence/" + strings.Repeat("ab", 32)},
		"a foreign document": {made(t, func(x *sealedTrial) { x.r.Standard = "other" }), "", "report.json"},
	} {
		t.Run(name, func(t *testing.T) {
			public := c.public
			if public == "" {
				public = lastKey(t, c.bundle)
			}
			got := checked(t, c.bundle, public)
			if len(got.Faults) == 0 || got.Faults[0].Place != c.place {
				t.Errorf("%v, want %s named", got.Faults, c.place)
			}
		})
	}
	for name, no := range map[string][]byte{"nothing": nil, "text": []byte("hello"), "a picture": []byte("\x89PNG\r\n\x1a\n")} {
		if _, err := Check(bytes.NewReader(no), int64(len(no)), x.key.Public()); den.KindOf(err) != den.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Check(bytes.NewReader(whole), mostBundle+1, x.key.Public()); den.KindOf(err) != den.Invalid {
		t.Errorf("a file that is too large: %v", err)
	}
}

// keys remembers with which key a made-up bundle was sealed.
var keys = map[string]string{}

// made is a bundle that a den sealed and that does not fit the record.
func made(t *testing.T, spoil func(*sealedTrial)) []byte {
	t.Helper()
	x := newSealedTrial(t)
	spoil(x)
	b := x.bytes(t)
	sum := sha256.Sum256(b)
	keys[string(sum[:])] = x.key.Public()
	return b
}

func lastKey(t *testing.T, b []byte) string {
	t.Helper()
	sum := sha256.Sum256(b)
	return keys[string(sum[:])]
}

// repacked writes a bundle anew with a file more or less.
func repacked(t *testing.T, bundle []byte, more, less string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	a := newArchive(&b, rich().MadeAt)
	put := func(name string, from io.Reader) {
		if _, err := a.put(name, from); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range z.File {
		if f.Name == less {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		put(f.Name, r)
	}
	if more != "" {
		put(more, strings.NewReader("more"))
	}
	if err := a.z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func deflated(t *testing.T, bundle []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		to, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(to, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
