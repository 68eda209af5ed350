package services

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	answerPatience = time.Minute // for the head of a host's answer
	maxAnswerHead  = 64 << 10    // bytes
)

// hops are the fields that belong to one connection (RFC 9110, section 7.6.1).
var hops = []string{
	"Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization",
	"Te", "Trailer", "Transfer-Encoding", "Upgrade", "Http2-Settings",
}

// plain sends one request to the allowed host and gives back its answer.
func (e *exchange) plain(req *http.Request, to Allowed) error {
	up, err := e.reach(to)
	if err != nil {
		return err
	}
	defer func() { _ = up.Close() }()
	return e.forward(req, to, up)
}

// forward writes the request anew, so that the host sees what was allowed and nothing
// that came behind it.
func (e *exchange) forward(req *http.Request, to Allowed, up *flow) error {
	host := to.Host
	if to.Port != 80 {
		host = to.String()
	}
	out := (&http.Request{
		Method: req.Method, Host: host, Header: endToEnd(req.Header), Body: req.Body, ContentLength: req.ContentLength,
		URL: &url.URL{Scheme: "http", Host: host, Path: req.URL.Path, RawPath: req.URL.RawPath, RawQuery: req.URL.RawQuery, ForceQuery: req.URL.ForceQuery},
	}).WithContext(e.ctx)
	if out.ContentLength == 0 {
		out.Body = http.NoBody
	}
	if _, ok := out.Header["User-Agent"]; !ok {
		out.Header["User-Agent"] = []string{""} // not ours
	}
	if strings.EqualFold(out.Header.Get("Expect"), "100-continue") {
		out.Header.Del("Expect")
		if _, err := io.WriteString(e.conn, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
			return err
		}
	}
	way := &http.Transport{
		DialContext:       func(context.Context, string, string) (net.Conn, error) { return up, nil },
		DisableKeepAlives: true, DisableCompression: true, ResponseHeaderTimeout: answerPatience, MaxResponseHeaderBytes: maxAnswerHead,
	}
	answer, err := way.RoundTrip(out)
	if err != nil {
		if errors.Is(err, errSpent) {
			e.way.refused(to)
			return refuse(http.StatusForbidden, "This sandbox has sent and received all that it may through its ways out.")
		}
		e.way.failed(to)
		return refuse(http.StatusBadGateway, "%s did not answer in HTTP.", to)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode < 200 {
		e.way.failed(to)
		return refuse(http.StatusBadGateway, "%s wants to speak something else than HTTP.", to)
	}
	answer.Header = endToEnd(answer.Header)
	answer.Trailer, answer.Close = nil, true
	if !req.ProtoAtLeast(1, 1) {
		answer.TransferEncoding = nil
	}
	return answer.Write(e.conn)
}

func endToEnd(fields http.Header) http.Header {
	kept := fields.Clone()
	for _, list := range fields["Connection"] {
		for name := range strings.SplitSeq(list, ",") {
			kept.Del(strings.TrimSpace(name))
		}
	}
	for _, name := range hops {
		kept.Del(name)
	}
	return kept
}
