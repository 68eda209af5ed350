package bolt

import (
	"encoding/binary"
	"fmt"
	"slices"

	"innovationden/orchestrator/den"
)

// events verifies the tamper-evident record and compares its lists with it.
func (c *checker) events() (err error) {
	defer caught(&err)
	log := c.tx.log()
	faults, err := log.Verify(c.ctx)
	c.faults = append(c.faults, faults...)
	if err != nil {
		return err
	}
	head, err := log.Head()
	if err != nil {
		return nil // Verify has said so
	}
	for seq := range head.Size {
		if err := c.goOn(); err != nil {
			return err
		}
		e, err := log.Read(seq)
		if err != nil {
			continue // Verify has named it
		}
		for _, r := range eventRows(e, seq) {
			if c.tx.index(r.bucket).Get(r.key) == nil {
				if err := c.fault(fmt.Sprintf("event %d", seq), "Event %d is missing in the list %s.", seq, r.bucket); err != nil {
					return err
				}
			}
		}
	}
	for _, index := range []den.Index{den.EventsBySubject, den.EventsByActor} {
		if err := c.eventRows(index); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) eventRows(index den.Index) error {
	log := c.tx.log()
	return c.tx.index([]byte(index)).ForEach(func(key, _ []byte) error {
		if err := c.goOn(); err != nil {
			return err
		}
		place := fmt.Sprintf("%s %q", index, key)
		if len(key) < 8 {
			return c.fault(place, "A row of the list %s has no position.", index)
		}
		seq := binary.BigEndian.Uint64(key[len(key)-8:])
		e, err := log.Read(seq)
		if den.KindOf(err) == den.NotFound {
			return c.fault(place, "A row of the list %s leads to event %d, which is not there.", index, seq)
		}
		if err != nil {
			return nil // Verify has named it
		}
		if !slices.ContainsFunc(eventRows(e, seq), row{bucket: []byte(index), key: key}.same) {
			return c.fault(place, "A row of the list %s leads to event %d, which does not belong there.", index, seq)
		}
		return nil
	})
}
