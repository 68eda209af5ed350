package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"innovationden/sandbox"
	"innovationden/web/api/contract"
)

// ask puts one DNS question over TCP to whatever answers on port 53 inside a sandbox, as
// its product could, and gives the code of the answer.
func (s *served) ask(id sandbox.ID, name ...string) (code int, err error) {
	engine, err := s.engine()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	conn, err := engine.Dial(ctx, id, 53)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	question := []byte{0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0}
	for _, part := range name {
		question = append(append(question, byte(len(part))), part...)
	}
	question = append(question, 0, 0, 1, 0, 1)
	if _, err := conn.Write([]byte{0, byte(len(question))}); err != nil {
		return 0, err
	}
	if _, err := conn.Write(question); err != nil {
		return 0, err
	}
	head := make([]byte, 2+12)
	if _, err := io.ReadFull(conn, head); err != nil {
		return 0, err
	}
	return int(head[2+3] & 15), nil
}

func TestWhatAProductAskedForIsKeptThroughARestartOfTheDen(t *testing.T) {
	s := newServed(t)
	s.start()
	trial := s.begin(time.Hour, s.offer(product(t, program(t), "serve")))
	box := s.becomes(trial, contract.PhaseLive)
	running := func() (id sandbox.ID) {
		found, err := s.found()
		must(t, err)
		for _, f := range found {
			if len(f.Containers) == 2 {
				id = f.ID
			}
		}
		return id
	}
	id := running()
	asked := func(times int64) {
		t.Helper()
		const noSuchName = 3
		if code, err := s.ask(id, "api", "stripe", "com"); err != nil || code != noSuchName {
			t.Fatalf("the answer was code %d: %v", code, err)
		}
		s.await("the evidence", func() error {
			answer, err := s.client().GetSandboxWithResponse(context.Background(), box.Id)
			if err != nil || answer.JSON200 == nil || answer.JSON200.Tried == nil {
				return errors.Join(err, errors.New("nothing was tried"))
			}
			if got := (*answer.JSON200.Tried)[0]; got.Name != "api.stripe.com" || got.Times != times {
				return fmt.Errorf("it tried %+v", got)
			}
			return nil
		})
	}
	asked(1)
	s.stop()
	s.start()
	s.await("names to be answered again", func() error {
		_, err := s.ask(id, "sandbox")
		return err
	})
	asked(2)
	again, err := s.client().RestartSandboxWithResponse(context.Background(), box.Id, nil, contract.Reason{})
	if err != nil || again.JSON202 == nil {
		t.Fatalf("it does not start again: %v", err)
	}
	s.await("a product that has started again", func() error {
		answer, err := s.client().GetSandboxWithResponse(context.Background(), box.Id)
		if err != nil || answer.JSON200 == nil || answer.JSON200.Phase != contract.PhaseLive || !answer.JSON200.Lost {
			return errors.Join(err, errors.New("it is not live yet"))
		}
		id = running()
		_, err = s.ask(id, "sandbox")
		return err
	})
	asked(3)
}
