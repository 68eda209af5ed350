package main

import (
	"context"

	"innovationden/orchestrator/den"
)

// demoEntry is what a supplier of the demo says of itself and of its product. It is
// honest: the products are examples that come with the den, and say so.
type demoEntry struct {
	supplier den.SupplierProfile
	product  den.ProductProfile
}

var demoEntries = map[string]demoEntry{
	"Northbridge Software": {
		supplier: den.SupplierProfile{
			Summary: "An invented supplier of this demo. Its product is a small program that comes with the den.",
			Size:    den.Micro, SME: den.Yes, Place: "Hexham, Northumberland",
			Contacts: []den.Contact{{Name: "The sales team", Email: "sales@northbridge.example"}},
		},
		product: den.ProductProfile{
			Description:  "People see the free times of an office, choose one and get a number. They can change it or cancel it without calling. Staff see the day on one page.\n\nIt keeps its diary in memory: what was entered is gone when it is removed.",
			Capabilities: []string{"appointments"}, Hosting: []den.Hosting{den.OwnCloud, den.OnSite}, DataLocation: den.AsChosen,
			Standards: []string{"HTML without scripts"}, Price: den.StatedPrice{Basis: den.Free}, OpenSource: den.Yes, Licence: "MIT",
		},
	},
	"Harbour & Finch": {
		supplier: den.SupplierProfile{
			Summary: "An invented supplier of this demo. Its product is a small program that comes with the den.",
			Size:    den.Small, SME: den.Yes, Place: "Cardiff", Frameworks: []string{"G-Cloud 14"},
			Contacts: []den.Contact{{Name: "Product support", Email: "support@harbourandfinch.example"}},
		},
		product: den.ProductProfile{
			Description:  "A calendar of free times. Somebody chooses a day, a time and what it is about, and gets a ticket.\n\nIt needs a browser with scripts, and keeps its calendar in memory.",
			Capabilities: []string{"appointments", "room-booking"}, Hosting: []den.Hosting{den.Hosted, den.OwnCloud}, DataLocation: den.InUK,
			Price: den.StatedPrice{Basis: den.PerUserMonth, Pence: 4_50}, OpenSource: den.No,
		},
	},
}

// describe gives a supplier of the demo and its product their entries.
func (s *story) describe(ctx context.Context, supplier den.Supplier, product den.Product) error {
	e, ok := demoEntries[supplier.Name]
	if !ok {
		return nil
	}
	if _, err := s.den.ChangeSupplier(ctx, den.System(), supplier.ID, den.SupplierChange{Name: supplier.Name, SupplierProfile: e.supplier}); err != nil {
		return err
	}
	_, err := s.den.ChangeProduct(ctx, den.System(), product.ID, den.ProductChange{Name: product.Name, Summary: product.Summary, ProductProfile: e.product})
	return err
}
