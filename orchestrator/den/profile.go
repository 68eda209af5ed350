package den

// SupplierProfile is what a supplier's entry on the techmap says besides its name. All
// of it is the supplier's own word, and may be missing.
type SupplierProfile struct {
	Summary        string    `json:",omitempty"`
	Size           Headcount `json:",omitempty"`
	SME            Said      `json:",omitempty"` // a small or medium-sized enterprise
	Place          string    `json:",omitempty"` // where it works from
	Accreditations []string  `json:",omitempty"`
	Frameworks     []string  `json:",omitempty"` // public frameworks that it can be bought from
	Contacts       []Contact `json:",omitempty"`
	Website        string    `json:",omitempty"`
}

// Contact is whom to ask at a supplier.
type Contact struct {
	Name  string
	Email string `json:",omitempty"`
	Phone string `json:",omitempty"`
}

// MostContacts is how many contacts an entry has at most.
const MostContacts = 2

// Headcount says how many people work for a supplier.
type Headcount string

// The sizes: up to 9, 49, 249 people, and more.
const (
	Micro  Headcount = "micro"
	Small  Headcount = "small"
	Medium Headcount = "medium"
	Large  Headcount = "large"
)

// Headcounts lists every size, smallest first.
var Headcounts = []Headcount{Micro, Small, Medium, Large}

// Said is the answer to a question that may not have been answered: empty.
type Said string

// The answers.
const (
	Yes Said = "yes"
	No  Said = "no"
)

// ProductProfile is what a product's entry on the techmap says besides its name and
// summary. All of it is the supplier's own word, and may be missing.
type ProductProfile struct {
	Description   string      `json:",omitempty"` // plain text, paragraphs divided by empty lines
	Capabilities  []string    `json:",omitempty"` // ids of the Vocabulary, in its order
	Hosting       []Hosting   `json:",omitempty"`
	DataLocation  Location    `json:",omitempty"`
	Standards     []string    `json:",omitempty"` // that it meets
	Price         StatedPrice `json:",omitzero"`
	Accessibility string      `json:",omitempty"` // address of its accessibility statement
	OpenSource    Said        `json:",omitempty"`
	Licence       string      `json:",omitempty"` // of open source
}

// Hosting is a way in which a product can be run.
type Hosting string

// The ways: by the supplier, in a cloud account of the department's, on machines of
// the department's, on each person's device.
const (
	Hosted    Hosting = "hosted"
	OwnCloud  Hosting = "own_cloud"
	OnSite    Hosting = "on_site"
	OnDevices Hosting = "on_devices"
)

// Hostings lists every way.
var Hostings = []Hosting{Hosted, OwnCloud, OnSite, OnDevices}

// Location is where a product keeps its data.
type Location string

// The places. InEEA: the European Economic Area or the United Kingdom. AsChosen: where
// the department says.
const (
	InUK      Location = "uk"
	InEEA     Location = "eea"
	Elsewhere Location = "elsewhere"
	AsChosen  Location = "as_chosen"
)

// Locations lists every place.
var Locations = []Location{InUK, InEEA, Elsewhere, AsChosen}

// StatedPrice is a price on a stated basis: a number alone cannot be compared.
type StatedPrice struct {
	Basis PriceBasis `json:",omitempty"`
	Pence int64      `json:",omitempty"` // without VAT; 0 where the basis needs no amount
}

// PriceBasis says what a price is for.
type PriceBasis string

// The bases.
const (
	Free           PriceBasis = "free"
	PerUserMonth   PriceBasis = "user_month"
	PerUserYear    PriceBasis = "user_year"
	PerYear        PriceBasis = "year" // for the whole organisation
	PerTransaction PriceBasis = "transaction"
	PaidOnce       PriceBasis = "once"
	OnRequest      PriceBasis = "on_request"
)

// PriceBases lists every basis.
var PriceBases = []PriceBasis{Free, PerUserMonth, PerUserYear, PerYear, PerTransaction, PaidOnce, OnRequest}

// Amount says whether a price on this basis has an amount.
func (b PriceBasis) Amount() bool { return b != "" && b != Free && b != OnRequest }

// Owner says whom a supplier's entry belongs to: the supplier, and until it is handed
// over the department that wrote it.
func (s Supplier) Owner() Owner {
	o := Owner{Suppliers: []ID{s.ID}}
	if s.HandedOver.IsZero() {
		o.Department = s.AddedBy
	}
	return o
}

// SupplierChange is the input of ChangeSupplier: the entry as it is to be.
type SupplierChange struct {
	Name string
	SupplierProfile
	Rev int64 // the revision that was changed; 0: whatever is there
}

// ProductChange is the input of ChangeProduct: the entry as it is to be.
type ProductChange struct {
	Name    string
	Summary string
	ProductProfile
	Rev int64 // the revision that was changed; 0: whatever is there
}

// SupplierView is a supplier with its products.
type SupplierView struct {
	Supplier
	AddedByName string // of the department that wrote the entry, until it is handed over
	Products    []Product
	May         map[Action]bool
}
