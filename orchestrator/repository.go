package orchestrator

import (
	"context"
	"fmt"
	"strings"

	"innovationden/orchestrator/den"
)

// Repository finds the repository of a name, for somebody who may push to it and pull
// from it. NotFound, Denied, Unknown.
func (o *Orchestrator) Repository(ctx context.Context, actor den.Actor, name string) (r den.Repository, err error) {
	if !actor.Known() {
		return r, den.Refuse(den.Unknown, "Sign in to see this.")
	}
	r, err = o.repositoryNamed(ctx, name)
	if den.KindOf(err) == den.NotFound { // of a product that came in without a name
		if err := o.nameRepositories(ctx); err != nil {
			return r, err
		}
		r, err = o.repositoryNamed(ctx, name)
	}
	if err != nil {
		return r, missing(err)
	}
	return r, allow(actor, den.OfferProduct, den.ReadTechmap, den.Owner{Suppliers: []den.ID{r.Supplier}})
}

func (o *Orchestrator) repositoryNamed(ctx context.Context, name string) (r den.Repository, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		r, err = tx.Repositories().Get(den.ID(name))
		return err
	})
	return r, err
}

// nameRepositories gives every product that has none its repository. Whoever asks for a
// repository that is not there comes here, so the products are read only where one lacks it.
func (o *Orchestrator) nameRepositories(ctx context.Context) error {
	var nameless []den.Product
	err := o.Store.View(ctx, func(tx den.Tx) error {
		named, err := tx.Repositories().Count(den.Query{})
		if err != nil {
			return err
		}
		if all, err := tx.Products().Count(den.Query{}); err != nil || named >= all {
			return err
		}
		products, err := every(tx.Products(), den.Query{})
		for _, one := range products {
			n := 0
			if err == nil {
				n, err = tx.Repositories().Count(den.Query{Index: den.RepositoriesByProduct, Key: string(one.ID)})
			}
			if n == 0 {
				nameless = append(nameless, one)
			}
		}
		return err
	})
	if err != nil || len(nameless) == 0 {
		return err
	}
	return o.update(ctx, den.System(), func(tx den.Tx, p *pen) error {
		for _, one := range nameless {
			if err := p.nameRepository(tx, one); err != nil {
				return err
			}
		}
		return nil
	})
}

// nameRepository gives a product the name that its images are pushed under.
func (p *pen) nameRepository(tx den.Tx, product den.Product) error {
	n, err := tx.Repositories().Count(den.Query{Index: den.RepositoriesByProduct, Key: string(product.ID)})
	if err != nil || n > 0 {
		return err
	}
	owner, err := repositoryOwner(tx, product.Supplier)
	if err != nil {
		return err
	}
	name, err := free(slugOf(product.Name, product.ID), func(slug string) (bool, error) {
		_, err := tx.Repositories().Get(den.ID(owner + "/" + slug))
		return den.KindOf(err) == den.NotFound, unlessMissing(err)
	})
	if err != nil {
		return err
	}
	_, err = tx.Repositories().Put(den.Repository{Name: den.ID(owner + "/" + name), Product: product.ID, Supplier: product.Supplier})
	return err
}

// repositoryOwner is the first part of the names of a supplier's repositories.
func repositoryOwner(tx den.Tx, supplier den.ID) (string, error) {
	before, err := tx.Repositories().List(den.Query{Index: den.RepositoriesBySupplier, Key: string(supplier), Limit: 1})
	if err != nil {
		return "", err
	}
	if len(before.Items) > 0 {
		return before.Items[0].Owner(), nil
	}
	s, err := tx.Suppliers().Get(supplier)
	if err != nil {
		return "", err
	}
	return free(slugOf(s.Name, supplier), func(slug string) (bool, error) {
		n, err := tx.Repositories().Count(den.Query{Index: den.RepositoriesByOwner, Key: slug})
		return n == 0, err
	})
}

func slugOf(name string, id den.ID) string {
	if slug := den.Slug(name); slug != "" {
		return slug
	}
	return strings.ReplaceAll(strings.ToLower(string(id)), "_", "-")
}

// free finds the first of slug, slug-2, slug-3 … that nobody has.
func free(slug string, is func(string) (bool, error)) (string, error) {
	for n := 1; ; n++ {
		try := slug
		if n > 1 {
			try = fmt.Sprintf("%s-%d", slug, n)
		}
		if ok, err := is(try); ok || err != nil {
			return try, err
		}
	}
}

func unlessMissing(err error) error {
	if den.KindOf(err) == den.NotFound {
		return nil
	}
	return err
}

// repositoryOf is the repository of a product; empty where it has none yet.
func repositoryOf(tx den.Tx, product den.ID) (string, error) {
	found, err := tx.Repositories().List(den.Query{Index: den.RepositoriesByProduct, Key: string(product), Limit: 1})
	if err != nil || len(found.Items) == 0 {
		return "", err
	}
	return string(found.Items[0].Name), nil
}
