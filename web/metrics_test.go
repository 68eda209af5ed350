package web_test

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"innovationden/sandbox"
)

func TestMetricsAreForThoseWhoSeeTheHostAndNameNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.world()
	r.visitor("official").get("/trials")
	for who, want := range map[string]int{"operator": http.StatusOK, "auditor": http.StatusOK, "official": http.StatusNotFound, "engineer": http.StatusNotFound} {
		if p := r.visitor(who).get("/metrics"); p.Status != want {
			t.Errorf("%s gets %d, want %d", who, p.Status, want)
		}
	}
	text := r.visitor("operator").get("/metrics").Text
	for _, want := range []string{
		"den_engine_up 1", "\nden_tls_certificate_expiry_timestamp_seconds 4e+09\n", "den_sandboxes_live ", `den_http_request_duration_seconds_count{method="GET",route="/trials",status="200"}`, "go_goroutines ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s", want)
		}
	}
	for _, person := range r.people {
		if strings.Contains(text, string(person.ID)) || strings.Contains(text, person.Name) {
			t.Errorf("%s is named", person.Name)
		}
	}
	rules, err := os.ReadFile("../configs/alerts.yaml")
	r.must(err)
	for _, name := range regexp.MustCompile(`den_[a-z_]+`).FindAllString(string(rules), -1) {
		if !strings.Contains(text, "\n"+name) && !strings.Contains(text, name+"{") {
			t.Errorf("the alerts ask for %s, which is not measured", name)
		}
	}
}

// Metrics are needed most when the engine hangs: they say so, and all the rest.
func TestMetricsAreReadWhileTheEngineHangs(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	v := r.visitor("operator")
	r.runtime.Before(func(at string, _ sandbox.ID) {
		if at == "host" {
			<-time.After(6 * time.Second) // longer than anybody waits for it
		}
	})
	p := v.get("/metrics")
	if p.Status != http.StatusOK || !strings.Contains(p.Text, "den_engine_up 0") || !strings.Contains(p.Text, "go_goroutines ") {
		t.Errorf("while the engine hangs the metrics are %d: %.300s", p.Status, p.Text)
	}
}

func TestMetricsCountMethodsThatSomebodyMadeUpTogether(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, method := range []string{"BREW", "BOIL", "POUR"} {
		q, err := http.NewRequest(method, r.server.URL+"/nowhere", nil)
		r.must(err)
		answer, err := http.DefaultClient.Do(q)
		r.must(err)
		r.must(answer.Body.Close())
	}
	text := r.visitor("operator").get("/metrics").Text
	if strings.Contains(text, "BREW") || !strings.Contains(text, `den_http_request_duration_seconds_count{method="other",route="none",status="404"} 3`) {
		t.Errorf("methods that nobody knows are counted as %v", regexp.MustCompile(`method="[A-Zo].*`).FindAllString(text, -1))
	}
}
