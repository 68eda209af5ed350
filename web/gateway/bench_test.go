package gateway_test

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync"
	"testing"
)

// BenchmarkGateway compares the gateway, with all its checks, with
// httputil.ReverseProxy as it comes, and with no proxy at all:
//
//	go test -run - -bench . -benchmem ./web/gateway
func BenchmarkGateway(b *testing.B) {
	for _, size := range []struct {
		name  string
		bytes int
	}{{"1KiB", 1 << 10}, {"1MiB", 1 << 20}} {
		body := make([]byte, size.bytes)
		product := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = []string{"application/octet-stream"}
			w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
			_, _ = w.Write(body)
		})
		for _, conns := range []int{1, 64} {
			name := size.name + "/" + strconv.Itoa(conns)
			b.Run(name+"/direct", func(b *testing.B) { run(b, listen(b, product), "", size.bytes, conns) })
			b.Run(name+"/gateway", func(b *testing.B) {
				d := newDen(b, product)
				run(b, d.address, d.visit("acme", ann), size.bytes, conns)
			})
			b.Run(name+"/default", func(b *testing.B) {
				target := &url.URL{Scheme: "http", Host: listen(b, product)}
				transport := http.DefaultTransport.(*http.Transport).Clone()
				b.Cleanup(transport.CloseIdleConnections)
				run(b, listen(b, &httputil.ReverseProxy{
					Transport: transport, ErrorLog: log.New(io.Discard, "", 0),
					Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
				}), "", size.bytes, conns)
			})
		}
	}
}

func listen(b *testing.B, h http.Handler) string {
	server := httptest.NewServer(h)
	b.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.Listener.Addr().String()
}

// run measures b.N requests.
func run(b *testing.B, address, cookie string, size, conns int) {
	b.SetBytes(int64(size))
	b.ReportAllocs()
	b.ResetTimer()
	share(b, b.N, address, cookie, size, conns)
}

// share shares requests among so many kept-alive connections. Each asks for /size.
func share(b *testing.B, requests int, address, cookie string, size, conns int) {
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", address)
		},
		MaxIdleConnsPerHost: conns, DisableCompression: true,
	}
	defer transport.CloseIdleConnections()
	work := make(chan struct{}, conns)
	var all sync.WaitGroup
	for range conns {
		all.Go(func() {
			buffer := make([]byte, 256<<10)
			for range work {
				req, err := http.NewRequestWithContext(b.Context(), "GET", "http://"+at+"/"+strconv.Itoa(size), nil)
				if err != nil {
					b.Error(err)
					continue
				}
				if cookie != "" {
					req.Header["Cookie"] = []string{cookie}
				}
				res, err := transport.RoundTrip(req)
				if err != nil {
					b.Error(err)
					continue
				}
				n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, res.Body, buffer)
				_ = res.Body.Close()
				if err != nil || n != int64(size) || res.StatusCode != 200 {
					b.Errorf("%d, %d bytes, %v", res.StatusCode, n, err)
				}
			}
		})
	}
	for range requests {
		work <- struct{}{}
	}
	close(work)
	all.Wait()
}
