package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"innovationden/sandbox/compose"
	"innovationden/web/api/contract"
)

// addStack adds a release from a compose file, with its archive where there is one.
func (k *client) addStack(ctx context.Context, c *contract.Client, product, version string, n newRelease) (answer[contract.Release], error) {
	text, err := composeText(n.compose)
	if err != nil {
		return answer[contract.Release]{}, err
	}
	name := filepath.Base(n.compose)
	if n.archive == "" {
		return said[contract.Release](c.AddStack(ctx, product, &contract.AddStackParams{IdempotencyKey: key()}, contract.NewStack{
			Version: version, Compose: text, Name: &name, Front: pointerTo(n.front), Port: pointerTo(n.port), Path: pointerTo(n.path),
			Profile: pointerTo(contract.Profile(n.profile)), Asks: n.asks(), Notes: pointerTo(n.notes), Needs: pointerTo(n.needs),
		}))
	}
	file, err := os.Open(n.archive)
	if err != nil {
		return answer[contract.Release]{}, usageError{fmt.Errorf("the archive cannot be read: %w", err)}
	}
	defer func() { _ = file.Close() }()
	p := progress{k: k}
	defer p.clear()
	sent := &counted{from: file, tell: func(n int64) { p.show("Sending: " + bytesOf(n)) }}
	body, feed := io.Pipe()
	form := multipart.NewWriter(feed)
	done := make(chan struct{})
	go func() {
		defer close(done)
		port := ""
		if n.port != 0 {
			port = strconv.Itoa(int(n.port))
		}
		_ = feed.CloseWithError(writeStack(form, [][2]string{
			{"version", version},
			{"compose", text},
			{"name", name},
			{"front", n.front},
			{"port", port},
			{"path", n.path},
			{"profile", n.profile},
			{"ways", strings.Join(n.ways, "\n")},
			{"notes", n.notes},
			{"needs", n.needs},
			{"mail", map[bool]string{true: "true"}[n.mail]},
		}, filepath.Base(n.archive), sent))
	}()
	made, err := said[contract.Release](c.AddStackArchiveWithBody(ctx, product, form.FormDataContentType(), body))
	_ = body.Close()
	<-done
	return made, err
}

func composeText(name string) (string, error) {
	file, err := os.Open(name)
	if err != nil {
		return "", usageError{fmt.Errorf("the compose file cannot be read: %w", err)}
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, compose.MaxBytes+1))
	switch {
	case err != nil:
		return "", usageError{fmt.Errorf("the compose file cannot be read: %w", err)}
	case len(text) > compose.MaxBytes:
		return "", usageError{fmt.Errorf("the compose file is longer than %s. Make it shorter", bytesOf(compose.MaxBytes))}
	}
	return string(text), nil
}

// writeStack writes the fields that are not empty, and the archive last.
func writeStack(form *multipart.Writer, fields [][2]string, name string, archive io.Reader) error {
	for _, f := range fields {
		if f[1] == "" {
			continue
		}
		if err := form.WriteField(f[0], f[1]); err != nil {
			return err
		}
	}
	part, err := form.CreateFormFile("archive", name)
	if err != nil {
		return err
	}
	_, err = io.Copy(part, archive)
	return cmp.Or(err, form.Close())
}
