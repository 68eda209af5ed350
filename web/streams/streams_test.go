package streams_test

import (
	"testing"

	"innovationden/web/streams"
)

func TestAPersonGivesBackWhatTheyHeld(t *testing.T) {
	s := streams.New(2)
	one, _ := s.Take("a")
	_, _ = s.Take("a")
	if _, ok := s.Take("a"); ok {
		t.Error("a third was given")
	}
	if _, ok := s.Take("b"); !ok {
		t.Error("another person got none")
	}
	one()
	one()
	if _, ok := s.Take("a"); !ok {
		t.Error("one that was given back was not given again")
	}
	if _, ok := s.Take("a"); ok {
		t.Error("giving back twice counted twice")
	}
}
