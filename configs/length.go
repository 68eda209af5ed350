package configs

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// Length is a length of time as people write it: "45s", "30m", "8h", "5d", "2w".
type Length time.Duration

var units = map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}

// ParseLength reads one number and one unit: s, m, h, d or w.
func ParseLength(text string) (time.Duration, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	refuse := fmt.Errorf("write a length of time as a number and a unit, such as 45s, 30m, 8h, 5d or 2w, not %q", text)
	if len(text) < 2 {
		return 0, refuse
	}
	unit, ok := units[text[len(text)-1]]
	n, err := strconv.Atoi(text[:len(text)-1])
	if !ok || err != nil || n < 0 || int64(n) > int64(10*365*24*time.Hour/unit) {
		return 0, refuse
	}
	return time.Duration(n) * unit, nil
}

// UnmarshalYAML reads a length.
func (l *Length) UnmarshalYAML(value ast.Node) error {
	return readAs(value, (*time.Duration)(l), ParseLength)
}

// Span is the length as a duration.
func (l Length) Span() time.Duration { return time.Duration(l) }

// ParseBytes reads a number of bytes: "512MB", "1GB", "64KB" (powers of 1,024).
func ParseBytes(text string) (int64, error) {
	text = strings.ToUpper(strings.TrimSpace(text))
	for suffix, by := range map[string]int64{"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30} {
		if digits, ok := strings.CutSuffix(text, suffix); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
			if err == nil && n >= 0 && n < 1<<20 {
				return n * by, nil
			}
		}
	}
	return 0, fmt.Errorf("write an amount as a number and a unit, such as 64KB, 512MB or 2GB, not %q", text)
}

// Bytes is an amount as people write it.
type Bytes int64

// UnmarshalYAML reads an amount.
func (b *Bytes) UnmarshalYAML(value ast.Node) error {
	return readAs(value, (*int64)(b), ParseBytes)
}
