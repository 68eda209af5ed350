package den

// Department is an organisation that has a problem and runs trials.
type Department struct {
	ID        ID
	Name      string
	CreatedAt Stamp
	Rev       int64
}

// Supplier is an organisation that offers products.
type Supplier struct {
	ID        ID
	Name      string
	CreatedAt Stamp
	Rev       int64

	SupplierProfile
	AddedBy    ID    `json:",omitempty"` // the department that wrote the entry; empty: the operator
	HandedOver Stamp `json:",omitzero"`  // when the supplier took the entry over
	ChangedAt  Stamp `json:",omitzero"`  // when the entry was last changed
}
