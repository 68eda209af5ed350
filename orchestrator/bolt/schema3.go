package bolt

import (
	"encoding/json"
	"slices"
	"time"

	"go.etcd.io/bbolt"
)

// trial2 is what the step to schema 3 reads of a trial of schema 2.
type trial2 struct {
	ID         string
	Department string
	State      string
	Blind      bool
	Evaluators []string
	Scenario   struct{ Hash string }
}

// toSchema3 adds what finds trials by who may read them, by their data, and by the
// products that were tried in them, which it writes into each trial; and what finds
// leases that take room, by size, and that are not over, by department. It makes the
// table of what is known of the clock.
func toSchema3() migration {
	return migration{lay: lay3, fills: []filling{
		{table: "leases", do: findLease3},
		{table: "trials", do: findTrial3},
	}}
}

func lay3(b *bbolt.Tx) error {
	if _, err := b.CreateBucketIfNotExists([]byte("clocks")); err != nil {
		return err
	}
	for _, name := range []string{"leases_by_holding", "leases_by_open", "trials_by_reader", "trials_by_scenario", "trials_by_tried"} {
		if _, err := b.Bucket([]byte("index")).CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	return nil
}

func findTrial3(r *round, key, value []byte) error {
	var t trial2
	if err := decode("trials", key, value, &t); err != nil {
		return err
	}
	tried, err := tried2(r.Tx, t)
	if err != nil {
		return err
	}
	if err := keepTried(r, key, value, tried); err != nil {
		return err
	}
	for name, asks := range t.asks(tried) {
		for _, ask := range asks {
			if err := r.put(r.index(name), append(prefix(ask), key...), key); err != nil {
				return err
			}
		}
	}
	for _, product := range tried {
		r.count("trials_by_tried", product)
	}
	return nil
}

// asks lists what a trial is found by in each of the new indexes.
func (t trial2) asks(tried []string) map[string][]string {
	asks := map[string][]string{"trials_by_tried": tried}
	if t.Scenario.Hash != "" {
		asks["trials_by_scenario"] = []string{t.Scenario.Hash}
	}
	for _, reader := range append([]string{t.Department, t.ID}, t.Evaluators...) {
		if reader != "" {
			asks["trials_by_reader"] = append(asks["trials_by_reader"], reader+"/"+t.State)
		}
	}
	return asks
}

// tried2 lists the products that answered at least once in a finished trial whose names
// are open.
func tried2(b *bbolt.Tx, t trial2) (products []string, err error) {
	if t.State != "finished" {
		return nil, nil
	}
	if t.Blind {
		var c struct{ LockedAt time.Time }
		value := b.Bucket([]byte("consensuses")).Get([]byte(t.ID))
		if value == nil {
			return nil, nil
		}
		if err := decode("consensuses", []byte(t.ID), value, &c); err != nil || c.LockedAt.IsZero() {
			return nil, err
		}
	}
	s := span{low: prefix(t.ID), high: after(prefix(t.ID))}
	leases := b.Bucket([]byte("leases"))
	err = s.walk(b.Bucket([]byte("index")).Bucket([]byte("leases_by_trial")).Cursor(), func(_, key []byte) (bool, error) {
		var l struct {
			Product string
			LiveAt  time.Time
		}
		err := decode("leases", key, leases.Get(key), &l)
		if err == nil && l.Product != "" && !l.LiveAt.IsZero() && !slices.Contains(products, l.Product) {
			products = append(products, l.Product)
		}
		return false, err
	})
	return products, err
}

// keepTried writes the products that were tried into a trial, and changes nothing else.
func keepTried(r *round, key, value []byte, tried []string) error {
	if len(tried) == 0 {
		return nil
	}
	var whole map[string]json.RawMessage
	if err := decode("trials", key, value, &whole); err != nil {
		return err
	}
	said, err := json.Marshal(tried)
	if err != nil {
		return err
	}
	whole["Tried"] = said
	now, err := encode("trials", key, whole)
	if err != nil {
		return err
	}
	return r.put(r.Bucket([]byte("trials")), key, now)
}

// findLease3 finds a lease of schema 2 by the room it takes, and by whose it is while it
// is not over.
func findLease3(r *round, key, value []byte) error {
	var l struct{ Department, Size, Phase string }
	if err := decode("leases", key, value, &l); err != nil || l.Phase == "ended" || l.Phase == "refused" {
		return err
	}
	if l.Department != "" {
		if err := r.put(r.index("leases_by_open"), append(prefix(l.Department), key...), key); err != nil {
			return err
		}
	}
	if l.Phase == "requested" || l.Size == "" {
		return nil
	}
	r.count("leases_by_holding", l.Size)
	return r.put(r.index("leases_by_holding"), append(prefix(l.Size), key...), key)
}
