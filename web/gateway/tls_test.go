package gateway_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"innovationden/web/gateway"
)

func TestHTTPSWithHTTP2AndWebSocketBesideIt(t *testing.T) {
	var proto string
	d := newDen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proto = r.Header.Get("X-Forwarded-Proto") + " " + r.Host
		stage(w, r)
	}), func(o *gateway.Options) { o.HTTPS = true })
	server := httptest.NewUnstartedServer(d.g)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	client := server.Client()
	ticket, err := d.visits.Issue(ann, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := d.visits.Redeem(ticket, "lease1")
	if err != nil {
		t.Fatal(err)
	}
	ask := func(cookie string) *http.Response {
		req := d.request("GET", server.URL+"/slots", cookie)
		req.Host = at
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return res
	}
	if res := ask("__Host-den_visit=" + token); res.StatusCode != 200 || res.ProtoMajor != 2 || proto != "https "+at {
		t.Fatalf("%d by %s, product saw %q", res.StatusCode, res.Proto, proto)
	}
	if res := ask("den_visit=" + token); res.StatusCode != 401 {
		t.Errorf("the cookie that a sibling could write: %d", res.StatusCode)
	}
	client.CloseIdleConnections()
	plain := client.Transport.(*http.Transport).Clone()
	plain.ForceAttemptHTTP2 = false
	plain.TLSClientConfig.NextProtos = []string{"http/1.1"}
	defer plain.CloseIdleConnections()
	conn, _, err := websocket.Dial(t.Context(), strings.Replace(server.URL, "https", "wss", 1)+"/ws", &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: plain}, Host: at,
		HTTPHeader: http.Header{"Cookie": {"__Host-den_visit=" + token}, "Origin": {"https://" + at}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	echo(t, conn, "hello")
	d.visits.Revoke(gateway.Right{Person: "ann"})
	ends(t, "a WebSocket by https", func() error { _, _, err := conn.Read(t.Context()); return err })
}

func TestAddresses(t *testing.T) {
	d := newDen(t, http.NotFoundHandler(), func(o *gateway.Options) { o.Port = "8080" })
	if got := d.g.EnterURL("acme", "a b", "/x?y"); got != "http://acme."+domain+":8080/.den/enter?then=%2Fx%3Fy&ticket=a+b" {
		t.Error(got)
	}
	d = newDen(t, http.NotFoundHandler(), func(o *gateway.Options) { o.HTTPS = true })
	if got := d.g.Address("acme"); got != "https://acme."+domain {
		t.Error(got)
	}
}
