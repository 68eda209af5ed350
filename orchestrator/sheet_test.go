package orchestrator_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
)

func (r *rig) sheet(of den.Sheet) string {
	r.t.Helper()
	var out bytes.Buffer
	r.must(r.o.ExportTechmap(context.Background(), den.System(), of, &out))
	return out.String()
}

// What was written is read back as it was, with formula-like text as text.
func TestASheetComesBackAsItWent(t *testing.T) {
	r := newRig(t, withWords)
	ctx, root := context.Background(), den.System()
	_, err := r.o.ChangeSupplier(ctx, root, r.supplier.ID, den.SupplierChange{Name: "=1+1", SupplierProfile: den.SupplierProfile{
		Summary: "'@cmd\nsecond line, with \"quotes\"; and more", Size: den.Micro, SME: den.Yes, Place: "-Leeds", Frameworks: []string{"G-Cloud 14", "+Spark"}, Website: "https://x.example",
		Contacts: []den.Contact{{Name: "@Ada", Email: "ada@x.example", Phone: "+44 1632"}, {Name: "Second"}},
	}})
	r.must(err)
	_, err = r.o.ChangeProduct(ctx, root, r.product.ID, den.ProductChange{Name: "'quoted", Summary: "'=already", ProductProfile: den.ProductProfile{
		Description: "One.\n\nTwo.", Capabilities: []string{"appointments", "queues"}, Hosting: []den.Hosting{den.OnSite}, Price: den.StatedPrice{Basis: den.PerYear, Pence: 120_05},
		OpenSource: den.Yes, Licence: "MIT",
	}})
	r.must(err)
	suppliers, products := r.sheet(den.SupplierSheet), r.sheet(den.ProductSheet)
	for _, line := range strings.Split(suppliers+products, "\r\n") {
		for cell := range strings.SplitSeq(line, ",") {
			if cell = strings.Trim(cell, `"`); cell != "" && strings.ContainsAny(cell[:1], "=+-@") {
				t.Errorf("a cell begins with %q: %s", cell[:1], cell)
			}
		}
	}
	before, err := r.o.Supplier(ctx, root, r.supplier.ID)
	r.must(err)
	was, err := r.o.Product(ctx, root, r.product.ID)
	r.must(err)
	for of, text := range map[den.Sheet]string{den.SupplierSheet: suppliers, den.ProductSheet: products} {
		done, err := r.o.ImportTechmap(ctx, root, of, strings.NewReader("\uFEFF\""+strings.Replace(text, ",", "\",", 1))) // as programs write it that put every cell in quotes
		r.must(err)
		if done.Added != 0 || done.Changed != 1 || r.sheet(of) != text {
			t.Errorf("%s: %+v\n%s\n%s", of, done, text, r.sheet(of))
		}
	}
	after, err := r.o.Supplier(ctx, root, r.supplier.ID)
	r.must(err)
	is, err := r.o.Product(ctx, root, r.product.ID)
	r.must(err)
	if before.Name != after.Name || before.Summary != after.Summary || len(after.Contacts) != 2 || was.Description != is.Description || was.Price != is.Price || was.Name != is.Name {
		t.Errorf("%+v\n%+v\n%+v\n%+v", before.SupplierProfile, after.SupplierProfile, was.ProductProfile, is.ProductProfile)
	}
}

func TestAnImportAddsAndChanges(t *testing.T) {
	r := newRig(t, withWords)
	ctx := context.Background()
	done, err := r.o.ImportTechmap(ctx, r.member, den.SupplierSheet, strings.NewReader("name,size,frameworks\nNew One,small,G-Cloud 14; Spark\nNew Two,,\n"))
	r.must(err)
	if done.Added != 2 {
		t.Errorf("%+v", done)
	}
	done, err = r.o.ImportTechmap(ctx, r.member, den.ProductSheet, strings.NewReader("supplier,name,capabilities,price_basis,price_pounds\nnew one,Diary,appointments;queues,year,\"1,200.50\"\n"))
	r.must(err)
	found := r.find(r.member, "diary")
	if done.Added != 1 || found.Total != 1 || found.Items[0].Product.Price.Pence != 1200_50 || found.Items[0].Supplier.AddedBy != r.department.ID {
		t.Errorf("%+v %+v", done, found.Items)
	}
	done, err = r.o.ImportTechmap(ctx, r.member, den.ProductSheet, strings.NewReader("supplier,name,summary\nNew One,diary,Better\n"))
	r.must(err)
	if found = r.find(r.member, "diary"); done.Changed != 1 || found.Items[0].Product.Summary != "Better" || len(found.Items[0].Product.Capabilities) != 2 {
		t.Errorf("columns that the sheet lacks were changed: %+v", found.Items)
	}
}

