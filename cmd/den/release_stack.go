package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
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
	info, err := file.Stat()
	if err != nil {
		return answer[contract.Release]{}, usageError{fmt.Errorf("the archive cannot be read: %w", err)}
	}
	p := progress{k: k}
	defer p.clear()
	sent := &counted{from: file, tell: func(n int64) { p.show("Sending: " + bytesOf(n) + " of " + bytesOf(info.Size())) }}
	port := ""
	if n.port != 0 {
		port = strconv.Itoa(int(n.port))
	}
	var before bytes.Buffer
	form := multipart.NewWriter(&before)
	err = writeStack(form, [][2]string{
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
	}, filepath.Base(n.archive))
	if err != nil {
		return answer[contract.Release]{}, err
	}
	after := "\r\n--" + form.Boundary() + "--\r\n"
	body := io.MultiReader(&before, sent, strings.NewReader(after))
	length := int64(before.Len()) + info.Size() + int64(len(after)) // said, a den without room refuses it before it is sent
	return said[contract.Release](c.AddStackArchiveWithBody(ctx, product, form.FormDataContentType(), body, func(_ context.Context, r *http.Request) error {
		r.ContentLength = length
		return nil
	}))
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

// writeStack writes the fields that are not empty, and last what comes before an archive.
func writeStack(form *multipart.Writer, fields [][2]string, name string) error {
	for _, f := range fields {
		if f[1] == "" {
			continue
		}
		if err := form.WriteField(f[0], f[1]); err != nil {
			return err
		}
	}
	_, err := form.CreateFormFile("archive", name)
	return err
}
