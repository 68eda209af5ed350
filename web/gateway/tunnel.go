package gateway

import (
	"bufio"
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

func (t *tunnel) copy(to io.Writer, from io.Reader) (int64, error) {
	buffer := t.f.g.buffers.get(streamBuffer)
	defer t.f.g.buffers.put(buffer)
	return io.CopyBuffer(to, from, buffer)
}
