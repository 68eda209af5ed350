package services

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"time"
)

// maxHello bounds a ClientHello with the records around it, in bytes.
const maxHello = 64 << 10

var (
	errNoTLS  = errors.New("it is not TLS")
	errNoName = errors.New("it names no server in TLS")
)

// serverName reads a TLS ClientHello and returns the name in it (RFC 6066, section
// 3) with all bytes that were read, which the server is still to get. Where the hello
// is encrypted in part, the name is the outer one.
func serverName(ctx context.Context, from io.Reader) (name string, heard []byte, err error) {
	c := &listener{from: io.LimitReader(from, maxHello)}
	parsed := false
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, // nothing is ever negotiated
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			name, parsed = hello.ServerName, true
			return nil, errors.New("the hello is all that was wanted")
		},
	}
	_ = tls.Server(c, config).HandshakeContext(ctx)
	switch {
	case !parsed:
		return "", c.heard.Bytes(), errNoTLS
	case name == "":
		return "", c.heard.Bytes(), errNoName
	}
	return name, c.heard.Bytes(), nil
}

// listener is a connection of which the TLS library reads and to which it cannot
// write.
type listener struct {
	from  io.Reader
	heard bytes.Buffer
}

func (l *listener) Read(p []byte) (int, error) {
	n, err := l.from.Read(p)
	l.heard.Write(p[:n])
	return n, err
}

func (*listener) Write(p []byte) (int, error)      { return len(p), nil }
func (*listener) Close() error                     { return nil }
func (*listener) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (*listener) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (*listener) SetDeadline(time.Time) error      { return nil }
func (*listener) SetReadDeadline(time.Time) error  { return nil }
func (*listener) SetWriteDeadline(time.Time) error { return nil }

// notThatName is the alert unrecognized_name, fatal (RFC 6066, section 3).
var notThatName = []byte{21, 3, 3, 0, 2, 2, 112}
