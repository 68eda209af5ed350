package view

import (
	"net/http"
	"strings"
)

// Policy says what a page may do. The zero value is the strictest: everything
// comes from the den itself, no script and no style stands in the page.
type Policy struct {
	// HTTPS tells browsers to come back by HTTPS only, for a year.
	HTTPS bool
	// InlineStyles are needed by the terminal, and by nothing else.
	InlineStyles bool
	// FormTargets are origins that a form may be sent on to by a redirect, such as
	// the sign-in provider's.
	FormTargets []string
}

// Set writes the security headers.
func (p Policy) Set(header http.Header) {
	styles := "style-src 'self'"
	if p.InlineStyles {
		styles += " 'unsafe-inline'"
	}
	header.Set("Content-Security-Policy", strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		styles,
		"img-src 'self'",
		"connect-src 'self'",
		"form-action " + strings.Join(append([]string{"'self'"}, p.FormTargets...), " "),
		"base-uri 'none'",
		"frame-ancestors 'none'",
	}, "; "))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	if p.HTTPS {
		header.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
}
