package bolt

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/orchestrator/storetest"
)

// sound is a store that is checked as a whole when it is closed.
type sound struct {
	*DB
	once sync.Once
}

func (s *sound) Close() (err error) {
	s.once.Do(func() {
		faults, checked := s.Check(context.Background())
		if err = checked; len(faults) > 0 {
			err = fmt.Errorf("the file is not sound: %v", faults)
		}
		_ = s.DB.Close()
	})
	return err
}

func TestBoltHoldsTheContractOfAStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) den.Store {
		s := &sound{DB: opened(t, Options{NoSync: true, Reserve: -1})}
		t.Cleanup(func() { must(t, s.Close()) })
		return s
	})
}
