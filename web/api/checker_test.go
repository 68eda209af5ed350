package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/gin-gonic/gin"

	"innovationden/web/api"
	"innovationden/web/api/contract"
)

// refusals is every status that the contract's Problem tells of.
var refusals = []int{400, 401, 403, 404, 409, 412, 413, 415, 422, 503, 507}

// checker holds every answer of every test to the contract.
type checker struct {
	t     testing.TB
	doc   *openapi3.T
	fast  *openapi3.T // the same for the quicker validator
	deep  bool
	mu    sync.Mutex
	done  map[string]int // successes by operation
	count map[int]int    // answers by status
	fault []string
	first func() // runs before each handler, if it is there
}

func readDocument(t testing.TB) *openapi3.T {
	t.Helper()
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func newChecker(t testing.TB, _ *api.API) *checker {
	doc := readDocument(t)
	fast := *doc
	fast.OpenAPI = "3.0.3"
	k := &checker{t: t, doc: doc, fast: &fast, deep: true, done: map[string]int{}, count: map[int]int{}}
	t.Cleanup(func() {
		for i, f := range k.faults() {
			if i == 10 {
				t.Errorf("… and %d more", len(k.faults())-i)
				break
			}
			t.Error(f)
		}
	})
	return k
}

func (k *checker) faults() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.fault)
}

// copied keeps what was answered.
type copied struct {
	gin.ResponseWriter
	body bytes.Buffer
}

func (c *copied) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	if c.body.Len() < 4<<20 {
		c.body.Write(b[:n])
	}
	return n, err
}

func (c *copied) WriteString(s string) (int, error) { return c.Write([]byte(s)) }
func (c *copied) Unwrap() http.ResponseWriter       { return c.ResponseWriter }

func (k *checker) watch(c *gin.Context) {
	w := &copied{ResponseWriter: c.Writer}
	c.Writer = w
	if k.first != nil {
		k.first()
	}
	c.Next()
	if !strings.HasPrefix(c.FullPath(), api.Base) {
		return
	}
	op, fault := k.judge(c, w)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.count[w.Status()]++
	if fault != nil {
		k.fault = append(k.fault, fmt.Sprintf("%s %s answered %d: %v\n%s", c.Request.Method, c.Request.URL, w.Status(), fault, cut(w.body.String())))
	}
	if w.Status() < 300 {
		k.done[op]++
	}
}

func (k *checker) judge(c *gin.Context, w *copied) (string, error) {
	parts := strings.Split(strings.TrimPrefix(c.FullPath(), api.Base), "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	path := strings.Join(parts, "/")
	item := k.doc.Paths.Value(path)
	if item == nil || item.GetOperation(c.Request.Method) == nil {
		return "", fmt.Errorf("the contract does not have it")
	}
	op := item.GetOperation(c.Request.Method)
	if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Cache-Control") != "no-store" {
		return "", fmt.Errorf("the answer is not sealed: %v", w.Header())
	}
	if err := k.valid(c, w, path, item, op); err != nil {
		return "", err
	}
	if w.Status() >= 400 {
		return op.OperationID, refusal(w, c.Request.URL)
	}
	declared := op.Responses.Status(w.Status())
	if declared == nil {
		return "", fmt.Errorf("the status is not documented")
	}
	for name := range declared.Value.Headers {
		if w.Header().Get(name) == "" && !slices.Contains([]string{"getAssessment", "getRules", "getNoticeChoices", "getConsensus"}, op.OperationID) { // of what was never saved there is no revision
			return "", fmt.Errorf("the header %s is missing", name)
		}
	}
	return op.OperationID, nil
}

func (k *checker) valid(c *gin.Context, w *copied, path string, item *openapi3.PathItem, op *openapi3.Operation) error {
	spec := k.doc
	if !k.deep {
		spec = k.fast
	}
	stream := strings.HasSuffix(path, "/progress") && w.Status() == http.StatusOK
	if stream {
		if err := k.validEvents(w); err != nil {
			return err
		}
	}
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: c.Request,
			Route:   &routers.Route{Spec: spec, Path: path, PathItem: item, Method: c.Request.Method, Operation: op},
		},
		Status: w.Status(), Header: w.Header(), Body: io.NopCloser(bytes.NewReader(w.body.Bytes())),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true, ExcludeResponseBody: stream},
	})
}

// validEvents holds what a stream sent to the models that its events are named for.
func (k *checker) validEvents(w *copied) error {
	if w.Header().Get("Content-Type") != "text/event-stream" {
		return fmt.Errorf("a stream is %s", w.Header().Get("Content-Type"))
	}
	whole := strings.Split(w.body.String(), "\n\n")
	for _, text := range whole[:len(whole)-1] { // a reader that was dropped got part of the last
		name, data, ok := strings.Cut(text, "\ndata: ")
		if _, name, _ = strings.Cut(name, "event: "); !ok || name == "gone" {
			continue
		}
		model := k.doc.Components.Schemas[strings.ToUpper(name[:1])+name[1:]]
		var v any
		if err := json.Unmarshal([]byte(data), &v); err != nil {
			return fmt.Errorf("the event %q: %w", cut(text), err)
		}
		if err := model.Value.VisitJSON(v, openapi3.MultiErrors()); err != nil {
			return fmt.Errorf("the event %q: %w", cut(text), err)
		}
	}
	return nil
}

func (k *checker) successes(op string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.done[op]
}

// refusal holds a problem document to what the contract's words promise.
func refusal(w *copied, u *url.URL) error {
	var p contract.Problem
	if err := json.Unmarshal(w.body.Bytes(), &p); err != nil {
		return err
	}
	switch {
	case !slices.Contains(refusals, w.Status()):
		return fmt.Errorf("the status is not documented")
	case int(p.Status) != w.Status(), p.Title == "", p.Instance == nil || *p.Instance != u.EscapedPath():
		return fmt.Errorf("the problem is not about this answer")
	case !isSentence(p.Detail):
		return fmt.Errorf("the detail is not a sentence: %q", p.Detail)
	case w.Status() == 401 && w.Header().Get("WWW-Authenticate") == "", w.Status() == 503 && w.Header().Get("Retry-After") == "":
		return fmt.Errorf("a header is missing: %v", w.Header())
	}
	if p.Errors == nil {
		return nil
	}
	for _, f := range *p.Errors {
		if !strings.HasPrefix(f.Pointer, "/") && f.Pointer != "" || !isSentence(f.Detail) {
			return fmt.Errorf("a fault is not told well: %+v", f)
		}
	}
	return nil
}

func isSentence(s string) bool {
	first := strings.TrimLeft(s, `"`)
	return len(first) >= 8 && strings.ToUpper(first[:1]) == first[:1] && strings.HasSuffix(s, ".") && !strings.Contains(s, "%!")
}

func cut(s string) string {
	if len(s) > 600 {
		return s[:600] + "…"
	}
	return s
}
