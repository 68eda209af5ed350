package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"innovationden/configs"
	"innovationden/orchestrator"
)

// listen takes the address that the settings name, with TLS where they say so.
func (h *house) listen(ctx context.Context) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", h.config.Listen)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("something else listens on %s. Stop it, or choose another address with --listen", h.config.Listen)
	case err != nil:
		return nil, fmt.Errorf("the den cannot listen on %s: %w", h.config.Listen, err)
	case !h.config.TLS.On():
		return listener, nil
	}
	if h.certs == nil {
		h.certs = &certificates{files: h.config.TLS, log: h.log}
	}
	if _, err := h.certs.get(nil); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return tls.NewListener(listener, &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: h.certs.get, NextProtos: []string{"h2", "http/1.1"}}), nil
}

// certificates reads the certificate again when its files change, so that a renewed one
// needs no restart. A pair that does not fit yet leaves the old one in use, and is told of
// once: the old one runs out some day.
type certificates struct {
	files configs.TLS
	log   *slog.Logger

	mu      sync.Mutex
	pair    *tls.Certificate
	changed time.Time
	looked  time.Time
	fault   string    // of the pair that does not fit; empty: it does
	ends    time.Time // of the pair, or of what signed it
}

// shown is what the orchestrator asks about the certificate.
func (h *house) shown() orchestrator.Shown {
	if !h.config.TLS.On() {
		return nil
	}
	h.certs = &certificates{files: h.config.TLS, log: h.log}
	return h.certs.shown
}

// shown implements orchestrator.Shown.
func (c *certificates) shown() (ends time.Time, fault string) {
	_, err := c.get(nil)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		return c.ends, err.Error()
	}
	return c.ends, c.fault
}

// earliest is when the first certificate of a chain runs out. Zero: none can be read.
func earliest(chain [][]byte) (ends time.Time) {
	for _, one := range chain {
		if c, err := x509.ParseCertificate(one); err == nil && (ends.IsZero() || c.NotAfter.Before(ends)) {
			ends = c.NotAfter
		}
	}
	return ends
}

// lookEvery is how often the files are looked at, at most.
const lookEvery = time.Second

func (c *certificates) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if c.pair != nil && now.Sub(c.looked) < lookEvery {
		return c.pair, nil
	}
	c.looked = now
	changed, err := c.newest()
	if err == nil && c.pair != nil && changed.Equal(c.changed) {
		return c.pair, nil
	}
	pair, err := tls.LoadX509KeyPair(c.files.Certificate, c.files.Key)
	switch {
	case err != nil && c.pair != nil:
		if c.fault != err.Error() {
			c.fault = err.Error()
			c.log.Warn("a new certificate cannot be used, the one before is", "certificate", c.files.Certificate, "key", c.files.Key, "error", err)
		}
		return c.pair, nil
	case err != nil:
		return nil, fmt.Errorf("the certificate %s and the key %s cannot be used: %w", c.files.Certificate, c.files.Key, err)
	}
	c.pair, c.changed, c.fault, c.ends = &pair, changed, "", earliest(pair.Certificate)
	return c.pair, nil
}

// newest is when the younger of the two files was written.
func (c *certificates) newest() (time.Time, error) {
	var newest time.Time
	for _, name := range []string{c.files.Certificate, c.files.Key} {
		info, err := os.Stat(name)
		if err != nil {
			return newest, err
		}
		if info.ModTime().After(newest) {
			newest = info.ModTime()
		}
	}
	return newest, nil
}
