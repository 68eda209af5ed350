package api_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// event is one of a stream.
type event struct{ id, name, data string }

// listen gives the events of a stream as they come; the channel is closed at its end.
func listen(t testing.TB, resp *http.Response, err error) <-chan event {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		body, _ := io.ReadAll(resp.Body)
		t.Fatalf("the stream answers %d: %s", resp.StatusCode, cut(string(body)))
	}
	out := make(chan event, 256)
	go func() {
		defer close(out)
		defer func() { _ = resp.Body.Close() }()
		lines := bufio.NewScanner(resp.Body)
		lines.Buffer(nil, 1<<20)
		var e event
		for lines.Scan() {
			field, text, _ := strings.Cut(lines.Text(), ": ")
			switch field {
			case "id":
				e.id = text
			case "event":
				e.name = text
			case "data":
				e.data = text
			case "":
				if e != (event{}) || text != "" {
					out <- event{e.id, e.name, e.data + text}
				}
				e = event{}
			}
		}
	}()
	return out
}

// next waits for an event that is not a comment.
func next(t testing.TB, events <-chan event) (event, bool) {
	t.Helper()
	patience := time.NewTimer(20 * time.Second)
	defer patience.Stop()
	for {
		select {
		case e, open := <-events:
			if open && e.name == "" {
				continue
			}
			return e, open
		case <-patience.C:
			t.Fatal("no event came")
		}
	}
}
