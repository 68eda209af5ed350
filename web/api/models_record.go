package api

import (
	"encoding/json"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func event(e den.Event) contract.Event {
	about := text(e.About)
	return contract.Event{
		Seq: int64(e.Seq), Id: string(e.ID), At: e.At, Actor: string(e.Actor), ActorName: e.Name, Act: e.Act,
		Subject: string(e.Subject), About: &about, Detail: e.Say, Why: some(e.Why), Before: fields(e.Before), After: fields(e.After),
		Changes: changesOf(e),
	}
}

func changesOf(e den.Event) *[]contract.FieldChange {
	if len(e.Changes) == 0 {
		return nil
	}
	out := list(e.Changes, func(c den.FieldChange) contract.FieldChange {
		one := contract.FieldChange{Of: string(c.Of), Field: c.Field, Before: some(c.Before), After: some(c.After)}
		if c.Hidden {
			one.Hidden = &c.Hidden
		}
		return one
	})
	return &out
}

// fields are those of a record before or after a change; nil where there are none.
func fields(text json.RawMessage) *map[string]any {
	var out map[string]any
	if len(text) == 0 || json.Unmarshal(text, &out) != nil {
		return nil
	}
	return &out
}

func proof(p den.Proof) contract.Proof {
	out := contract.Proof{
		Leaf: p.Leaf, Position: int64(p.Seq), Path: list(p.Path, same[string]), Checkpoint: some(p.Checkpoint),
		Head: contract.RecordHead{Size: int64(p.Head.Size), Root: p.Head.Root},
	}
	if len(p.Names) > 0 {
		names := list(p.Names, func(n den.ProofName) contract.ProofName { return contract.ProofName{Salt: n.Salt, Name: n.Name} })
		out.Names = &names
	}
	return out
}