// Every refused line is named with its column and why, all at once, and nothing is done.
func TestAnImportThatIsRefusedDoesNothing(t *testing.T) {
	r := newRig(t, withWords)
	ctx := context.Background()
	before := r.sheet(den.ProductSheet)
	_, err := r.o.ImportTechmap(ctx, den.System(), den.ProductSheet, strings.NewReader("supplier,name,capabilities,hosting,data_location,price_basis,price_pounds\n"+
		"Bookwell Ltd,Good,appointments,hosted,uk,free,\n"+
		"Nobody Ltd,Bad,,,,,\n"+
		"Bookwell Ltd,Worse,flying,moon,mars,,12\n"+
		"Bookwell Ltd,\"two\nlines\",,,,year,twelve\n"+
		"Bookwell Ltd,,,,,,\n"+
		"Bookwell Ltd,Short\n"))
	if got := r.said(err); got != "Line 7: it has 2 cells, and the first line has 7. Give each line as many." && !strings.Contains(got, "Line 8: it has 2 cells") {
		t.Errorf("%s", got)
	}
	_, err = r.o.ImportTechmap(ctx, den.System(), den.ProductSheet, strings.NewReader("supplier,name,capabilities,hosting,data_location,price_basis,price_pounds\n"+
		"Bookwell Ltd,Good,appointments,hosted,uk,free,\n"+
		"Nobody Ltd,Bad,,,,,\n"+
		"Bookwell Ltd,Worse,flying,moon,mars,,12\n"+
		"Bookwell Ltd,Also,,,,year,twelve\n"+
		"Bookwell Ltd,,,,,,\n"))
	want := []string{
		"Line 3, column supplier: There is no supplier \"Nobody Ltd\"", "Line 4, column capabilities:", "Line 4, column hosting:", "Line 4, column data_location:", "Line 4, column price_basis:",
		"Line 5, column price_pounds: Enter an amount of pounds", "Line 6, column name: Enter the name",
	}
	got := r.said(err)
	for _, one := range want {
		if !strings.Contains(got, one) {
			t.Errorf("not said: %s\n%s", one, got)
		}
	}
	if after := r.sheet(den.ProductSheet); after != before || r.find(r.member, "good").Total != 0 {
		t.Errorf("something was done:\n%s", after)
	}
	for name, c := range map[string]struct{ text, want string }{
		"empty":             {"", "empty"},
		"unknown column":    {"name,colour\nA,red\n", `Line 1, column 2: there is no column "colour"`},
		"a column twice":    {"name,name\nA,B\n", "Line 1, column 2"},
		"no name":           {"size\nsmall\n", `add the column "name"`},
		"not CSV":           {"name\n\"unclosed\n", "is not CSV"},
		"no lines":          {"name\n\n", "at least one line"},
		"an id of nothing":  {"id,name\nsup_none,A\n", "Line 2, column id"},
		"a name with a bar": {"name,website\nA,javascript://x\n", "Line 2, column website"},
	} {
		if _, err := r.o.ImportTechmap(ctx, den.System(), den.SupplierSheet, strings.NewReader(c.text)); !strings.Contains(r.said(err), c.want) {
			t.Errorf("%s: %s", name, r.said(err))
		}
	}
}

func TestNobodyImportsOverAnothersEntry(t *testing.T) {
	r := newRig(t, withWords)
	ctx := context.Background()
	_, err := r.o.ImportTechmap(ctx, r.member, den.SupplierSheet, strings.NewReader("name,summary\nNew Co,fine\nBookwell Ltd,mine now\n"))
	if got := r.said(err); !strings.Contains(got, "Line 3, column name: This entry is not yours to change.") || strings.Contains(got, "Line 2") {
		t.Errorf("%s", got)
	}
	if r.find(r.member, "new co").Total != 0 {
		t.Error("half of it was imported")
	}
	auditor := den.Actor{ID: "per_a", Memberships: []den.Membership{{Role: den.Auditor}}}
	if _, err := r.o.ImportTechmap(ctx, auditor, den.SupplierSheet, strings.NewReader("name\nX\n")); den.KindOf(err) != den.Denied {
		t.Errorf("an auditor imports: %v", err)
	}
	if _, err := r.o.ImportTechmap(ctx, den.Actor{}, den.SupplierSheet, strings.NewReader("name\nX\n")); den.KindOf(err) != den.Unknown {
		t.Errorf("nobody imports: %v", err)
	}
}

