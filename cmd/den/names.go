package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// named is something that people call by its name and programs by its id.
type named struct{ id, name string }

const listMost = 1000 // the most that the API lists at once

// everyPage reads a whole list. fetch asks for the page after a cursor and gives its
// items with the next cursor.
func everyPage[T any](fetch func(after *string) ([]T, *string, error)) ([]T, error) {
	var all []T
	var after *string
	for {
		items, next, err := fetch(after)
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
		if next == nil || *next == "" {
			return all, nil
		}
		after = next
	}
}

// pageOf asks for one page of a list of the API.
func pageOf[P any](res *http.Response, err error) (P, error) {
	a, err := said[P](res, err)
	return a.value, err
}

func allSuppliers(ctx context.Context, c *contract.Client) ([]named, error) {
	most := contract.InLimit(listMost)
	return everyPage(func(after *string) ([]named, *string, error) {
		p, err := pageOf[contract.SupplierPage](c.ListSuppliers(ctx, &contract.ListSuppliersParams{After: after, Limit: &most}))
		return namesOf(p.Items, func(s contract.Supplier) named { return named{s.Id, s.Name} }), p.Next, err
	})
}

func allDepartments(ctx context.Context, c *contract.Client) ([]named, error) {
	most := contract.InLimit(listMost)
	return everyPage(func(after *string) ([]named, *string, error) {
		p, err := pageOf[contract.DepartmentPage](c.ListDepartments(ctx, &contract.ListDepartmentsParams{After: after, Limit: &most}))
		return namesOf(p.Items, func(d contract.Department) named { return named{d.Id, d.Name} }), p.Next, err
	})
}

func allPeople(ctx context.Context, c *contract.Client) ([]named, error) {
	most := contract.InLimit(listMost)
	return everyPage(func(after *string) ([]named, *string, error) {
		p, err := pageOf[contract.PersonPage](c.ListPeople(ctx, &contract.ListPeopleParams{After: after, Limit: &most}))
		return namesOf(p.Items, func(p contract.Person) named { return named{p.Id, p.Name} }), p.Next, err
	})
}

func allProducts(ctx context.Context, c *contract.Client) ([]contract.Product, error) {
	most := contract.InLimit(listMost)
	return everyPage(func(after *string) ([]contract.Product, *string, error) {
		p, err := pageOf[contract.ProductPage](c.ListProducts(ctx, &contract.ListProductsParams{After: after, Limit: &most}))
		return p.Items, p.Next, err
	})
}

func namesOf[T any](from []T, to func(T) named) []named {
	out := make([]named, 0, len(from))
	for _, f := range from {
		out = append(out, to(f))
	}
	return out
}

// isID says that a word is an id of a kind, so that no name need be looked up.
func isID(word string, kind den.Kind) bool { return den.ID(word).Kind() == kind }

// choose finds the one thing that has an id or a name, capitals aside.
func choose(what, list, word string, all []named) (string, error) {
	var found []named
	for _, n := range all {
		if n.id == word {
			return n.id, nil
		}
		if strings.EqualFold(n.name, strings.TrimSpace(word)) {
			found = append(found, n)
		}
	}
	switch len(found) {
	case 0:
		return "", den.Refuse(den.NotFound, "There is no %s %q. See %q.", what, word, list)
	case 1:
		return found[0].id, nil
	}
	var ids []string
	for _, n := range found {
		ids = append(ids, n.id)
	}
	return "", den.Refuse(den.NotFound, "%d of them are called %q. Give the id instead: %s.", len(found), word, strings.Join(ids, " or "))
}

// productID finds a product by id or name.
func productID(ctx context.Context, c *contract.Client, word string) (string, error) {
	if isID(word, den.KindProduct) {
		return word, nil
	}
	all, err := allProducts(ctx, c)
	if err != nil {
		return "", err
	}
	return choose("product", "den product list", word, namesOf(all, func(p contract.Product) named { return named{p.Id, p.Name} }))
}

