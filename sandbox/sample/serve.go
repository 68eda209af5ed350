package sample

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Bounds of a product's server.
const (
	headerPatience = 5 * time.Second
	bodyPatience   = 15 * time.Second
	idlePatience   = 2 * time.Minute
	goodbye        = 5 * time.Second // for requests under way when the product is told to stop
	headerBytes    = 16 << 10
	bodyBytes      = 64 << 10
)

// Serve runs the product of a name until ctx ends, which is how SIGTERM arrives; it
// then finishes the requests under way and returns nil. PORT in the environment
// overrides the product's own port; 0 takes any that is free. It writes the
// address it listens on, and nothing else but the product's log, to stdout.
func Serve(ctx context.Context, name string, getenv func(string) string, now func() time.Time, stdout io.Writer) error {
	product, ok := Find(name)
	if !ok {
		return fmt.Errorf("there is no sample product %q. Choose one of: %s", name, strings.Join(names(), ", "))
	}
	port, err := portOf(product, getenv("PORT"))
	if err != nil {
		return err
	}
	log := product.Log(stdout)
	handler, err := product.Handler(Setting{Now: now, Random: rand.Reader, Getenv: getenv, Log: log})
	if err != nil {
		return fmt.Errorf("starting %s: %w", product.Title, err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("", strconv.Itoa(port)))
	if err != nil {
		return fmt.Errorf("%s cannot listen: %w", product.Title, err)
	}
	log.Info("listening", "product", product.Title, "version", product.Version, "address", listener.Addr().String())
	return serveUntil(ctx, listener, handler, log)
}

func serveUntil(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler:           bounded(handler),
		ReadHeaderTimeout: headerPatience,
		ReadTimeout:       bodyPatience,
		IdleTimeout:       idlePatience,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	log.Info("stopping")
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	if err := server.Shutdown(end); err != nil {
		_ = server.Close()
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	log.Info("stopped")
	return nil
}

// bounded limits what a request may make the product read.
func bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, bodyBytes)
		next.ServeHTTP(w, r)
	})
}

func portOf(p Product, text string) (int, error) {
	if text == "" {
		return p.Port, nil
	}
	port, err := strconv.Atoi(text)
	if err != nil || port < 0 || port > 65535 {
		return 0, fmt.Errorf("set PORT to a number between 0 and 65535, not %q", text)
	}
	return port, nil
}

func names() []string {
	var all []string
	for _, p := range Products() {
		all = append(all, p.Name)
	}
	return all
}
