package api_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api"
	"innovationden/web/api/contract"
)

func TestAFilterOfTheTechmapMayBeGivenAgain(t *testing.T) {
	w := newWorld(t)
	both := into[contract.FoundEntries](w.get(member, "/techmap?hosting=hosted&hosting=on_site&capability=appointments&capability=payments").is(200))
	if both.Items == nil {
		t.Errorf("the answer is %+v", both)
	}
	w.get(member, "/techmap?text=a&text=b").says(400, "/text: Give text once.")
	w.get(member, "/comparison?trials=tri_1,tri_2&trials=tri_3").says(400, "/trials: Give trials once.")
	asks := url.Values{"version": {"9"}, "ways": {"api.example.org:443", "maps.example.org:443"}}
	w.ask(question{seller, "POST", "/products/" + string(w.products[0].ID) + "/archive?" + asks.Encode(), "junk", map[string]string{"Content-Type": "application/x-tar"}}).is(422)
}

func TestALogNeedsNoFileBesideIt(t *testing.T) {
	w := newWorld(t)
	w.run()
	trial := w.started(1)
	path := "/trials/" + string(trial.ID) + "/entries/" + string(trial.Entries[0].ID) + "/evidence?kind="
	if got := w.post(evaluator, path+"log&from=1&to=1", nil); got.status == http.StatusUnsupportedMediaType {
		t.Errorf("the answer is %d %s", got.status, got.body)
	}
	w.ask(question{evaluator, "POST", path + "file", "text", nil}).is(http.StatusUnsupportedMediaType)
}

func TestANoteOnATaskThatIsNoneIsRefused(t *testing.T) {
	w := newWorld(t)
	w.run()
	trial := w.started(1)
	w.ask(question{evaluator, "PUT", "/trials/" + string(trial.ID) + "/declaration", hash{"interest": "none"}, nil}).is(200)
	const noPlace = "Name each task by its place in the trial's list, from 1."
	for place, want := range map[string]string{"first": noPlace, "0": noPlace, "-1": noPlace, "50": "Write notes on tasks of this trial. There is no task 50."} {
		w.ask(question{
			evaluator, "PUT", "/trials/" + string(trial.ID) + "/entries/" + string(trial.Entries[0].ID) + "/assessment",
			hash{"scores": hash{}, "task_notes": hash{place: "It went well."}}, nil,
		}).says(422, "/task_notes: "+want)
	}
}

func TestAFormOfTooManyFaultsIsReadNoFurther(t *testing.T) {
	w := newWorld(t)
	read := &counting{from: strings.NewReader(strings.Repeat("--edge\r\nContent-Disposition: form-data; name=\"colour\"\r\n\r\nred\r\n", 100_000))}
	w.ask(question{seller, "POST", "/products/" + string(w.products[0].ID) + "/stacks/archive", read, map[string]string{"Content-Type": "multipart/form-data; boundary=edge"}}).is(422)
	if read.n > 1<<20 {
		t.Errorf("it read %d bytes", read.n)
	}
}

type counting struct {
	from io.Reader
	n    int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.n += n
	return n, err
}

// broken is a den whose answers come to nothing on their way.
type broken struct{ api.Den }

func (broken) CopyOut(_ context.Context, _ den.Actor, to io.Writer) error {
	_, err := io.WriteString(to, "half a backup")
	return errors.Join(err, errors.New("a file cannot be read"))
}

func (broken) ReportAs(context.Context, den.Actor, den.ID, den.Form) (den.Document, error) {
	return den.Document{Name: "report.json", Type: "application/json", Write: func(io.Writer) error { return errors.New("it cannot be written") }}, nil
}

func TestAnAnswerThatComesToNothingIsNoAnswer(t *testing.T) {
	w := newWorld(t, func(c *api.Config) { c.Den = broken{c.Den} })
	engine := gin.New() // without what holds every answer to the contract
	engine.ContextWithFallback = true
	engine.Use(func(c *gin.Context) {
		c.Request = c.Request.WithContext(actor.With(c.Request.Context(), w.people[operator].Act()))
	})
	w.api.Mount(engine)
	server := httptest.NewServer(engine)
	t.Cleanup(server.Close)
	ask := func(path string) (int, error) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+api.Base+path, http.NoBody)
		w.must(err)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			return 0, err
		}
		defer func() { _ = res.Body.Close() }()
		_, err = io.ReadAll(res.Body)
		return res.StatusCode, err
	}
	if status, err := ask("/host/backup"); err == nil {
		t.Errorf("half a backup passes for a whole one: %d", status)
	}
	if status, err := ask("/trials/tri_1/report"); status != http.StatusInternalServerError {
		t.Errorf("a report that cannot be written is answered with %d: %v", status, err)
	}
}