// departmentID finds a department by id or name.
func departmentID(ctx context.Context, c *contract.Client, word string) (string, error) {
	if isID(word, den.KindDepartment) {
		return word, nil
	}
	all, err := allDepartments(ctx, c)
	if err != nil {
		return "", err
	}
	return choose("department", "den department list", word, all)
}

// supplierID finds a supplier by id or name.
func supplierID(ctx context.Context, c *contract.Client, word string) (string, error) {
	if isID(word, den.KindSupplier) {
		return word, nil
	}
	all, err := allSuppliers(ctx, c)
	if err != nil {
		return "", err
	}
	return choose("supplier", "den supplier list", word, all)
}

// organisationID finds a department or a supplier by id or name, or the whole den.
func organisationID(ctx context.Context, c *contract.Client, word string) (string, error) {
	if word == wholeDen || isID(word, den.KindDepartment) || isID(word, den.KindSupplier) {
		return word, nil
	}
	departments, err := allDepartments(ctx, c)
	if err != nil {
		return "", err
	}
	suppliers, err := allSuppliers(ctx, c)
	if err != nil {
		return "", err
	}
	return choose("department or supplier", "den department list", word, append(departments, suppliers...))
}

// releaseOf finds a release by its id, by "product@version", or by the product alone
// where that has one release.
func releaseOf(word string, all []contract.Product) (string, error) {
	if isID(word, den.KindRelease) {
		return word, nil
	}
	name, version := word, ""
	if i := strings.LastIndex(word, "@"); i > 0 {
		name, version = word[:i], word[i+1:]
	}
	id, err := choose("product", "den product list", name, namesOf(all, func(p contract.Product) named { return named{p.Id, p.Name} }))
	if err != nil {
		return "", err
	}
	for _, p := range all {
		if p.Id == id {
			return oneRelease(p, version)
		}
	}
	return "", den.Missing()
}

func oneRelease(p contract.Product, version string) (string, error) {
	var versions []string
	for _, r := range p.Releases {
		if r.Version == version || version == "" && len(p.Releases) == 1 {
			return r.Id, nil
		}
		versions = append(versions, fmt.Sprintf("%q", p.Name+"@"+r.Version))
	}
	switch {
	case len(versions) == 0:
		return "", den.Refuse(den.NotFound, "%s has no release yet. Add one with %q.", p.Name, "den release add")
	case version == "":
		return "", den.Refuse(den.NotFound, "%s has several releases. Choose %s.", p.Name, strings.Join(versions, " or "))
	}
	return "", den.Refuse(den.NotFound, "%s has no release %q. Choose %s.", p.Name, version, strings.Join(versions, " or "))
}

// entryOf finds an entry of a trial by id, label, product, or product@version.
func entryOf(word string, t contract.Trial) (contract.Entry, error) {
	var found []contract.Entry
	for _, e := range t.Entries {
		for _, name := range []string{e.Id, e.Label, given(e.ProductName), given(e.ProductName) + "@" + given(e.Version)} {
			if name != "" && strings.EqualFold(name, strings.TrimSpace(word)) {
				found = append(found, e)
				break
			}
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	var labels []string
	for _, e := range t.Entries {
		labels = append(labels, fmt.Sprintf("%q", firstOf(given(e.ProductName), e.Label)))
	}
	if len(found) > 1 {
		return contract.Entry{}, den.Refuse(den.NotFound, "%d products of this trial are called %q. Use their labels, such as %q.", len(found), word, found[0].Label)
	}
	return contract.Entry{}, den.Refuse(den.NotFound, "This trial has no product %q. Choose %s.", word, strings.Join(labels, " or "))
}

// entryIn finds a product of a trial by the word that somebody typed.
func entryIn(ctx context.Context, c *contract.Client, trial, word string) (contract.Entry, error) {
	t, err := said[contract.Trial](c.GetTrial(ctx, trial))
	if err != nil {
		return contract.Entry{}, err
	}
	return entryOf(word, t.value)
}

func (k *client) tellNames(what string, all []named) {
	var rows [][]string
	for _, n := range all {
		rows = append(rows, []string{n.id, n.name})
	}
	k.list("There are no "+what+".", []string{"ID", "NAME"}, rows)
}
