package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// scripted is a den whose answers a test writes. What a test does not script panics,
// so that a command cannot ask for more than the test knows of.
type scripted struct {
	contract.StrictServerInterface // nil

	*httptest.Server
	mu    sync.Mutex
	asked []asked
	lose  int  // so many answers to creates are lost on the way: the den acts, nobody hears
	half  bool // they are lost in the middle

	products []contract.Product
	trial    contract.Trial   // what AddTrial and GetTrial give
	stages   []contract.Trial // what WatchTrial tells, one after the other
	pieces   int              // WatchTrial breaks off after so many; 0: never
	hold     chan struct{}    // WatchTrial goes on after its stages until this is closed
	watching chan struct{}    // closed when somebody watches
	refuse   map[string]contract.Problem
	sandbox  contract.Sandbox
	logs     []string // what GetSandboxLog gives, one after the other; the last for ever
	outcome  contract.Outcome
}

// asked is a request as it came.
type asked struct {
	method, path, query, key, match, last, body string
}

const goodToken = "den_good"

func newScripted(t *testing.T) *scripted {
	t.Helper()
	gin.SetMode(gin.TestMode)
	s := &scripted{refuse: map[string]contract.Problem{}, watching: make(chan struct{})}
	router := gin.New()
	say := func(c *gin.Context, err error) {
		var p refusal
		if !errors.As(err, &p) {
			p = refusal{Status: http.StatusInternalServerError, Title: "Something went wrong", Detail: err.Error()}
		}
		text, _ := json.Marshal(p)
		c.Data(int(p.Status), "application/problem+json", text)
	}
	contract.RegisterHandlersWithOptions(router, contract.NewStrictHandlerWithOptions(s, nil, contract.StrictGinServerOptions{
		RequestErrorHandlerFunc: say, HandlerErrorFunc: say, ResponseErrorHandlerFunc: func(*gin.Context, error) {},
	}), contract.GinServerOptions{BaseURL: "/api/v1"})
	s.Server = httptest.NewServer(s.listen(router))
	t.Cleanup(s.Close)
	return s
}

type refusal contract.Problem

func (p refusal) Error() string { return p.Detail }

