package web_test

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"
	"time"

	"github.com/coder/websocket"

	"innovationden/orchestrator/den"
)

// soon is how long something that was taken away may still be open, in the house's
// rules one second; a test on a busy machine may wait longer for its own goroutines, so
// it measures between what it saw.
const soon = time.Second

// sameBrowser is another tab of a visitor's browser.
func (v *visitor) sameBrowser() *visitor {
	home, err := url.Parse(v.server.URL)
	v.must(err)
	jar, err := cookiejar.New(nil)
	v.must(err)
	jar.SetCookies(home, v.client.Jar.Cookies(home))
	return &visitor{rig: v.rig, client: &http.Client{Jar: jar, CheckRedirect: v.client.CheckRedirect}}
}

// reloads waits until a live page is told to look again, which it is within a second.
func (r *reader) reloads(t *testing.T, since time.Time) {
	t.Helper()
	for {
		_, name, _, ok := r.next()
		if name == "reload" {
			if took := time.Since(since); took > soon {
				t.Errorf("the live page heard of it after %s", took)
			}
			return
		}
		if !ok {
			t.Fatal("the live page ended without a word")
		}
	}
}

func TestASessionThatIsEndedTakesWhatItHoldsOpenWithIt(t *testing.T) {
	r := newRig(t)
	trial := r.trial()
	other, v := r.visitor("official"), r.visitor("official")
	live, _ := other.follows("/trials/"+string(trial.ID)+"/live", "")
	live.next()
	list := v.get("/me/sessions")
	list.shows("table", "This one")
	if rows := len(list.all("tbody tr")); rows != 2 {
		t.Fatalf("%d sessions are listed, want 2", rows)
	}
	began := time.Now()
	v.follow(v.submit(list, "/me/sessions/end", nil)).shows(".govuk-notification-banner", "All your other sessions were ended")
	live.reloads(t, began)
	if got := other.get("/"); got.Status != http.StatusSeeOther {
		t.Errorf("a session that was ended: %d", got.Status)
	}
	if got := v.get("/"); got.Status != http.StatusOK {
		t.Errorf("the session that ended the others: %d", got.Status)
	}
}

func TestSomebodyElsesSessionIsNotThere(t *testing.T) {
	r := newRig(t)
	v, eve := r.visitor("official"), r.visitor("stranger")
	action := attribute(v.get("/me/sessions").one(`form[action$="/end"]`), "action")
	if got := eve.post(action, url.Values{}); got.Status != http.StatusNotFound {
		t.Errorf("somebody else's session: %d", got.Status)
	}
	if got := v.get("/"); got.Status != http.StatusOK {
		t.Errorf("it was ended all the same: %d", got.Status)
	}
}

// A WebSocket through the gateway is closed when the session that opened it is ended
// elsewhere, and when the person loses the role that opened the sandbox.
func TestATunnelEndsWithTheSessionAndWithTheRole(t *testing.T) {
	r := newRig(t)
	trial := r.trial()
	for name, end := range map[string]func(v *visitor){
		"the session": func(v *visitor) { v.sameBrowser().post("/sign-out", url.Values{}) },
		"the role": func(*visitor) {
			_, err := r.den.ChangeRoles(t.Context(), den.System(), den.RoleChange{Person: r.people["official"].ID, Remove: r.people["official"].Memberships})
			r.must(err)
		},
	} {
		v := r.visitor("colleague")
		if name == "the role" {
			v = r.visitor("official")
		}
		tunnel := r.tunnel(v, trial.Entries[0].Sandbox)
		gone := make(chan time.Time, 1)
		go func() {
			_, _, err := tunnel.Read(context.Background())
			if err != nil {
				gone <- time.Now()
			}
		}()
		began := time.Now()
		end(v)
		select {
		case at := <-gone:
			if took := at.Sub(began); took > soon {
				t.Errorf("%s was lost, and the tunnel ended after %s", name, took)
			}
		case <-time.After(20 * time.Second):
			t.Errorf("%s was lost, and the tunnel stays", name)
		}
	}
}

// tunnel opens a WebSocket to a sandbox as a visitor's browser does.
func (r *rig) tunnel(v *visitor, s *den.SandboxView) *websocket.Conn {
	r.Helper()
	enter := v.get("/open/" + s.Name)
	at, err := url.Parse(enter.Header.Get("Location"))
	r.must(err)
	home, err := url.Parse(r.server.URL)
	r.must(err)
	q, err := http.NewRequestWithContext(context.Background(), http.MethodGet, r.server.URL+at.RequestURI(), nil)
	r.must(err)
	q.Host = at.Host
	answer, err := (&http.Client{CheckRedirect: v.client.CheckRedirect}).Do(q)
	r.must(err)
	r.must(answer.Body.Close())
	if len(answer.Cookies()) != 1 {
		r.Fatalf("no visit: %d", answer.StatusCode)
	}
	conn, _, err := websocket.Dial(context.Background(), "ws://"+home.Host+"/socket", &websocket.DialOptions{
		Host: at.Host, HTTPHeader: http.Header{"Cookie": {answer.Cookies()[0].String()}},
	})
	r.must(err)
	r.Cleanup(func() { _ = conn.CloseNow() })
	return conn
}

// Somebody who is taken out of a department stops seeing its trial on the page that is
// open, and who leaves is sent to the sign-in.
func TestALivePageHearsOfALostRoleWithinASecond(t *testing.T) {
	r := newRig(t)
	trial := r.trial()
	for name, lose := range map[string]func(den.ID) error{
		"colleague": func(id den.ID) error {
			_, err := r.den.RemoveMember(t.Context(), den.System(), r.department.ID, id, "")
			return err
		},
		"approver": func(id den.ID) error {
			_, err := r.den.SetLeft(t.Context(), den.System(), id, true, "")
			return err
		},
	} {
		v := r.visitor(name)
		live, _ := v.follows("/trials/"+string(trial.ID)+"/live", "")
		live.next()
		began := time.Now()
		r.must(lose(r.people[name].ID))
		live.reloads(t, began)
		if got := v.get("/trials/" + string(trial.ID)); got.Status != http.StatusNotFound && got.Status != http.StatusSeeOther {
			t.Errorf("%s sees the trial: %d", name, got.Status)
		}
	}
}
