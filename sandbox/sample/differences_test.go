package sample_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"innovationden/sandbox/sample"
)

// median times requests, which take turns so that a busy machine slows both.
func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

func TestALoadTestCanTellTheProductsApart(t *testing.T) {
	well, wise := visit(t, "bookwell", nil), visit(t, "slotwise", nil)
	var quick, slow []time.Duration
	for range 7 {
		for _, turn := range []struct {
			v     visitor
			path  string
			times *[]time.Duration
		}{{well, wellTimes, &quick}, {wise, "/choose/birth/" + nextWeek, &slow}} {
			began := time.Now()
			turn.v.page(http.StatusOK, turn.path)
			*turn.times = append(*turn.times, time.Since(began))
		}
	}
	if ratio := float64(median(slow)) / float64(median(quick)); ratio < 8 {
		t.Errorf("Slotwise takes %.1f times as long as Bookwell (%v, %v): put Differences right", ratio, median(slow), median(quick))
	} else {
		t.Logf("Slotwise takes %.0f times as long as Bookwell (%v, %v)", ratio, median(slow), median(quick))
	}
}

func BenchmarkFreeTimes(b *testing.B) {
	for name, path := range map[string]string{"bookwell": wellTimes, "slotwise": "/choose/birth/" + nextWeek} {
		b.Run(name, func(b *testing.B) {
			product, _ := sample.Find(name)
			handler, err := product.Handler(sample.Setting{
				Now: func() time.Time { return monday }, Getenv: func(string) string { return "" }, Log: product.Log(b.Output()),
			})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
			}
		})
	}
}

func TestProductsAndTasksAreWhole(t *testing.T) {
	for _, p := range sample.Products() {
		if p.Name == "" || p.Title == "" || p.Supplier == "" || p.Summary == "" || p.Version == "" || p.Port == 0 || p.Path == "" {
			t.Errorf("%+v lacks something", p)
		}
	}
	if n := len(sample.Tasks()); n != 4 {
		t.Errorf("%d tasks, want 4", n)
	}
	for _, d := range sample.Differences() {
		if d.Subject == "" || d.Bookwell == "" || d.Slotwise == "" || d.Bookwell == d.Slotwise {
			t.Errorf("%+v is no difference", d)
		}
	}
}
