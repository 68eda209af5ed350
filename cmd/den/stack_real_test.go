package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"innovationden/sandbox/sandboxtest"
	"innovationden/web/api/contract"
)

const twoServices = `services:
  web:
    image: acme/web:1
    ports: ["80:8080"]
    depends_on: [store]
  store:
    image: acme/web:1
    environment: {WHO: store}
`

// A stack whose services both listen on 8080 is brought in by its file and one archive,
// refused first with its lines, runs on the real engine, and is opened at its address.
func TestAStackIsOpenedThroughTheGateway(t *testing.T) {
	s := newServed(t)
	s.start()
	single := s.offer(product(t, program(t), "serve"))
	ctx, client := t.Context(), s.client()
	base, err := client.GetReleaseWithResponse(ctx, single)
	s.answered(err, base != nil && base.JSON200 != nil, func() []byte { return base.Body })

	c := sandboxtest.ProductConfig()
	c.Cmd = []string{"serve"}
	archive := sandboxtest.Archive(t, c, []string{"acme/web:1"}, map[string][]byte{
		"product": program(t), "tmp/": nil, "data/": nil, "data/greeting": []byte("good day"),
	})
	hostile := s.stack(base.JSON200.Product, strings.Replace(twoServices, "    ports", "    privileged: true\n    ports", 1), archive)
	if hostile.JSON201 != nil || !strings.Contains(string(hostile.Body), "Line 4: services.web.privileged: ") {
		t.Fatalf("a hostile file: %s", hostile.Body)
	}
	browser := s.browser(ctx)
	trial, box := s.runs(base.JSON200.Product, "small", twoServices, archive, [2]string{"profile", "strict"})
	if page := s.page(browser, box.Url); page != "hello" {
		t.Errorf("its page is %q", page)
	}
	if page := s.page(browser, strings.TrimSuffix(box.Url, "/")+"/read?file=/data/greeting"); !strings.Contains(page, "good day") {
		t.Errorf("the file under its volume is %q", page)
	}
	const other = "/fetch?url=http%3A%2F%2Fstore%3A8080%2F"
	if page := s.page(browser, strings.TrimSuffix(box.Url, "/")+other); page != "hello" {
		t.Errorf("the other service, on the same port, is %q", page)
	}
	if box.Services == nil || strings.Join(*box.Services, " ") != "web store" {
		t.Errorf("its services are %v", box.Services)
	}
	for _, name := range *box.Services {
		if log, err := client.GetSandboxLogWithResponse(ctx, box.Id, &contract.GetSandboxLogParams{Service: &name}); err != nil || log.StatusCode() != http.StatusOK {
			t.Errorf("the log of %s: %v", name, err)
		}
	}
	_, port, err := net.SplitHostPort(s.listen)
	must(t, err)
	seen := s.page(browser, "http://localhost:"+port+"/sandboxes/"+box.Id)
	for _, log := range []string{`id="log-web"`, `id="log-store"`} {
		if !strings.Contains(seen, log) {
			t.Errorf("the sandbox's page has no %s", log)
		}
	}
	if err := s.settle(account{trial: trial, started: true, live: true}); err != nil {
		t.Error(err)
	}
}

