package orchestrator

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"innovationden/orchestrator/den"
)

// importing is one import under way, in its transaction.
type importing struct {
	o        *Orchestrator
	tx       den.Tx
	p        *pen
	by       den.Actor
	names    map[string][]den.ID          // suppliers, by their names in lower case
	products map[den.ID]map[string]den.ID // of each supplier that was asked for, by their names in lower case
	done     *den.Imported
	refusals den.Faults
}

func (i *importing) known() error {
	all, err := every(i.tx.Suppliers(), den.Query{})
	for _, s := range all {
		name := strings.ToLower(s.Name)
		i.names[name] = append(i.names[name], s.ID)
	}
	return err
}

// take does what one line says. What cannot be done is noted; only a store that fails
// ends the import early.
func (i *importing) take(of den.Sheet, l sheetLine) error {
	if len(i.refusals) >= mostRefusals {
		return nil
	}
	do := i.supplier
	if of == den.ProductSheet {
		do = i.product
	}
	err := do(l)
	var e *den.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &e) || e.Kind == den.Internal || e.Kind == den.Full || e.Kind == den.Busy || e.Kind == den.Down:
		return err
	}
	for _, one := range e.All() {
		column := ""
		if one.Field != "" {
			column = ", column " + columnOf(one.Field, l)
		}
		i.refusals.Add(den.Bad("sheet", "Line %d%s: %s", l.number, column, one.Say))
	}
	return nil
}

// columnOf is the column that a field of an entry came from.
func columnOf(field string, l sheetLine) string {
	switch {
	case field == "contacts":
		return "contact"
	case field == "price" && l.cells["price_basis"] == "":
		return "price_basis"
	case field == "price":
		return "price_pounds"
	}
	return field
}

func (i *importing) supplier(l sheetLine) error {
	s, err := i.findSupplier(l.cells["id"], l.cells["name"])
	if err != nil {
		return err
	}
	isNew := s.ID == ""
	if isNew {
		by, err := writer(i.by, "")
		if err != nil {
			return err
		}
		s = den.Supplier{AddedBy: by, CreatedAt: i.p.now}
	} else if err := allow(i.by, den.EditEntry, den.ReadTechmap, s.Owner()); err != nil {
		return den.Bad("name", "This entry is not yours to change.")
	}
	in := den.SupplierChange{Name: l.cells["name"], SupplierProfile: s.SupplierProfile}
	l.set("summary", &in.Summary)
	l.set("place", &in.Place)
	l.set("website", &in.Website)
	l.set("size", (*string)(&in.Size))
	l.set("sme", (*string)(&in.SME))
	l.list("frameworks", &in.Frameworks)
	l.list("accreditations", &in.Accreditations)
	if l.has("contact") || l.has("contact_email") || l.has("contact_phone") {
		var c den.Contact
		if len(in.Contacts) > 0 {
			c, in.Contacts = in.Contacts[0], in.Contacts[1:]
		}
		l.set("contact", &c.Name)
		l.set("contact_email", &c.Email)
		l.set("contact_phone", &c.Phone)
		in.Contacts = append([]den.Contact{c}, in.Contacts...)
	}
	change, faults := tidySupplier(in)
	if err := faults.Err(); err != nil {
		return err
	}
	s.Name, s.SupplierProfile, s.ChangedAt = change.Name, change.SupplierProfile, i.p.now
	act, say := "supplier.changed", "The entry of %s was changed by an import."
	if isNew {
		s.ID, act, say = i.p.id(den.KindSupplier), "supplier.added", "The supplier %s was added by an import."
		i.done.Added++
	} else {
		i.done.Changed++
	}
	if s, err = i.tx.Suppliers().Put(s); err != nil {
		return err
	}
	if isNew {
		i.names[strings.ToLower(s.Name)] = append(i.names[strings.ToLower(s.Name)], s.ID)
	}
	_, err = i.p.record(i.tx, den.Event{Act: act, Subject: s.ID, Say: fmt.Sprintf(say, s.Name)})
	return err
}

// findSupplier finds by id, or else by name; an empty one where there is none.
func (i *importing) findSupplier(id, name string) (s den.Supplier, err error) {
	if id != "" {
		s, err = i.tx.Suppliers().Get(den.ID(id))
		if den.KindOf(err) == den.NotFound {
			return s, den.Bad("id", "There is no supplier %s. Leave the id empty to add one.", id)
		}
		return s, err
	}
	switch all := i.names[strings.ToLower(strings.TrimSpace(name))]; len(all) {
	case 0:
		return s, nil
	case 1:
		return i.tx.Suppliers().Get(all[0])
	default:
		return s, den.Bad("name", "%d suppliers are called %q. Give the id too.", len(all), name)
	}
}

