package sample

import (
	"fmt"
	"io"
	"strings"
)

// Symbols of a reference: no vowels and nothing that reads like another symbol.
const (
	symbols        = "23456789BCDFGHJKMNPQRSTVWXYZ"
	referenceParts = 2
	partLength     = 5
)

// newReference makes a reference such as "BW-7K3MX-9PQR2". Ten symbols of 28 are 48 bits: the
// reference is what lets its holder see the booking, so it cannot be guessed.
func newReference(prefix string, random io.Reader) (string, error) {
	const even = 256 / len(symbols) * len(symbols) // bytes below it favour no symbol
	var picked []byte
	one := make([]byte, 1)
	for len(picked) < referenceParts*partLength {
		if _, err := io.ReadFull(random, one); err != nil {
			return "", fmt.Errorf("making a reference: %w", err)
		}
		if int(one[0]) < even {
			picked = append(picked, symbols[int(one[0])%len(symbols)])
		}
	}
	return prefix + "-" + string(picked[:partLength]) + "-" + string(picked[partLength:]), nil
}

// tidyReference reads a reference as people type it: with or without prefix,
// hyphens and spaces, in any case. It returns "" for what cannot be one.
func tidyReference(prefix, typed string) string {
	var kept strings.Builder
	for _, r := range strings.ToUpper(typed) {
		if r == ' ' || r == '-' {
			continue
		}
		kept.WriteRune(r)
		if kept.Len() > 2*referenceParts*partLength {
			return ""
		}
	}
	bare := kept.String()
	if len(bare) == len(prefix)+referenceParts*partLength {
		bare = strings.TrimPrefix(bare, prefix)
	}
	if len(bare) != referenceParts*partLength || strings.Trim(bare, symbols) != "" {
		return ""
	}
	return prefix + "-" + bare[:partLength] + "-" + bare[partLength:]
}
