package orchestrator

import (
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"innovationden/orchestrator/den"
)

// What an entry may hold.
const (
	mostLines      = 20  // of a list, such as accreditations
	lineLength     = 120 // of each of them
	mostPerProduct = 12
	dearest        = 1_000_000_000_00
)

// tidySupplier gives an entry as it is to be kept, and everything that is wrong with it.
func tidySupplier(in den.SupplierChange) (den.SupplierChange, den.Faults) {
	var faults den.Faults
	in.Name, in.Summary, in.Place = strings.TrimSpace(in.Name), strings.TrimSpace(in.Summary), oneLine(in.Place)
	faults.Add(wants("name", "the name of the supplier", in.Name, nameLength))
	faults.Add(within("summary", "the summary", in.Summary, textLength))
	faults.Add(within("place", "the place", in.Place, nameLength))
	if in.Size != "" && !slices.Contains(den.Headcounts, in.Size) {
		faults.Add(den.Bad("size", "Choose a size: micro, small, medium or large."))
	}
	faults.Add(saidOrNot("sme", in.SME))
	if in.Size == den.Large && in.SME == den.Yes {
		faults.Add(den.Bad("sme", "Choose no, or another size: a supplier of 250 people or more is not a small or medium-sized enterprise."))
	}
	in.Accreditations = tidyLines(&faults, "accreditations", "accreditation", in.Accreditations)
	in.Frameworks = tidyLines(&faults, "frameworks", "framework", in.Frameworks)
	in.Website = address(&faults, "website", in.Website)
	in.Contacts = contacts(&faults, in.Contacts)
	return in, faults
}

func contacts(faults *den.Faults, in []den.Contact) []den.Contact {
	var all []den.Contact
	for _, c := range in {
		c = den.Contact{Name: oneLine(c.Name), Email: strings.TrimSpace(c.Email), Phone: oneLine(c.Phone)}
		if c == (den.Contact{}) {
			continue
		}
		if len(all) == den.MostContacts {
			faults.Add(den.Bad("contacts", "Give at most %d contacts.", den.MostContacts))
			break
		}
		faults.Add(wants("contacts", "the name of each contact, a person or a team", c.Name, nameLength))
		if c.Email != "" {
			if a, err := mail.ParseAddress(c.Email); err != nil || a.Address != c.Email || len(c.Email) > nameLength {
				faults.Add(den.Bad("contacts", "Enter an e-mail address such as sales@supplier.example, or leave it empty."))
			}
		}
		if strings.ContainsFunc(c.Phone, func(r rune) bool { return !unicode.IsDigit(r) && !strings.ContainsRune("+ ()-.", r) }) || len(c.Phone) > 40 {
			faults.Add(den.Bad("contacts", "Enter a telephone number of digits and spaces, or leave it empty."))
		}
		all = append(all, c)
	}
	return all
}

// tidyProduct gives an entry as it is to be kept, and everything that is wrong with it.
func (o *Orchestrator) tidyProduct(in den.ProductChange) (den.ProductChange, den.Faults) {
	var faults den.Faults
	in.Name, in.Summary, in.Description = strings.TrimSpace(in.Name), strings.TrimSpace(in.Summary), strings.TrimSpace(in.Description)
	faults.Add(wants("name", "the name of the product", in.Name, nameLength))
	faults.Add(within("summary", "the summary", in.Summary, textLength))
	faults.Add(within("description", "the description", in.Description, textLength))
	in.Capabilities = o.capabilities(&faults, in.Capabilities)
	if slices.ContainsFunc(in.Hosting, func(h den.Hosting) bool { return !slices.Contains(den.Hostings, h) }) {
		faults.Add(den.Bad("hosting", "Choose how it can be run: hosted, own_cloud, on_site or on_devices."))
	}
	in.Hosting = slices.DeleteFunc(slices.Clone(den.Hostings), func(h den.Hosting) bool { return !slices.Contains(in.Hosting, h) })
	if in.DataLocation != "" && !slices.Contains(den.Locations, in.DataLocation) {
		faults.Add(den.Bad("data_location", "Choose where the data is kept: uk, eea, elsewhere or as_chosen."))
	}
	in.Standards = tidyLines(&faults, "standards", "standard", in.Standards)
	in.Accessibility = address(&faults, "accessibility", in.Accessibility)
	in.Licence = oneLine(in.Licence)
	faults.Add(within("licence", "the licence", in.Licence, lineLength))
	faults.Add(saidOrNot("open_source", in.OpenSource))
	if in.OpenSource == den.Yes && in.Licence == "" {
		faults.Add(den.Bad("licence", "Enter the open source licence, such as MIT or AGPL-3.0."))
	}
	switch {
	case in.Price.Basis == "" && in.Price.Pence == 0:
	case !slices.Contains(den.PriceBases, in.Price.Basis):
		faults.Add(den.Bad("price", "Choose what the price is for."))
	case in.Price.Basis.Amount() && (in.Price.Pence < 1 || in.Price.Pence > dearest):
		faults.Add(den.Bad("price", "Enter the price, more than nothing."))
	case !in.Price.Basis.Amount():
		in.Price.Pence = 0
	}
	return in, faults
}

// capabilities gives those that were chosen in the order of the vocabulary.
func (o *Orchestrator) capabilities(faults *den.Faults, chosen []string) []string {
	var all []string
	for _, id := range o.Config.Vocabulary.IDs() {
		if slices.Contains(chosen, id) {
			all = append(all, id)
		}
	}
	for _, id := range chosen {
		if !slices.Contains(all, id) {
			faults.Add(den.Bad("capabilities", "Choose capabilities from the list. %q is not one of them.", id))
			return nil
		}
	}
	if len(all) > mostPerProduct {
		faults.Add(den.Bad("capabilities", "Choose at most %d capabilities: those that the product is bought for.", mostPerProduct))
	}
	return all
}

// tidyLines tidies a list of short texts: no empty ones, each once.
func tidyLines(faults *den.Faults, field, what string, in []string) []string {
	var all []string
	for _, one := range in {
		one = oneLine(one)
		if one == "" || slices.Contains(all, one) {
			continue
		}
		if len(all) == mostLines {
			faults.Add(den.Bad(field, "Give at most %d, one on each line.", mostLines))
			break
		}
		faults.Add(within(field, "each "+what, one, lineLength))
		all = append(all, one)
	}
	return all
}

// address tidies the address of a web page.
func address(faults *den.Faults, field, text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || strings.ContainsFunc(text, unicode.IsSpace) || len(text) > textLength {
		faults.Add(den.Bad(field, "Enter the address of a web page, such as https://www.supplier.example."))
	}
	return text
}

func saidOrNot(field string, s den.Said) *den.Error {
	if s == "" || s == den.Yes || s == den.No {
		return nil
	}
	return den.Bad(field, "Answer yes or no, or leave it empty.")
}

// within bounds a text that may be empty, in characters.
func within(field, what, text string, longest int) *den.Error {
	if isLonger(text, longest) {
		return den.Bad(field, "Shorten %s to %d characters.", what, longest)
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		return den.Bad(field, "Take characters that cannot be seen out of %s.", what)
	}
	return nil
}