// listen notes each request, knows one token, and loses answers where it is told to.
func (s *scripted) listen(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		a := asked{r.Method, strings.TrimPrefix(r.URL.Path, "/api/v1"), r.URL.RawQuery, r.Header.Get("Idempotency-Key"), r.Header.Get("If-Match"), r.Header.Get("Last-Event-ID"), string(body)}
		s.mu.Lock()
		s.asked = append(s.asked, a)
		lose := s.lose > 0 && r.Method == http.MethodPost
		if lose {
			s.lose--
		}
		refused, refuse := s.refuse[a.method+" "+a.path]
		s.mu.Unlock()
		switch {
		case r.Header.Get("Authorization") != "Bearer "+goodToken:
			refused, refuse = problemDoc(http.StatusUnauthorized, "Send a token."), true
		case lose:
			heard := httptest.NewRecorder()
			next.ServeHTTP(heard, r)
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil && s.half {
				_, _ = fmt.Fprintf(conn, "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", heard.Body.Len(), heard.Body.Bytes()[:heard.Body.Len()/2])
			}
			_ = conn.Close()
			return
		}
		if refuse {
			text, _ := json.Marshal(refused)
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(int(refused.Status))
			_, _ = w.Write(text)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func problemDoc(status int, detail string, fields ...string) contract.Problem {
	p := contract.Problem{Type: "about:blank", Title: "There is a problem", Status: int32(status), Detail: detail}
	if len(fields) > 0 {
		var all []contract.FieldProblem
		for i := 0; i < len(fields); i += 2 {
			all = append(all, contract.FieldProblem{Pointer: fields[i], Detail: fields[i+1]})
		}
		p.Errors = &all
	}
	return p
}

// heard lists the requests to a path.
func (s *scripted) heard(method, path string) []asked {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []asked
	for _, a := range s.asked {
		if a.method == method && (a.path == path || path == "") {
			all = append(all, a)
		}
	}
	return all
}

// played is what became of a command.
type played struct {
	code     int
	out, err string
}

// play runs a command of the program against the den.
func (s *scripted) play(t *testing.T, args ...string) played {
	t.Helper()
	return playWith(t.Context(), nil, map[string]string{"DEN_URL": s.URL, "DEN_TOKEN": goodToken}, "", args...)
}

// playWith runs a command; set may change how it meets the world.
func playWith(ctx context.Context, set func(*client), env map[string]string, in string, args ...string) played {
	var out, errs bytes.Buffer
	getenv := func(name string) string { return env[name] }
	std := streams{in: strings.NewReader(in), out: &out, err: &errs}
	if set == nil {
		code := run(ctx, args, getenv, std)
		return played{code, out.String(), errs.String()}
	}
	k := &client{getenv: getenv, std: std, now: time.Now, rest: rest, terminal: isTerminal}
	k.browse = k.browser
	set(k)
	root := newRoot(getenv, std)
	for _, c := range root.Commands() {
		for _, own := range k.commands() {
			if c.Name() == own.Name() {
				root.RemoveCommand(c)
			}
		}
	}
	root.AddCommand(k.commands()...)
	root.SetArgs(args)
	c, err := root.ExecuteContextC(ctx)
	if err = of(c, err); err == nil {
		return played{exitDone, out.String(), errs.String()}
	}
	var said *saidError
	if !errors.As(err, &said) {
		_, _ = fmt.Fprintln(&errs, "den: "+err.Error())
	}
	return played{exitCode(err), out.String(), errs.String()}
}

func (p played) want(t *testing.T, code int, in ...string) {
	t.Helper()
	if p.code != code {
		t.Errorf("it exited with %d, want %d\nstdout:\n%s\nstderr:\n%s", p.code, code, p.out, p.err)
	}
	for _, text := range in {
		if !strings.Contains(p.out+p.err, text) {
			t.Errorf("it did not say %q\nstdout:\n%s\nstderr:\n%s", text, p.out, p.err)
		}
	}
}

// ListProducts implements contract.StrictServerInterface, two at a time.
func (s *scripted) ListProducts(_ context.Context, r contract.ListProductsRequestObject) (contract.ListProductsResponseObject, error) {
	from := 0
	if r.Params.After != nil {
		_, _ = fmt.Sscan(*r.Params.After, &from)
	}
	to := min(from+2, len(s.products))
	page := contract.ListProducts200JSONResponse{Items: append([]contract.Product{}, s.products[from:to]...)}
	if to < len(s.products) {
		next := fmt.Sprint(to)
		page.Next = &next
	}
	return page, nil
}

// ListDepartments implements contract.StrictServerInterface.
func (s *scripted) ListDepartments(context.Context, contract.ListDepartmentsRequestObject) (contract.ListDepartmentsResponseObject, error) {
	return contract.ListDepartments200JSONResponse{Items: []contract.Department{{Id: "dep_1", Name: "Local Services"}}}, nil
}

// ListSuppliers implements contract.StrictServerInterface.
func (s *scripted) ListSuppliers(context.Context, contract.ListSuppliersRequestObject) (contract.ListSuppliersResponseObject, error) {
	return contract.ListSuppliers200JSONResponse{Items: []contract.Supplier{{Id: "sup_1", Name: "Northbridge"}, {Id: "sup_2", Name: "Harbour"}, {Id: "sup_3", Name: "harbour"}}}, nil
}

// ListPeople implements contract.StrictServerInterface.
func (s *scripted) ListPeople(context.Context, contract.ListPeopleRequestObject) (contract.ListPeopleResponseObject, error) {
	return contract.ListPeople200JSONResponse{Items: []contract.Person{{Id: "per_1", Name: "Tom Okafor"}}}, nil
}

// AddTrial implements contract.StrictServerInterface.
func (s *scripted) AddTrial(context.Context, contract.AddTrialRequestObject) (contract.AddTrialResponseObject, error) {
	draft := s.trial
	draft.State = contract.TrialState(den.TrialDraft)
	return contract.AddTrial201JSONResponse{Body: draft}, nil
}

// StartTrial implements contract.StrictServerInterface.
func (s *scripted) StartTrial(context.Context, contract.StartTrialRequestObject) (contract.StartTrialResponseObject, error) {
	return contract.StartTrial202JSONResponse{Body: s.trial}, nil
}

// GetTrial implements contract.StrictServerInterface.
func (s *scripted) GetTrial(context.Context, contract.GetTrialRequestObject) (contract.GetTrialResponseObject, error) {
	return contract.GetTrial200JSONResponse{Body: s.trial}, nil
}

// WatchTrial implements contract.StrictServerInterface. It tells the stages after the
// one that the reader has seen.
func (s *scripted) WatchTrial(ctx context.Context, r contract.WatchTrialRequestObject) (contract.WatchTrialResponseObject, error) {
	seen := 0
	if r.Params.LastEventID != nil {
		_, _ = fmt.Sscan(*r.Params.LastEventID, &seen)
	}
	body, w := io.Pipe()
	go func() {
		defer func() { _ = w.Close() }()
		_, _ = io.WriteString(w, ": still here\n\n")
		for i := seen; i < len(s.stages) && (s.pieces == 0 || i < seen+s.pieces); i++ {
			text, _ := json.Marshal(s.stages[i])
			_, _ = fmt.Fprintf(w, "id: %d\nevent: trial\ndata: %s\n\n", i+1, text)
		}
		if s.hold != nil {
			close(s.watching)
			select {
			case <-s.hold:
			case <-ctx.Done():
			}
		}
	}()
	return contract.WatchTrial200TexteventStreamResponse{Body: body}, nil
}
