package api

import (
	"context"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// ListDepartments lists departments.
func (a *API) ListDepartments(ctx context.Context, r contract.ListDepartmentsRequestObject) (contract.ListDepartmentsResponseObject, error) {
	page, err := a.den.Departments(ctx, actor.From(ctx), filter(r.Params.After, r.Params.Limit))
	if err != nil {
		return nil, err
	}
	return contract.ListDepartments200JSONResponse{Items: list(page.Items, department), Next: some(page.Next)}, nil
}

// AddDepartment adds a department.
func (a *API) AddDepartment(ctx context.Context, r contract.AddDepartmentRequestObject) (contract.AddDepartmentResponseObject, error) {
	made, err := a.den.AddDepartment(ctx, actor.From(ctx), den.NewOrganisation{Name: r.Body.Name, Once: once(r.Params.IdempotencyKey, "department", r.Body)})
	if err != nil {
		return nil, err
	}
	return contract.AddDepartment201JSONResponse{Body: department(made), Headers: contract.AddDepartment201ResponseHeaders{Location: at("/departments")}}, nil
}

// ListSuppliers lists suppliers.
func (a *API) ListSuppliers(ctx context.Context, r contract.ListSuppliersRequestObject) (contract.ListSuppliersResponseObject, error) {
	page, err := a.den.Suppliers(ctx, actor.From(ctx), filter(r.Params.After, r.Params.Limit))
	if err != nil {
		return nil, err
	}
	return contract.ListSuppliers200JSONResponse{Items: list(page.Items, supplier), Next: some(page.Next)}, nil
}

// AddSupplier adds a supplier.
func (a *API) AddSupplier(ctx context.Context, r contract.AddSupplierRequestObject) (contract.AddSupplierResponseObject, error) {
	made, err := a.den.AddSupplier(ctx, actor.From(ctx), den.NewOrganisation{
		Name: r.Body.Name, By: den.ID(value(r.Body.Department)), Once: once(r.Params.IdempotencyKey, "supplier", r.Body),
	})
	if err != nil {
		return nil, err
	}
	return contract.AddSupplier201JSONResponse{Body: supplier(made), Headers: contract.AddSupplier201ResponseHeaders{Location: at("/suppliers/" + string(made.ID))}}, nil
}

// ListPeople lists people who can be asked to evaluate.
func (a *API) ListPeople(ctx context.Context, r contract.ListPeopleRequestObject) (contract.ListPeopleResponseObject, error) {
	people, err := a.den.People(ctx, actor.From(ctx), peopleNamed(r.Params.Text, r.Params.After, r.Params.Limit))
	if err != nil {
		return nil, err
	}
	return contract.ListPeople200JSONResponse{Items: list(people.Items, person), Next: some(people.Next)}, nil
}

// ListProducts lists products.
func (a *API) ListProducts(ctx context.Context, r contract.ListProductsRequestObject) (contract.ListProductsResponseObject, error) {
	f := filter(r.Params.After, r.Params.Limit)
	f.Supplier = den.ID(value(r.Params.Supplier))
	page, err := a.den.Products(ctx, actor.From(ctx), f)
	if err != nil {
		return nil, err
	}
	return contract.ListProducts200JSONResponse{Items: list(page.Items, product), Next: some(page.Next)}, nil
}

// GetProduct reads a product.
func (a *API) GetProduct(ctx context.Context, r contract.GetProductRequestObject) (contract.GetProductResponseObject, error) {
	p, err := a.den.Product(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	out := product(p)
	out.Evidence = new(evidenced(p.Known))
	return contract.GetProduct200JSONResponse{Body: out, Headers: contract.GetProduct200ResponseHeaders{ETag: etag(p.Rev)}}, nil
}

// AddProduct adds a product.
func (a *API) AddProduct(ctx context.Context, r contract.AddProductRequestObject) (contract.AddProductResponseObject, error) {
	made, err := a.den.AddProduct(ctx, actor.From(ctx), den.NewProduct{
		Supplier: den.ID(r.Body.Supplier), Name: r.Body.Name,
		Summary: value(r.Body.Summary), Once: once(r.Params.IdempotencyKey, "product", r.Body),
	})
	if err != nil {
		return nil, err
	}
	view, err := a.den.Product(ctx, actor.From(ctx), made.ID)
	if err != nil {
		return nil, err
	}
	return contract.AddProduct201JSONResponse{
		Body:    product(view),
		Headers: contract.AddProduct201ResponseHeaders{Location: at("/products/" + string(made.ID))},
	}, nil
}

func at(path string) *string {
	where := Base + path
	return &where
}
