package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"innovationden/web/api"
	"innovationden/web/api/contract"
)

// question is one request of a test.
type question struct {
	who, method, path string
	body              any // a string goes as it is, anything else as JSON
	header            map[string]string
}

// answer is what came back.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   string
}

func (q question) request() *http.Request {
	var body io.Reader = http.NoBody
	switch b := q.body.(type) {
	case nil:
	case string:
		body = strings.NewReader(b)
	case io.Reader:
		body = b
	default:
		text, err := json.Marshal(b)
		if err != nil {
			panic(err)
		}
		body = strings.NewReader(string(text))
	}
	r := httptest.NewRequest(q.method, api.Base+q.path, body)
	if q.body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if q.who != nobody {
		r.Header.Set("Authorization", "Bearer "+q.who)
	}
	for name, v := range q.header {
		r.Header.Set(name, v)
	}
	return r
}

func (w *world) ask(q question) answer {
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, q.request())
	return answer{t: w.t, status: recorder.Code, header: recorder.Header(), body: recorder.Body.String()}
}

func (w *world) get(who, path string) answer {
	return w.ask(question{who: who, method: "GET", path: path})
}

func (w *world) post(who, path string, body any) answer {
	return w.ask(question{who: who, method: "POST", path: path, body: body})
}

func (a answer) is(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("the answer is %d, not %d: %s", a.status, status, cut(a.body))
	}
	return a
}

// into reads a model.
func into[T any](a answer) T {
	a.t.Helper()
	var v T
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		a.t.Fatalf("%v: %s", err, cut(a.body))
	}
	return v
}

// says wants a refusal with these faults, each "pointer: sentence", or one sentence.
func (a answer) says(status int, wanted ...string) {
	a.t.Helper()
	a.is(status)
	p := into[contract.Problem](a)
	said := []string{p.Detail}
	if p.Errors != nil {
		said = nil
		for _, f := range *p.Errors {
			said = append(said, fmt.Sprintf("%s: %s", f.Pointer, f.Detail))
		}
	}
	slices.Sort(said)
	slices.Sort(wanted)
	if !slices.Equal(said, wanted) {
		a.t.Errorf("it says\n  %s\nnot\n  %s", strings.Join(said, "\n  "), strings.Join(wanted, "\n  "))
	}
}
