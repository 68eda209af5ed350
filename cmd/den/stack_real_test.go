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
	archive := sandboxtest.Archive(t, c, []string{"acme/web:1"}, map[string][]byte{"product": program(t), "tmp/": nil})
	hostile := s.stack(base.JSON200.Product, strings.Replace(twoServices, "    ports", "    privileged: true\n    ports", 1), archive)
	if hostile.JSON201 != nil || !strings.Contains(string(hostile.Body), "Line 4: services.web.privileged: ") {
		t.Fatalf("a hostile file: %s", hostile.Body)
	}
	added := s.stack(base.JSON200.Product, twoServices, archive)
	s.answered(nil, added.JSON201 != nil, func() []byte { return added.Body })
	s.images = append(s.images, added.JSON201.Image)

	draft, err := client.AddTrialWithResponse(ctx, nil, s.newTrial(time.Hour, added.JSON201.Id))
	s.answered(err, draft != nil && draft.JSON201 != nil, func() []byte { return draft.Body })
	started, err := client.StartTrialWithResponse(ctx, draft.JSON201.Id, nil)
	s.answered(err, started != nil && started.JSON202 != nil, func() []byte { return started.Body })
	var box contract.Sandbox
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
	browser := s.browser(ctx)
	if page := s.page(browser, box.Url); page != "hello" {
		t.Errorf("its page is %q", page)
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
	if err := s.settle(account{trial: draft.JSON201.Id, started: true, live: true}); err != nil {
		t.Error(err)
	}
}

// stack sends a compose file and an archive.
func (s *served) stack(product, file string, archive []byte) *contract.AddStackArchiveResponse {
	s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	must(s.t, writeStack(form, [][2]string{{"version", "2"}, {"compose", file}, {"profile", "strict"}}, "all.tar", bytes.NewReader(archive)))
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
