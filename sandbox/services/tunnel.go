package services

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

const handshake = 22 // the first byte of TLS (RFC 8446, section 5.1)

// tunnel opens a way for TLS to the allowed name. What begins like HTTP instead is
// taken as one plain request to the same host.
func (e *exchange) tunnel(r *bufio.Reader, to Allowed) error {
	up, err := e.reach(to)
	if err != nil {
		return err
	}
	defer func() { _ = up.Close() }()
	patience := newLeash(e.conn, headPatience)
	defer patience.drop()
	if _, err := io.WriteString(e.conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return err
	}
	first, err := r.Peek(1)
	if err != nil {
		return err
	}
	if first[0] >= 'A' && first[0] <= 'Z' {
		return e.plainInside(r, to, up, patience)
	}
	name, heard, err := "", []byte(nil), errNoTLS
	if first[0] == handshake {
		name, heard, err = serverName(e.ctx, r)
	}
	if err == nil && !strings.EqualFold(name, to.Host) {
		e.way.offer.kept.tried(ByOut, escaped(name)+":"+strconv.Itoa(to.Port), other)
		err = errors.New("it names another server in TLS")
	}
	if err != nil {
		e.way.refused(to)
		_, _ = e.conn.Write(notThatName)
		return err
	}
	patience.drop()
	if _, err := up.Write(heard); err != nil {
		return err
	}
	return e.pipe(r, up)
}

// pipe moves bytes both ways until both ends are done.
func (e *exchange) pipe(r io.Reader, up *flow) error {
	down := make(chan error, 1)
	go func() {
		err := errors.New("the way back broke")
		defer func() { down <- err }()
		defer e.way.offer.survive()
		_, err = io.CopyBuffer(plainWriter{e.conn}, plainReader{up}, make([]byte, chunk))
		if err == nil {
			err = closeWrite(e.conn)
		} else {
			_ = e.conn.Close()
		}
	}()
	_, err := io.CopyBuffer(plainWriter{up}, plainReader{r}, make([]byte, chunk))
	if err == nil {
		err = up.CloseWrite()
	}
	if err != nil {
		_ = up.Conn.Close()
		_ = e.conn.Close()
	}
	return errors.Join(err, <-down)
}

// plainWriter and plainReader hide the ways around a buffer that io.Copy knows, for
// each byte is to be counted.
type (
	plainWriter struct{ io.Writer }
	plainReader struct{ io.Reader }
)

// plainInside serves a client that uses a tunnel for plain HTTP.
func (e *exchange) plainInside(r *bufio.Reader, to Allowed, up *flow, patience leash) error {
	req, host, _, err := request(r)
	patience.drop()
	if err == nil && (req.Method == http.MethodConnect || !strings.HasPrefix(req.RequestURI, "/") || host == "") {
		err = refuse(http.StatusBadRequest, "Only TLS, or HTTP with a path and a Host, goes through here.")
	}
	if err == nil {
		if named, wrong := target(host, strconv.Itoa(to.Port)); wrong != nil || named != to {
			e.way.offer.kept.tried(ByOut, escaped(host), other)
			err = refuse(http.StatusForbidden, "This way leads to %s alone.", to)
		}
	}
	if err != nil {
		e.way.refused(to)
		return err
	}
	return e.forward(req, to, up)
}
