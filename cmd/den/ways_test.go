package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/services"
	"innovationden/web/api/contract"
)

// inside connects to a port inside a sandbox, as its product could.
func (s *served) inside(id sandbox.ID, port int, talk func(net.Conn) error) error {
	engine, err := s.engine()
	if err != nil {
		return err
	}
	defer func() { _ = engine.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	conn, err := engine.Dial(ctx, id, port)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	return talk(conn)
}

func sendMail(conn net.Conn) error {
	smtp := textproto.NewConn(conn)
	if _, _, err := smtp.ReadResponse(220); err != nil {
		return err
	}
	for _, one := range []struct {
		say  string
		code int
	}{{"HELO product", 250}, {"MAIL FROM:<booking@acme.example>", 250}, {"RCPT TO:<citizen@example.org>", 250}, {"DATA", 354},
		{"Subject: Your appointment\r\n\r\nSee you on <b>Monday</b>.\r\n.", 250}, {"QUIT", 221}} {
		if err := smtp.PrintfLine("%s", one.say); err != nil {
			return err
		}
		if _, _, err := smtp.ReadResponse(one.code); err != nil {
			return fmt.Errorf("%s: %w", one.say, err)
		}
	}
	return nil
}

// connect asks the way out for a host and gives the line of the answer.
func connect(host string, answer *string) func(net.Conn) error {
	return func(conn net.Conn) (err error) {
		if _, err = fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", host, host); err != nil {
			return err
		}
		*answer, err = bufio.NewReader(conn).ReadString('\n')
		return err
	}
}

// A sealed product, on real Docker, whose department agreed to one way out and to caught
// mail: what it sends is read by people and never sent, what it may not reach is refused,
// and all of it is on the receipt, through a restart of the den.
func TestChosenWaysOutAndCaughtMail(t *testing.T) {
	t.Parallel()
	s := newServed(t)
	s.start()
	asked := s.offer(product(t, program(t), "serve"))
	ctx, client := context.Background(), s.client()
	release, err := client.GetReleaseWithResponse(ctx, asked)
	must(t, err)
	hosts, mail := []string{"nowhere.invalid:443"}, true
	second, err := client.AddReleaseWithResponse(ctx, release.JSON200.Product, nil, contract.NewRelease{
		Version: "2", Image: &release.JSON200.Image, Port: &release.JSON200.Port, Asks: &contract.Ways{Out: &hosts, Mail: &mail},
	})
	s.answered(err, second != nil && second.JSON201 != nil, func() []byte { return second.Body })
	trial := s.newTrial(time.Hour, second.JSON201.Id)
	trial.Agreed = &map[string]contract.Ways{second.JSON201.Id: {Out: &hosts, Mail: &mail}}
	draft, err := client.AddTrialWithResponse(ctx, nil, trial)
	s.answered(err, draft != nil && draft.JSON201 != nil, func() []byte { return draft.Body })
	began, err := client.StartTrialWithResponse(ctx, draft.JSON201.Id, nil)
	s.answered(err, began != nil && began.JSON202 != nil, func() []byte { return began.Body })
	box := s.becomes(draft.JSON201.Id, contract.PhaseLive)

	found, err := s.found()
	must(t, err)
	var id sandbox.ID
	for _, f := range found {
		if len(f.Containers) == 2 {
			id = f.ID
		}
	}
	must(t, s.inside(id, services.MailPort, sendMail))
	var answer string
	must(t, s.inside(id, services.OutPort, connect("elsewhere.example.org:443", &answer)))
	if !strings.Contains(answer, " 403 ") {
		t.Errorf("another host was answered with %q", answer)
	}
	must(t, s.inside(id, services.OutPort, connect("nowhere.invalid:443", &answer)))
	if !strings.Contains(answer, " 502 ") {
		t.Errorf("a host that does not exist was answered with %q", answer)
	}
	s.stop() // keeps the evidence
	s.start()
	s.await("the evidence", func() error {
		mails, err := s.client().ListMailsWithResponse(ctx, box.Id)
		if err != nil || mails.JSON200 == nil || len(mails.JSON200.Items) != 1 {
			return errors.Join(err, fmt.Errorf("the mails are %s", mails.Body))
		}
		if m := mails.JSON200.Items[0]; m.Subject != "Your appointment" || !strings.Contains(m.Text, "<b>Monday</b>") {
			return fmt.Errorf("the mail is %+v", m)
		}
		return nil
	})
	must(t, s.inside(id, services.MailPort, sendMail)) // it is offered again
	page := s.page(s.browser(ctx), "http://"+strings.Replace(s.listen, "127.0.0.1", "localhost", 1)+"/sandboxes/"+box.Id+"/mails")
	if !strings.Contains(page, "&lt;b&gt;Monday&lt;/b&gt;") || strings.Contains(page, "<b>Monday") {
		t.Error("the mail is not shown as text")
	}
	ended, err := s.client().EndSandboxWithResponse(ctx, box.Id, nil, contract.Reason{})
	s.answered(err, ended != nil && ended.StatusCode() < 300, func() []byte { return ended.Body })
	s.becomes(draft.JSON201.Id, contract.PhaseEnded)
	receipt, err := s.client().GetReceiptWithResponse(ctx, box.Id)
	s.answered(err, receipt != nil && receipt.JSON200 != nil, func() []byte { return receipt.Body })
	r := receipt.JSON200
	if given(r.Mails) != 2 || r.Used == nil || (*r.Used)[0].Failed != 1 || r.Tried == nil || !strings.HasPrefix((*r.Tried)[0].Name, "elsewhere.example.org") {
		t.Errorf("the receipt says %s", receipt.Body)
	}
}