func (i *importing) product(l sheetLine) error {
	one, err := i.findProduct(l)
	if err != nil {
		return err
	}
	isNew := one.Rev == 0
	s, err := i.tx.Suppliers().Get(one.Supplier)
	if err != nil {
		return err
	}
	if err := allow(i.by, den.EditEntry, den.ReadTechmap, s.Owner()); err != nil {
		return den.Bad("supplier", "The entries of this supplier are not yours to change.")
	}
	in := den.ProductChange{Name: l.cells["name"], Summary: one.Summary, ProductProfile: one.ProductProfile}
	if err := l.fill(&in); err != nil {
		return err
	}
	change, faults := i.o.tidyProduct(in)
	if err := faults.Err(); err != nil {
		return err
	}
	before := one.Name
	one.Name, one.Summary, one.ProductProfile, one.ChangedAt = change.Name, change.Summary, change.ProductProfile, i.p.now
	act, say := "product.changed", "The entry of %s was changed by an import."
	if isNew {
		one.ID, one.CreatedAt, act, say = i.p.id(den.KindProduct), i.p.now, "product.added", "The product %s was added by an import."
		i.done.Added++
	} else {
		i.done.Changed++
	}
	if one, err = i.tx.Products().Put(one); err != nil {
		return err
	}
	i.called(one, before)
	if isNew {
		if err := i.p.nameRepository(i.tx, one); err != nil {
			return err
		}
	}
	_, err = i.p.record(i.tx, den.Event{Act: act, Subject: one.ID, About: []den.ID{one.Supplier}, Say: fmt.Sprintf(say, one.Name)})
	return err
}

// fill puts the cells that the sheet has into an entry.
func (l sheetLine) fill(in *den.ProductChange) error {
	l.set("summary", &in.Summary)
	l.set("description", &in.Description)
	l.set("data_location", (*string)(&in.DataLocation))
	l.set("open_source", (*string)(&in.OpenSource))
	l.set("licence", &in.Licence)
	l.set("accessibility", &in.Accessibility)
	l.set("price_basis", (*string)(&in.Price.Basis))
	l.list("capabilities", &in.Capabilities)
	l.list("standards", &in.Standards)
	if l.has("hosting") {
		var all []string
		l.list("hosting", &all)
		in.Hosting = nil
		for _, one := range all {
			in.Hosting = append(in.Hosting, den.Hosting(one))
		}
	}
	if !l.has("price_pounds") {
		return nil
	}
	pence, err := penceOf(l.cells["price_pounds"])
	in.Price.Pence = pence
	return err
}

// penceOf reads an amount of pounds, such as 12.40.
func penceOf(text string) (int64, error) {
	text = strings.NewReplacer("£", "", ",", "").Replace(text)
	if text == "" {
		return 0, nil
	}
	whole, part, _ := strings.Cut(text, ".")
	pounds, err := strconv.ParseUint(whole, 10, 40)
	if err == nil && len(part) <= 2 {
		var rest uint64
		if rest, err = strconv.ParseUint((part + "00")[:2], 10, 8); err == nil {
			return int64(pounds)*100 + int64(rest), nil
		}
	}
	return 0, den.Bad("price_pounds", "Enter an amount of pounds, such as 12.40.")
}

// findProduct finds by id, or else by its supplier and name; a new one of the supplier
// where there is none.
func (i *importing) findProduct(l sheetLine) (one den.Product, err error) {
	if id := l.cells["id"]; id != "" {
		one, err = i.tx.Products().Get(den.ID(id))
		if den.KindOf(err) == den.NotFound {
			return one, den.Bad("id", "There is no product %s. Leave the id empty to add one.", id)
		}
		return one, err
	}
	var s den.Supplier
	if name := l.cells["supplier"]; den.ID(name).Kind() == den.KindSupplier {
		s, err = i.findSupplier(name, "")
	} else {
		s, err = i.findSupplier("", name)
	}
	var e *den.Error
	switch {
	case errors.As(err, &e) && e.Kind == den.Invalid:
		return one, den.Bad("supplier", "%s", e.Say)
	case err != nil:
		return one, err
	case s.ID == "":
		return one, den.Bad("supplier", "There is no supplier %q on the techmap. Import suppliers first.", l.cells["supplier"])
	}
	named, err := i.productsOf(s.ID)
	if id := named[strings.ToLower(l.cells["name"])]; id != "" {
		return i.tx.Products().Get(id)
	}
	return den.Product{Supplier: s.ID}, err
}

// productsOf are the products of a supplier, read once: a sheet may have thousands of them.
func (i *importing) productsOf(supplier den.ID) (map[string]den.ID, error) {
	if named, ok := i.products[supplier]; ok {
		return named, nil
	}
	all, err := every(i.tx.Products(), den.Query{Index: den.ProductsBySupplier, Key: string(supplier)})
	if err != nil {
		return nil, err
	}
	named := map[string]den.ID{}
	for _, p := range slices.Backward(all) { // of two of one name, the first
		named[strings.ToLower(p.Name)] = p.ID
	}
	i.products[supplier] = named
	return named, nil
}

// called keeps productsOf right for a product that is called otherwise now.
func (i *importing) called(one den.Product, before string) {
	named, ok := i.products[one.Supplier]
	switch name := strings.ToLower(one.Name); {
	case !ok || name == strings.ToLower(before):
	case before != "" || named[name] != "":
		delete(i.products, one.Supplier) // which has that name now is to be read
	default:
		named[name] = one.ID
	}
}