// Products that nobody here wrote come in by the API, from their own file and an archive of
// their images, and are opened at their address.
func TestRealProductsAreOpenedThroughTheGateway(t *testing.T) {
	s := newServed(t)
	s.start()
	ctx, client := t.Context(), s.client()
	single, err := client.GetReleaseWithResponse(ctx, s.offer(product(t, program(t), "serve")))
	s.answered(err, single != nil && single.JSON200 != nil, func() []byte { return single.Body })
	browser := s.browser(ctx)
	for _, real := range []struct {
		name, size string
		stack      func(context.Context, testing.TB) sandboxtest.Stack
		visits     [][2]string // a path, and what is on its page at last
	}{
		{"nginx", "small", sandboxtest.Site, [][2]string{{"", "<h1>A page of nginx</h1>"}}},
		{"nginx, Redis and a worker", "medium", sandboxtest.Shop, [][2]string{{"", "jobs are taken at /do"}, {"do", "1"}, {"done", "1"}}},
		{"PostgreSQL and an application", "large", sandboxtest.Books, [][2]string{{"", "0"}, {"add", "added"}, {"", "1"}}},
	} {
		t.Run(real.name, func(t *testing.T) {
			stack := real.stack(ctx, t)
			trial, box := s.runs(single.JSON200.Product, real.size, stack.Compose, stack.Archive(t), [2]string{"front", stack.Front}, [2]string{"profile", "standard"})
			for _, visit := range real.visits {
				s.await("the page "+visit[0], func() error {
					if page := s.page(browser, box.Url+visit[0]); strings.TrimSpace(page) != visit[1] {
						return fmt.Errorf("it is %q", page)
					}
					return nil
				})
			}
			if err := s.settle(account{trial: trial, started: true, live: true}); err != nil {
				t.Error(err)
			}
		})
	}
}

// runs adds a release of a stack, tries it in a trial of its own, and waits until it is live.
func (s *served) runs(product, size, file string, archive []byte, fields ...[2]string) (trial string, box contract.Sandbox) {
	s.t.Helper()
	ctx, client := s.t.Context(), s.client()
	added := s.stack(product, file, archive, fields...)
	s.answered(nil, added.JSON201 != nil, func() []byte { return added.Body })
	for _, image := range given(added.JSON201.Images) {
		s.images = append(s.images, image)
	}
	wanted := s.newTrial(time.Hour, added.JSON201.Id)
	wanted.Size = pointerTo(size)
	draft, err := client.AddTrialWithResponse(ctx, nil, wanted)
	s.answered(err, draft != nil && draft.JSON201 != nil, func() []byte { return draft.Body })
	started, err := client.StartTrialWithResponse(ctx, draft.JSON201.Id, nil)
	s.answered(err, started != nil && started.JSON202 != nil, func() []byte { return started.Body })
	s.await("the stack to answer", func() error {
		found, err := client.GetTrialWithResponse(ctx, draft.JSON201.Id)
		if err != nil || found.JSON200 == nil {
			return errors.Join(err, errors.New("no answer"))
		}
		if box = *found.JSON200.Entries[0].Sandbox; box.Phase != contract.PhaseLive {
			return fmt.Errorf("it is %s: %s", box.Phase, box.Detail)
		}
		return nil
	})
	return draft.JSON201.Id, box
}

// stack sends a compose file and an archive.
func (s *served) stack(product, file string, archive []byte, more ...[2]string) *contract.AddStackArchiveResponse {
	s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	must(s.t, writeStack(form, append([][2]string{{"version", lower.EncodeToString(random(4))}, {"compose", file}}, more...), "all.tar"))
	body.Write(archive)
	must(s.t, form.Close())
	answer, err := s.client().AddStackArchiveWithBodyWithResponse(context.Background(), product, form.FormDataContentType(), &body)
	must(s.t, err)
	return answer
}

// browser is one in which the operator has signed in with the token of the folder.
func (s *served) browser(ctx context.Context) *http.Client {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	must(s.t, err)
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) { // *.localhost is this machine
		return new(net.Dialer).DialContext(ctx, network, s.listen)
	}
	browser := &http.Client{Jar: jar, Timeout: 10 * time.Second, Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	token, err := os.ReadFile(filepath.Join(s.folder(), tokenFile))
	must(s.t, err)
	_, port, err := net.SplitHostPort(s.listen)
	must(s.t, err)
	form := url.Values{"secret": {strings.TrimSpace(string(token))}, "then": {"/"}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost:"+port+"/sign-in", strings.NewReader(form.Encode()))
	must(s.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := browser.Do(request)
	must(s.t, err)
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		s.t.Fatalf("signing in answered with status %d", answer.StatusCode)
	}
	return browser
}

func (s *served) page(browser *http.Client, address string) string {
	s.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	must(s.t, err)
	request.Header.Set("Accept", "text/html")
	answer, err := browser.Do(request)
	must(s.t, err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	must(s.t, err)
	return string(text)
}
