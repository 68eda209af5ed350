package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/sample"
)

// cast is who a demo is played by.
type cast struct {
	department den.Department
	official   den.Person
	evaluators []den.Person
	engineers  []den.Person // one of each supplier
	operator   den.Person
}

// people adds the department and everybody who can be chosen on the sign-in page.
func (s *story) people(ctx context.Context) error {
	var err error
	if s.cast.department, err = s.den.AddDepartment(ctx, den.System(), den.NewOrganisation{Name: "Department for Local Services"}); err != nil {
		return err
	}
	here := s.cast.department.ID
	if s.cast.official, err = s.person(ctx, "Priya Shah", den.Membership{Role: den.Member, In: here}, den.Membership{Role: den.Approver, In: here}); err != nil {
		return err
	}
	for _, name := range []string{"Tom Okafor", "Ellen Reid"} {
		one, err := s.person(ctx, name)
		if err != nil {
			return err
		}
		s.cast.evaluators = append(s.cast.evaluators, one)
	}
	if s.cast.operator, err = s.person(ctx, "Sam Whitfield", den.Membership{Role: den.Operator}); err != nil {
		return err
	}
	_, err = s.person(ctx, "Ruth Adeyemi", den.Membership{Role: den.Auditor})
	return err
}

func (s *story) person(ctx context.Context, name string, roles ...den.Membership) (den.Person, error) {
	return s.den.AddPerson(ctx, den.System(), den.Person{Name: name, Memberships: roles, Demo: true})
}

// offer adds both suppliers with their people, products and releases.
func (s *story) offer(ctx context.Context) error {
	path, err := os.Executable()
	if err != nil {
		return err
	}
	executable, err := sample.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = executable.Close() }()
	engineers := map[string]string{"Northbridge Software": "Kasia Nowak", "Harbour & Finch": "Owen Price"}
	for _, p := range s.products {
		supplier, err := s.den.AddSupplier(ctx, den.System(), den.NewOrganisation{Name: p.Supplier})
		if err != nil {
			return err
		}
		engineer, err := s.person(ctx, engineers[p.Supplier], den.Membership{Role: den.SupplierMember, In: supplier.ID})
		if err != nil {
			return err
		}
		s.cast.engineers = append(s.cast.engineers, engineer)
		product, err := s.den.AddProduct(ctx, den.System(), den.NewProduct{Supplier: supplier.ID, Name: p.Title, Summary: p.Summary})
		if err != nil {
			return err
		}
		if err := s.describe(ctx, supplier, product); err != nil {
			return err
		}
		s.offered = append(s.offered, product.ID)
		release, err := s.release(ctx, executable, p, product.ID)
		if err != nil {
			return err
		}
		s.releases = append(s.releases, release.ID)
	}
	return nil
}

// release brings a product's image in as an archive, where the engine does not have it.
func (s *story) release(ctx context.Context, executable *sample.Executable, p sample.Product, product den.ID) (den.Release, error) {
	in := den.NewRelease{Product: product, Version: p.Version, Port: p.Port, Path: p.Path}
	id := executable.ImageID(p)
	_, err := s.runtime.Image(ctx, id)
	switch {
	case err == nil:
		in.Image = id
		return s.den.AddRelease(ctx, den.System(), in)
	case !errors.Is(err, sandbox.ErrNoImage):
		return den.Release{}, err
	}
	archive, w := io.Pipe()
	go func() { w.CloseWithError(executable.Archive(w, p)) }()
	defer func() { _ = archive.Close() }()
	in.Archive = archive
	made, err := s.den.AddRelease(ctx, den.System(), in)
	if err != nil {
		return made, fmt.Errorf("bringing in the image of %s: %w", p.Title, err)
	}
	return made, nil
}
