package configs

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

var domainName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)

var ocidPrefix = regexp.MustCompile(`^ocds-[a-z0-9]{6}$`)

// Validate says everything that is wrong with the settings, all at once, each with its
// name and what to write instead. It reads no network; it looks whether the files of TLS
// exist, and whether that of the provider's secret holds one.
func (c Config) Validate() error {
	var wrong []error
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	c.addressFaults(say)
	c.amountFaults(say)
	c.choiceFaults(say)
	c.SignIn.faults(say)
	wrong = append(wrong, c.TLS.faults()...)
	slices.SortFunc(wrong, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(wrong...)
}

// addressFaults are about where things are: addresses, names, folders.
func (c Config) addressFaults(say func(string, ...any)) {
	switch host, port, err := net.SplitHostPort(c.Listen); {
	case err != nil || !isPort(port):
		say("listen must be an address and a port, such as 127.0.0.1:8080, not %q", c.Listen)
	case c.PublicURL == "" && isEvery(host):
		say("public_url must say what people type, such as https://den.example.gov.uk, where listen is every address of this machine (%s): every link would lead to localhost", c.Listen)
	}
	if c.Data == "" {
		say("data must name a folder")
	}
	if _, err := netip.ParseAddr(c.SandboxDomain); err == nil || !domainName.MatchString(c.SandboxDomain) {
		say("sandbox_domain must be a host name such as den-sandboxes.example.gov.uk, not %q", c.SandboxDomain)
	}
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		switch {
		case err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.Trim(u.Path, "/") != "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
			say("public_url must be http:// or https:// and a host, without a path, not %q", c.PublicURL)
		case strings.HasSuffix(strings.ToLower(u.Hostname()), "."+c.SandboxDomain):
			say("public_url must not lie below sandbox_domain: a sandbox could pass for the den")
		case strings.EqualFold(u.Hostname(), c.SandboxDomain) && c.SandboxDomain != "localhost":
			say("public_url and sandbox_domain must be different names: a product could set cookies for the den")
		}
	}
	for _, text := range c.Notices.Inside {
		if _, err := netip.ParsePrefix(text); err != nil {
			say("notices.inside must list networks such as 10.1.2.0/24, not %q", text)
		}
	}
	if to := c.Record.Checkpoints; to != "" {
		if u, err := url.Parse(to); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			say("record.checkpoints must be a web address such as https://witness.example.org/den, not %q", to)
		}
	}
	if host := c.Engine.Host; host != "" && !strings.Contains(host, "://") {
		say("engine.host must say how the engine is reached, such as unix:///var/run/docker.sock, not %q", host)
	}
}

// amountFaults are about how many and how long.
func (c Config) amountFaults(say func(string, ...any)) {
	whole := func(name string, n, least int) {
		const most = 1000
		if n < least || n > most {
			say("%s must be between %d and %d, not %d", name, least, most, n)
		}
	}
	whole("sandboxes.most", c.Sandboxes.Most, 1)
	whole("sandboxes.spare_cells", c.Sandboxes.SpareCells, 0)
	whole("backup.keep", c.Backup.Keep, 1)
	if c.Sandboxes.WarmMemory < 0 {
		say("sandboxes.warm_memory must be 0MB or more")
	}
	between := func(name string, l Length, least, most time.Duration) {
		if l.Span() < least || l.Span() > most {
			say("%s must be between %s and %s", name, den.Spell(least), den.Spell(most))
		}
	}
	between("trials.longest", c.Trials.Longest, time.Minute, 366*24*time.Hour)
	between("trials.length", c.Trials.Length, time.Minute, max(c.Trials.Longest.Span(), time.Minute))
	between("sandboxes.start_by", c.Sandboxes.StartBy, time.Second, time.Hour)
	between("backup.every", c.Backup.Every, time.Minute, 366*24*time.Hour)
	between("sandboxes.grace", c.Sandboxes.Grace, time.Second, 24*time.Hour)
	between("sandboxes.image_grace", c.Sandboxes.ImageGrace, time.Second, 366*24*time.Hour)
	between("sign_in.session", c.SignIn.Session, 5*time.Minute, 24*time.Hour)
}

// choiceFaults are about what is one of a few, or has a form of its own.
func (c Config) choiceFaults(say func(string, ...any)) {
	if !slices.ContainsFunc(c.Sizes, func(s den.Size) bool { return s.Name == c.Trials.Size }) {
		say("trials.size names %q, which is not one of the sizes", c.Trials.Size)
	}
	if !slices.ContainsFunc(c.Schemes, func(s den.Scheme) bool { return s.ID == c.Trials.Scheme }) {
		say("trials.scheme names %q, which is not one of the schemes", c.Trials.Scheme)
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.Log.Level) {
		say("log.level must be debug, info, warn or error, not %q", c.Log.Level)
	}
	if !slices.Contains([]string{"text", "json"}, c.Log.Format) {
		say("log.format must be text or json, not %q", c.Log.Format)
	}
	if strings.TrimSpace(c.Publishing.Name) == "" {
		say("publishing.name must name the organisation that publishes reports")
	}
	if !ocidPrefix.MatchString(c.Publishing.Prefix) {
		say("publishing.ocid_prefix must look like ocds-a1b2c3, as the Open Contracting Partnership gave it to you, not %q", c.Publishing.Prefix)
	}
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

// isEvery says that a host to listen on is each address of the machine.
func isEvery(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "" || err == nil && ip.Unmap().IsUnspecified()
}

func (t TLS) faults() []error {
	if (t.Certificate == "") != (t.Key == "") {
		return []error{errors.New("tls needs both a certificate and a key, or neither")}
	}
	var wrong []error
	for name, file := range map[string]string{"tls.certificate": t.Certificate, "tls.key": t.Key} {
		if file == "" {
			continue
		}
		if _, err := os.Stat(file); err != nil {
			wrong = append(wrong, fmt.Errorf("%s names %s, which cannot be read", name, file))
		}
	}
	return wrong
}

// Public is the address people type: public_url, or what follows from listen.
func (c Config) Public() string {
	if c.PublicURL != "" {
		return strings.ToLower(strings.TrimRight(c.PublicURL, "/"))
	}
	host, port, _ := net.SplitHostPort(c.Listen)
	if ip := net.ParseIP(host); isEvery(host) || ip != nil && ip.IsLoopback() {
		host = "localhost"
	}
	return c.scheme() + "://" + net.JoinHostPort(host, port)
}

// SandboxURL is the address of the sandbox of a name.
func (c Config) SandboxURL(name string) string {
	scheme, port := c.scheme(), ""
	if u, err := url.Parse(c.Public()); err == nil {
		scheme = u.Scheme
		if u.Port() != "" {
			port = ":" + u.Port()
		}
	}
	return scheme + "://" + name + "." + c.SandboxDomain + port + "/"
}

func (c Config) scheme() string {
	if c.TLS.On() {
		return "https"
	}
	return "http"
}

// Networks are those inside the house that webhooks may reach.
func (n Notices) Networks() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range n.Inside {
		one, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, err
		}
		all = append(all, one.Masked())
	}
	return all, nil
}
