package configs

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// SignIn says how people sign in.
type SignIn struct {
	Session  Length   `yaml:"session"` // how long a session lasts at most
	Proxies  []string `yaml:"proxies"` // whose X-Forwarded-For is believed
	Local    *bool    `yaml:"local"`   // nil: where there is no provider
	Provider Provider `yaml:"provider"`
}

// Passwords says whether people sign in by passwords of the den itself.
func (s SignIn) Passwords() bool {
	if s.Local == nil {
		return !s.Provider.On()
	}
	return *s.Local
}

// Provider is an OpenID Connect provider by which people sign in.
type Provider struct {
	Issuer       string   `yaml:"issuer"`
	ClientID     string   `yaml:"client_id"`
	ClientSecret string   `yaml:"client_secret"`
	SecretFile   string   `yaml:"client_secret_file"`
	Title        string   `yaml:"title"`
	Scopes       []string `yaml:"scopes"`
	GroupsClaim  string   `yaml:"groups_claim"`
	Groups       []Group  `yaml:"groups"`
}

// Group gives the people of a provider's group a role.
type Group struct {
	Group      string   `yaml:"group"`
	Role       den.Role `yaml:"role"`
	Department string   `yaml:"department"`
	Supplier   string   `yaml:"supplier"`
}

// On says that there is a provider.
func (p Provider) On() bool { return p.Issuer != "" }

// Secret is what the den shows the provider to prove itself.
func (p Provider) Secret() (string, error) {
	if p.SecretFile == "" {
		return p.ClientSecret, nil
	}
	text, err := os.ReadFile(p.SecretFile)
	if err != nil {
		return "", fmt.Errorf("sign_in.provider.client_secret_file cannot be read: %w", err)
	}
	secret := strings.TrimSpace(string(text))
	if secret == "" {
		return "", fmt.Errorf("sign_in.provider.client_secret_file names %s, which is empty", p.SecretFile)
	}
	return secret, nil
}

func (s SignIn) faults(say func(format string, args ...any)) {
	for _, text := range s.Proxies {
		_, one := netip.ParseAddr(text)
		_, many := netip.ParsePrefix(text)
		if one != nil && many != nil {
			say("sign_in.proxies must list addresses or ranges such as 10.0.0.0/8, not %q", text)
		}
	}
	p := s.Provider
	if !p.On() {
		if p.ClientID != "" || p.ClientSecret != "" || p.SecretFile != "" || len(p.Groups) > 0 {
			say("sign_in.provider needs an issuer, such as https://login.example.gov.uk")
		}
		return
	}
	u, err := url.Parse(p.Issuer)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		say("sign_in.provider.issuer must be https://, not %q", p.Issuer)
	}
	if p.ClientID == "" {
		say("sign_in.provider.client_id must be what the provider calls this den")
	}
	if (p.ClientSecret == "") == (p.SecretFile == "") {
		say("sign_in.provider needs a client_secret or a client_secret_file, one of the two")
	} else if _, err := p.Secret(); err != nil {
		say("%w", err)
	}
	for n, g := range p.Groups {
		g.faults(func(what string) { say("sign_in.provider.groups, number %d: %s", n+1, what) })
	}
}

func (g Group) faults(say func(string)) {
	if g.Group == "" {
		say("name the group")
	}
	in := den.ID("")
	switch {
	case g.Department != "" && g.Supplier != "":
		say("name a department or a supplier, not both")
		return
	case g.Department != "":
		in = den.ID(string(den.KindDepartment) + "_x")
	case g.Supplier != "":
		in = den.ID(string(den.KindSupplier) + "_x")
	}
	if !slices.Contains(den.HeldIn(in), g.Role) {
		say("give a department the role member or approver, a supplier the role supplier_member, and operator or auditor neither of the two")
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
