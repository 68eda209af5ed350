package gateway_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/coder/websocket"
)

// BenchmarkSocketsAgainstPeers is BenchmarkAgainstPeers for WebSockets: on connections
// that stay open each message is answered with itself before the next one is sent.
func BenchmarkSocketsAgainstPeers(b *testing.B) {
	ways := everyWay(b)
	for _, c := range []struct {
		name                    string
		size, conns, roundTrips int
	}{{"128B/64", 128, 64, 12800}, {"128B/1", 128, 1, 2000}, {"16KiB/64", 16 << 10, 64, 3200}, {"16KiB/1", 16 << 10, 1, 600}} {
		b.Run(c.name, func(b *testing.B) {
			open := map[string][]*websocket.Conn{}
			for _, w := range ways {
				open[w.name] = sockets(b, w, c.conns)
			}
			message := bytes.Repeat([]byte("m"), c.size)
			compare(b, ways, c.roundTrips, "messages/s", func(w way) {
				var all sync.WaitGroup
				for _, conn := range open[w.name] {
					all.Go(func() { talk(b, conn, message, c.roundTrips/c.conns) })
				}
				all.Wait()
			})
		})
	}
}

// sockets opens so many by one way.
func sockets(b *testing.B, w way, n int) []*websocket.Conn {
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", w.address)
	}}
	header := http.Header{"Origin": {"http://" + at}}
	if w.cookie != "" {
		header.Set("Cookie", w.cookie)
	}
	var all []*websocket.Conn
	for range n {
		conn, _, err := websocket.Dial(b.Context(), "ws://"+at+"/echo", &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}, HTTPHeader: header})
		if err != nil {
			b.Fatal(fmt.Errorf("%s: %w", w.name, err))
		}
		b.Cleanup(func() { _ = conn.CloseNow() }) // it was measured
		all = append(all, conn)
	}
	return all
}

// talk sends a message so often, each time after it came back.
func talk(b *testing.B, conn *websocket.Conn, message []byte, times int) {
	for range times {
		if err := conn.Write(b.Context(), websocket.MessageBinary, message); err != nil {
			b.Error(err)
			return
		}
		if _, got, err := conn.Read(b.Context()); err != nil || !bytes.Equal(got, message) {
			b.Errorf("%d bytes came back as %d: %v", len(message), len(got), err)
			return
		}
	}
}
