package bolt

import (
	"encoding/binary"
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
// leases that take room, by size, and that are not over, by department.
func toSchema3(b *bbolt.Tx) error {
	if err := findLeases3(b); err != nil {
		return err
	}
	index := b.Bucket([]byte("index"))
	made := map[string]*bbolt.Bucket{}
	for _, name := range []string{"trials_by_reader", "trials_by_scenario", "trials_by_tried"} {
		bucket, err := index.CreateBucketIfNotExists([]byte(name))
		if err != nil {
			return err
		}
		made[name] = bucket
	}
	trials, counts := b.Bucket([]byte("trials")), map[string]uint64{}
	c := trials.Cursor()
	for key, value := c.First(); key != nil; key, value = c.Next() {
		key := slices.Clone(key) // what a bucket gives holds until the bucket is written to
		var t trial2
		if err := decode("trials", key, value, &t); err != nil {
			return err
		}
		tried, err := tried2(b, t)
		if err != nil {
			return err
		}
		if err := keepTried(trials, key, value, tried); err != nil {
			return err
		}
		c.Seek(key)
		for name, asks := range t.asks(tried) {
			for _, ask := range asks {
				if err := made[name].Put(append(prefix(ask), key...), key); err != nil {
					return err
				}
			}
		}
		for _, product := range tried {
			counts["trials_by_tried\x00"+product]++
		}
	}
	return keepCounts3(b, counts)
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
func keepTried(trials *bbolt.Bucket, key, value []byte, tried []string) error {
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
	return trials.Put(key, now)
}

// findLeases3 finds the leases of schema 2 that take room, and those that are not over.
func findLeases3(b *bbolt.Tx) error {
	index := b.Bucket([]byte("index"))
	holding, err := index.CreateBucketIfNotExists([]byte("leases_by_holding"))
	if err != nil {
		return err
	}
	open, err := index.CreateBucketIfNotExists([]byte("leases_by_open"))
	if err != nil {
		return err
	}
	counts := map[string]uint64{}
	err = b.Bucket([]byte("leases")).ForEach(func(key, value []byte) error {
		var l struct{ Department, Size, Phase string }
		if err := decode("leases", key, value, &l); err != nil || l.Phase == "ended" || l.Phase == "refused" {
			return err
		}
		if l.Department != "" {
			if err := open.Put(append(prefix(l.Department), key...), key); err != nil {
				return err
			}
		}
		if l.Phase == "requested" || l.Size == "" {
			return nil
		}
		counts["leases_by_holding\x00"+l.Size]++
		return holding.Put(append(prefix(l.Size), key...), key)
	})
	if err != nil {
		return err
	}
	return keepCounts3(b, counts)
}

func keepCounts3(b *bbolt.Tx, counts map[string]uint64) error {
	for ask, n := range counts {
		if err := b.Bucket([]byte("counts")).Put([]byte(ask), binary.BigEndian.AppendUint64(nil, n)); err != nil {
			return err
		}
	}
	return nil
}
