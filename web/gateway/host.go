package gateway

import "strings"

// hostOf splits a Host header. name is lower case, without port and without
// the one trailing dot of a fully qualified name; port has its colon, or is empty.
// A host that holds anything but letters, digits, hyphens and dots is refused.
func hostOf(header string) (name, port string, ok bool) {
	name = header
	if i := strings.LastIndexByte(header, ':'); i >= 0 {
		name, port = header[:i], header[i:]
		if len(port) > len(":65535") || strings.Trim(port[1:], "0123456789") != "" {
			return "", "", false
		}
		if port == ":" {
			port = ""
		}
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	for i := range len(name) {
		if c := name[i]; !letterOrDigit(c) && c != '-' && c != '.' {
			return "", "", false
		}
	}
	return name, port, name != ""
}

// labelOf returns what stands before the domain, when it is exactly one label.
func labelOf(name, domain string) (label string, ok bool) {
	label, ok = strings.CutSuffix(name, "."+domain)
	return label, ok && validLabel(label)
}

// validLabel follows RFC 1123 section 2.1, in lower case only.
func validLabel(s string) bool {
	if len(s) < 1 || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !letterOrDigit(c) && c != '-' {
			return false
		}
	}
	return true
}

func letterOrDigit(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }
