package gateway

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// cleanRequest removes from a request what is the den's own or would let a
// visitor speak as the den. Hop-by-hop headers are already gone.
func cleanRequest(h http.Header) {
	for name := range h {
		if denHeader(name) || lengthTwin(name) {
			delete(h, name)
		}
	}
	if lines := h["Authorization"]; len(lines) > 0 && anyOf(lines, carriesToken) {
		delete(h, "Authorization")
	}
	lines, ok := h["Cookie"]
	if !ok {
		return
	}
	kept := lines[:0]
	for _, line := range lines {
		if line = withoutDenCookies(line); line != "" {
			kept = append(kept, line)
		}
	}
	if len(kept) == 0 {
		delete(h, "Cookie")
		return
	}
	h["Cookie"] = kept
}

// denHeader reports names that only the den may send to a product. Servers
// that follow CGI (RFC 3875, 4.1.18) cannot tell X_Den_User from X-Den-User, so neither do we.
func denHeader(name string) bool {
	if name == "" || name[0]|0x20 != 'x' && name[0]|0x20 != 'f' {
		return false
	}
	name = strings.ToLower(strings.ReplaceAll(name, "_", "-"))
	return name == "forwarded" || name == "x-real-ip" ||
		strings.HasPrefix(name, "x-den-") || strings.HasPrefix(name, "x-forwarded-")
}

// lengthTwin reports names that servers which follow CGI cannot tell from those that say
// where a body ends.
func lengthTwin(name string) bool {
	if strings.IndexByte(name, '_') < 0 {
		return false
	}
	return strings.EqualFold(name, "Transfer_Encoding") || strings.EqualFold(name, "Content_Length")
}

// carriesToken reports an Authorization value with a den token in it, be it a
// bearer's or the user or password of basic authentication.
func carriesToken(value string) bool {
	if strings.Contains(value, tokenPrefix) {
		return true
	}
	scheme, rest, _ := strings.Cut(strings.TrimSpace(value), " ")
	if !strings.EqualFold(scheme, "basic") {
		return false
	}
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
	return err != nil || strings.Contains(string(plain), tokenPrefix)
}

// tokenPrefix begins every API token of the den, and every cookie of the den
// after the browser's own prefixes.
const tokenPrefix = "den_"

// denCookie reports the names of cookies that are the den's, in this and any other room.
func denCookie(name string) bool {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, prefix := range []string{"__host-", "__secure-"} {
		name = strings.TrimPrefix(name, prefix)
	}
	return strings.HasPrefix(name, tokenPrefix)
}

func withoutDenCookies(line string) string {
	if !mayNameDen(line) {
		return line
	}
	var kept []string
	for pair := range strings.SplitSeq(line, ";") {
		name, _, _ := strings.Cut(pair, "=")
		if pair = strings.TrimSpace(pair); pair != "" && !denCookie(name) {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "; ")
}

// mayNameDen spares lines without "den_", in any case, the splitting.
func mayNameDen(line string) bool {
	for i := strings.IndexByte(line, '_'); i >= 0; {
		if i >= 3 && strings.EqualFold(line[i-3:i], "den") {
			return true
		}
		next := strings.IndexByte(line[i+1:], '_')
		if next < 0 {
			return false
		}
		i += 1 + next
	}
	return false
}

// visitTokens returns what a request's cookies offer as the visit. A product's
// script can add cookies of the same name for narrower paths, so there may be several.
func visitTokens(h http.Header, name string) []string {
	var tokens []string
	for _, line := range h["Cookie"] {
		for pair := range strings.SplitSeq(line, ";") {
			n, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
			if ok && n == name && len(tokens) < 32 {
				tokens = append(tokens, value)
			}
		}
	}
	return tokens
}

// cleanResponse removes from a product's answer what would speak for more than
// the product: for the den's cookies, for other host names, for a server in front of the den.
func cleanResponse(h http.Header) {
	for name := range h {
		switch name {
		case "Clear-Site-Data", "Strict-Transport-Security", "Alt-Svc", "Nel",
			"Public-Key-Pins", "Public-Key-Pins-Report-Only", "Expect-Ct",
			"X-Accel-Redirect", "X-Sendfile", "X-Lighttpd-Send-File":
			delete(h, name)
		case "Set-Cookie", "Set-Cookie2":
			cleanSetCookie(h, name)
		default:
			if strings.HasPrefix(name, "X-Den-") {
				delete(h, name)
			}
		}
	}
}

// cleanTrailer does the same for fields that came after the body, which
// net/http keeps under their name or under a marked one.
func cleanTrailer(h http.Header) {
	cleanResponse(h)
	for name := range h {
		if field, marked := strings.CutPrefix(name, http.TrailerPrefix); marked {
			field = http.CanonicalHeaderKey(field)
			one := http.Header{field: h[name]}
			delete(h, name)
			if cleanResponse(one); len(one) > 0 {
				h[name] = one[field]
			}
		}
	}
}

func cleanSetCookie(h http.Header, name string) {
	kept := h[name][:0]
	for _, line := range h[name] {
		if line = hostOnly(line); line != "" {
			kept = append(kept, line)
		}
	}
	if len(kept) == 0 {
		delete(h, name)
		return
	}
	h[name] = kept
}

// hostOnly takes the Domain attribute out of a Set-Cookie line, and refuses
// the line when it sets a cookie of the den. Browsers send a cookie without a name
// as its bare value (RFC 6265bis, 5.7), so "=den_visit=x" sets a den cookie too.
func hostOnly(line string) string {
	pair, attributes, _ := strings.Cut(line, ";")
	name, _, _ := strings.Cut(strings.TrimLeft(pair, "= \t"), "=")
	if denCookie(name) {
		return ""
	}
	if attributes == "" {
		return line
	}
	kept := []string{pair}
	for attribute := range strings.SplitSeq(attributes, ";") {
		name, _, _ := strings.Cut(attribute, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "domain") {
			kept = append(kept, attribute)
		}
	}
	return strings.Join(kept, ";")
}

func anyOf(list []string, is func(string) bool) bool {
	for _, one := range list {
		if is(one) {
			return true
		}
	}
	return false
}
