package services

import (
	"bufio"
	"bytes"
	"errors"
	"strings"
)

// Bounds of a request's head.
const (
	maxHead   = 32 << 10 // bytes
	maxFields = 100
)

var errHead = errors.New("the request is not well-formed HTTP/1.1")

// head is the head of a request as it came, and its Host field, by which readers
// that follow other rules than ours might go.
type head struct {
	raw  []byte
	host string
}

// readHead reads the head of one request, and refuses whatever two readers could
// understand in two ways: bare CR or LF, folded lines, spaces before a colon, two
// lengths, a length beside a transfer coding, no Host or two (RFC 9112).
func readHead(r *bufio.Reader) (head, error) {
	var h head
	count := map[string]int{}
	old := false
	for fields := 0; ; fields++ {
		text, err := r.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return h, err
		}
		content, whole := bytes.CutSuffix(text, []byte("\r\n"))
		h.raw = append(h.raw, text...)
		if err != nil || !whole || len(h.raw) > maxHead || fields > maxFields || bytes.ContainsAny(content, "\r\x00") {
			return h, errHead
		}
		switch {
		case fields == 0:
			old = bytes.HasSuffix(content, []byte(" HTTP/1.0"))
			if !old && !bytes.HasSuffix(content, []byte(" HTTP/1.1")) {
				return h, errHead
			}
		case len(content) == 0:
			return h, check(count, old)
		default:
			name, value, ok := strings.Cut(string(content), ":")
			if !ok || name == "" || strings.ContainsAny(name, " \t") {
				return h, errHead
			}
			name, value = strings.ToLower(name), strings.Trim(value, " \t")
			count[name]++
			if name == "host" {
				h.host = value
			}
			if name == "transfer-encoding" && !strings.EqualFold(value, "chunked") {
				return h, errHead
			}
		}
	}
}

func check(count map[string]int, old bool) error {
	hosts, lengths, codings := count["host"], count["content-length"], count["transfer-encoding"]
	if hosts > 1 || hosts == 0 && !old || lengths > 1 || codings > 1 || lengths > 0 && codings > 0 || codings > 0 && old {
		return errHead
	}
	return nil
}
