package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"innovationden/configs"
)

// certify writes a certificate of its own signature for a name, and its key.
func certify(t *testing.T, files configs.TLS, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	form := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "den.test"}, DNSNames: []string{"den.test", "*.boxes.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Duration(serial) * time.Hour)}
	certificate, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	must(t, os.WriteFile(files.Certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}), 0o600))
	must(t, os.WriteFile(files.Key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
}

// endOf is when the certificate of a file runs out.
func endOf(t *testing.T, files configs.TLS) time.Time {
	t.Helper()
	text, err := os.ReadFile(files.Certificate)
	must(t, err)
	block, _ := pem.Decode(text)
	c, err := x509.ParseCertificate(block.Bytes)
	must(t, err)
	return c.NotAfter
}

func TestARenewedCertificateIsServedWithoutARestart(t *testing.T) {
	dir := t.TempDir()
	files := configs.TLS{Certificate: filepath.Join(dir, "cert.pem"), Key: filepath.Join(dir, "key.pem")}
	certify(t, files, 1)
	var told bytes.Buffer
	h := &house{config: configs.Config{Listen: "127.0.0.1:0", TLS: files}, log: slog.New(slog.NewTextHandler(&told, nil))}
	listener, err := h.listen(t.Context())
	must(t, err)
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.NotFoundHandler()}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })

	served := func(want int64) error {
		conn, err := (&tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, ServerName: "den.test"}}).DialContext(context.Background(), "tcp", listener.Addr().String())
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()
		if got := conn.(*tls.Conn).ConnectionState().PeerCertificates[0].SerialNumber.Int64(); got != want {
			return errors.New("it still serves another certificate")
		}
		return nil
	}
	must(t, served(1))

	if ends, fault := h.certs.shown(); fault != "" || !ends.Equal(endOf(t, files)) {
		t.Errorf("it ends at %s, not %s: %s", ends, endOf(t, files), fault)
	}

	certify(t, files, 2)
	must(t, within(time.Minute, func() error { return served(2) }))

	before := endOf(t, files)

	// A pair that does not fit leaves the one before in use, and is told of once.
	must(t, os.WriteFile(files.Key, []byte("half a key"), 0o600))
	for range 2 {
		<-time.After(2 * lookEvery)
		must(t, served(2))
	}
	if ends, fault := h.certs.shown(); !ends.Equal(before) || fault == "" {
		t.Errorf("while another is shown than the files hold it ends at %s, not %s, and says %q", ends, before, fault)
	}
	h.certs.mu.Lock()
	defer h.certs.mu.Unlock()
	if n := strings.Count(told.String(), "a new certificate cannot be used"); n != 1 {
		t.Errorf("it was told of %d times: %s", n, &told)
	}
}

func TestACertificateThatCannotBeUsedIsSaidAtTheStart(t *testing.T) {
	dir := t.TempDir()
	files := configs.TLS{Certificate: filepath.Join(dir, "cert.pem"), Key: filepath.Join(dir, "key.pem")}
	h := &house{config: configs.Config{Listen: "127.0.0.1:0", TLS: files}}
	if listener, err := h.listen(t.Context()); err == nil {
		_ = listener.Close()
		t.Fatal("it listens without a certificate")
	}
}
