package pages

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
)

// inviting is a den that has one invitation.
type inviting struct{ Den }

func (inviting) Invitation(context.Context, string) (den.JoinView, error) {
	return den.JoinView{InName: "Department for Local Services"}, nil
}

// crowded are passwords while too many others sign in.
type crowded struct{ Passwords }

func (crowded) Hash(context.Context, string) (string, error) {
	return "", den.Refuse(den.Busy, "Many people are signing in just now.")
}

func TestAnAccountThatCannotBeMadeNowKeepsWhatWasTyped(t *testing.T) {
	p, err := New(Config{
		Den: inviting{}, Sessions: struct{ Sessions }{}, Visits: struct{ Visits }{}, Addresses: struct{ Addresses }{}, Passwords: crowded{},
		Zone: time.UTC, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	typed := url.Values{"link": {"den_x"}, "name": {"Grace Hopper"}, "email": {"grace@example.com"}, "password": {"correct horse battery"}}
	answer := httptest.NewRecorder()
	c, _ := gin.CreateTestContext(answer)
	c.Request = httptest.NewRequest(http.MethodPost, "/join/new", strings.NewReader(typed.Encode()))
	c.Request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if err := p.JoinAsNew(c); err != nil {
		t.Fatalf("the form is gone: %v", err)
	}
	shown := answer.Body.String()
	for _, want := range []string{`value="Grace Hopper"`, `value="grace@example.com"`, "Many people are signing in just now."} {
		if !strings.Contains(shown, want) {
			t.Errorf("%d, without %s", answer.Code, want)
		}
	}
	if answer.Code != http.StatusServiceUnavailable || strings.Contains(shown, "battery") {
		t.Errorf("%d", answer.Code)
	}
}