// said is everything that a refusal says, line by line.
func (r *rig) said(err error) string {
	var e *den.Error
	if !errors.As(err, &e) {
		return ""
	}
	var all []string
	for _, one := range e.All() {
		all = append(all, one.Say)
	}
	return strings.Join(all, "\n")
}

// Of a file that is no sheet of ours, so many faults are said and no more.
func TestSoManyFaultsOfASheetAreSaidAndNoMore(t *testing.T) {
	r := newRig(t, withWords)
	for name, text := range map[string]string{
		"lines":   "name,summary\n" + strings.Repeat("x\n", 50_000),
		"columns": strings.Repeat("x,", 50_000) + "name\nBookwell\n",
	} {
		_, err := r.o.ImportTechmap(context.Background(), den.System(), den.SupplierSheet, strings.NewReader(text))
		var bad *den.Error
		if !errors.As(err, &bad) || bad.Kind != den.Invalid || len(bad.All()) < 50 || len(bad.All()) > 101 {
			t.Errorf("%s: %d faults are said", name, len(bad.All()))
		}
	}
}

// Columns of a contact that the sheet lacks stay as they were, like any other.
func TestAnImportKeepsWhatItDoesNotSayOfAContact(t *testing.T) {
	r := newRig(t, withWords)
	ctx, root := context.Background(), den.System()
	was := []den.Contact{{Name: "Ada", Email: "ada@x.example", Phone: "01632 960001"}, {Name: "Second"}}
	_, err := r.o.ChangeSupplier(ctx, root, r.supplier.ID, den.SupplierChange{Name: "Bookwell Ltd", SupplierProfile: den.SupplierProfile{Contacts: was}})
	r.must(err)
	_, err = r.o.ImportTechmap(ctx, root, den.SupplierSheet, strings.NewReader("name,contact_email\nBookwell Ltd,sales@x.example\n"))
	r.must(err)
	now, err := r.o.Supplier(ctx, root, r.supplier.ID)
	r.must(err)
	want := []den.Contact{{Name: "Ada", Email: "sales@x.example", Phone: "01632 960001"}, {Name: "Second"}}
	if !slices.Equal(now.Contacts, want) {
		t.Errorf("%+v", now.Contacts)
	}
}

// A sheet of twice as many lines takes twice as long, not four times: while it is taken over
// nothing else in the den can change.
func TestALongSheetOfOneSupplierTakesAsLongAsItIs(t *testing.T) {
	takes := func(lines int) (mallocs uint64) {
		r := newRig(t, withWords)
		var sheet strings.Builder
		sheet.WriteString("supplier,name\n")
		for n := range lines {
			fmt.Fprintf(&sheet, "Bookwell Ltd,Number %d\n", n)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		done, err := r.o.ImportTechmap(context.Background(), den.System(), den.ProductSheet, strings.NewReader(sheet.String()))
		runtime.ReadMemStats(&after)
		if err != nil || done.Added != lines {
			t.Fatalf("%+v %v", done, err)
		}
		return after.Mallocs - before.Mallocs
	}
	if once, twice := takes(200), takes(400); twice > 3*once {
		t.Errorf("200 lines took %d pieces of memory, 400 took %d", once, twice)
	}
}

// Lines of one sheet see what the lines before them did.
func TestALineSeesTheNamesThatThoseBeforeItGave(t *testing.T) {
	r := newRig(t, withWords)
	ctx, root := context.Background(), den.System()
	done, err := r.o.ImportTechmap(ctx, root, den.ProductSheet, strings.NewReader("id,supplier,name,summary\n"+
		",Bookwell Ltd,bookwell,As it was.\n"+
		string(r.product.ID)+",Bookwell Ltd,Diary,Renamed.\n"+
		",Bookwell Ltd,Bookwell,Another one.\n"+
		",Bookwell Ltd,diary,The first one.\n"+
		",Bookwell Ltd,BOOKWELL,Still another one.\n"))
	if err != nil || done.Added != 1 || done.Changed != 4 {
		t.Fatalf("%+v %v", done, err)
	}
	first, err := r.o.Product(ctx, root, r.product.ID)
	if err != nil || first.Name != "diary" || first.Summary != "The first one." {
		t.Errorf("the first is %q, %q %v", first.Name, first.Summary, err)
	}
}
