package den

import "encoding/json"

// Event is one line of the tamper-evident record. It is written in the transaction of
// the change it tells of, and is never changed.
type Event struct {
	Seq     uint64 // position in the record, from 0; given by the store
	ID      ID
	At      Stamp
	Actor   ID
	Name    string // the actor's name then
	Act     string // "trial.started", "lease.live"
	Subject ID
	About   []ID            // everything else it belongs to: its trial, department, supplier
	Say     string          // one sentence for people
	Why     string          // the reason the actor gave
	Before  json.RawMessage `json:",omitempty"`
	After   json.RawMessage `json:",omitempty"`

	Changes []FieldChange `json:",omitempty"` // what changed of what it is about, field by field
	Sealed  []Sealed      `json:",omitempty"` // names of people that stand beside the record
}

// Notice is something to tell somebody. It is written in the transaction of the change
// it tells of. After the commit a Delivery is made of it for each person and channel.
type Notice struct {
	ID      ID
	To      ID   // a person, or an organisation or trial: everybody in it
	Role    Role `json:",omitempty"` // only those who hold it in To; empty: all
	Subject ID
	Kind    NoticeKind
	Title   string
	Say     string
	At      Stamp
	DueAt   Stamp // when to make its deliveries; zero once they are made
	SentAt  Stamp // when they were made
	Tries   int
	Rev     int64
}

// Proof shows that one event stands in the record of which Head is the state, without
// the record. It is a file that can be kept and checked offline.
type Proof struct {
	Leaf       string   `json:"leaf"`     // the event, byte for byte as it was hashed
	Seq        uint64   `json:"position"` // its position
	Head       Head     `json:"head"`     // of the record it was taken from
	Path       []string `json:"path"`     // RFC 6962 audit path, hex
	Checkpoint string   `json:"checkpoint,omitempty"`

	Names []ProofName `json:"names,omitempty"` // of the event's Sealed, in order
}

// ProofName opens one sealed name; empty: it was removed.
type ProofName struct {
	Salt string `json:"salt"`
	Name string `json:"name"`
}

// RecordKey is the public half of what signs the record's checkpoints.
type RecordKey struct {
	Public      string // the text that others need to check a checkpoint
	Fingerprint string // its SHA-256 in hex, to be compared by eye
}
