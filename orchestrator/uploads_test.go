package orchestrator_test

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
)

// Two archives of a supplier may be on their way; the third is told to wait, and comes in
// when one has ended, however it ended.
func TestArchivesOfASupplierComeInTwoAtATime(t *testing.T) {
	r := newRig(t)
	add := func(version string, archive io.Reader) error {
		_, err := r.o.AddRelease(t.Context(), den.System(), den.NewRelease{Product: r.product.ID, Version: version, Archive: archive})
		return err
	}
	var ways []*io.PipeWriter
	ended := make(chan error, 2)
	for n := range 2 {
		read, write := io.Pipe()
		ways = append(ways, write)
		go func() { ended <- add("slow "+strconv.Itoa(n), read) }()
		if _, err := write.Write([]byte("begun")); err != nil { // returns when it is being read
			t.Fatal(err)
		}
	}
	third := strings.NewReader("archive")
	if err := add("third", third); den.KindOf(err) != den.Busy || !strings.Contains(err.Error(), "Wait until one of them has arrived") || third.Len() != len("archive") {
		t.Errorf("the third: %v, %d bytes left", err, third.Len())
	}
	_ = ways[0].CloseWithError(errors.New("the line was cut"))
	if err := <-ended; err == nil || den.KindOf(err) == den.Busy {
		t.Errorf("the cut one: %v", err)
	}
	if err := add("third", third); den.KindOf(err) == den.Busy {
		t.Errorf("the third, later: %v", err)
	}
	_ = ways[1].Close()
	<-ended
}
