package gateway

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
)

// webSocket reports the one upgrade that is passed on (RFC 6455, section 4.1).
// Any other, h2c above all, would be a tunnel for requests that nobody looked at.
func webSocket(r *http.Request) bool {
	return r.Method == http.MethodGet && r.ProtoMajor == 1 && r.ContentLength == 0 &&
		strings.EqualFold(r.Header.Get("Upgrade"), "websocket") && len(r.Header["Upgrade"]) == 1
}

// tunnel is the visitor's side of an upgraded connection. Like link it has no
// CloseWrite: either end closes both.
type tunnel struct {
	net.Conn
	f     *flight
	early *bufio.Reader // what the visitor sent before the upgrade was answered
}

func (t *tunnel) Read(p []byte) (int, error) {
	if t.early.Buffered() > 0 {
		return t.early.Read(p)
	}
	return t.Conn.Read(p)
}

func (t *tunnel) Write(p []byte) (int, error) {
	t.f.touch(&t.f.written, t.Conn.SetWriteDeadline, t.f.g.opts.WriteTimeout)
	return t.Conn.Write(p)
}

// ReadFrom lets io.Copy use a buffer of the gateway's, one of two for each tunnel.
func (t *tunnel) ReadFrom(from io.Reader) (int64, error) {
	return t.copy(struct{ io.Writer }{t}, from)
}

// WriteTo is ReadFrom's counterpart.
func (t *tunnel) WriteTo(to io.Writer) (int64, error) {
	return t.copy(to, struct{ io.Reader }{t})
}

// copy waits with a small buffer. What fills it is most likely the beginning of more,
// which is copied with a larger one until less comes than fits.
func (t *tunnel) copy(to io.Writer, from io.Reader) (all int64, err error) {
	lent := &t.f.g.buffers
	buffer := lent.get(streamBuffer)
	defer func() { lent.put(buffer) }()
	for err == nil {
		var n int
		n, err = pump(to, from, buffer)
		all += int64(n)
		want := streamBuffer
		if n == len(buffer) {
			want = usualBuffer
		}
		if want != len(buffer) {
			lent.put(buffer)
			buffer = lent.get(want)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return all, err
}

// pump passes on what one reading gives, and says how much that was.
func pump(to io.Writer, from io.Reader, buffer []byte) (int, error) {
	n, err := from.Read(buffer)
	if n > 0 {
		if wrote, fault := to.Write(buffer[:n]); fault != nil {
			return wrote, fault
		}
	}
	return n, err
}
