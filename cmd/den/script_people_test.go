package main

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// joins makes somebody a member of a supplier as people become one, by an invitation, a
// password and a token of their own, which it writes into a file:
// joins FILE NAME SUPPLIER
func joins(s *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		s.Fatalf("usage: joins FILE NAME SUPPLIER")
	}
	jar, err := cookiejar.New(nil)
	s.Check(err)
	browser := &http.Client{Jar: jar}
	operator, err := os.ReadFile(filepath.Join(s.Getenv("DEN_DATA"), "operator.token"))
	s.Check(err)
	post := func(path, bearer string, form url.Values) string {
		q, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.Getenv("DEN_URL")+path, strings.NewReader(form.Encode()))
		s.Check(err)
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		q.Header.Set("Accept", "text/html")
		if bearer != "" {
			q.Header.Set("Authorization", "Bearer "+bearer)
		}
		answer, err := browser.Do(q)
		s.Check(err)
		defer func() { _ = answer.Body.Close() }()
		page, err := io.ReadAll(answer.Body)
		s.Check(err)
		if answer.StatusCode >= 400 {
			s.Fatalf("%s: %s\n%s", path, answer.Status, page)
		}
		return html.UnescapeString(string(page))
	}
	found := func(page, pattern string) string {
		m := regexp.MustCompile(pattern).FindStringSubmatch(page)
		if m == nil {
			s.Fatalf("there is no %s in\n%s", pattern, page)
		}
		return m[1]
	}
	email, password := strings.ToLower(args[1])+"@example.com", "a long password for "+args[1]
	invited := post("/suppliers/"+args[2]+"/members", strings.TrimSpace(string(operator)), url.Values{"for": {args[1]}, "role": {"supplier_member"}})
	post("/join/new", "", url.Values{"link": {found(invited, `link=([A-Za-z0-9_-]+)`)}, "name": {args[1]}, "email": {email}, "password": {password}})
	post("/sign-in/password", "", url.Values{"email": {email}, "password": {password}})
	token := found(post("/me/tokens", "", url.Values{"name": {"story"}, "grants": {"read", "act"}, "days": {"7"}}), `(den_[a-z0-9]{16,})`)
	s.Check(os.WriteFile(s.MkAbs(args[0]), []byte(token), 0o600))
}
