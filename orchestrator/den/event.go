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
// it tells of and sent after it; SentAt is set when a channel took it.
type Notice struct {
	ID      ID
	To      ID // a person, or an organisation: everybody in it
	Subject ID
	Kind    string // "ends_soon", "ended", "ready", "failed"
	Title   string
	Say     string
	At      Stamp
	DueAt   Stamp // when to try to send it; zero once it was sent or given up
	SentAt  Stamp
	Tries   int
	Rev     int64
}
