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
