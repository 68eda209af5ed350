package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"innovationden/orchestrator/den"
	"innovationden/web/pages"
)

// ProviderRules say by whom people sign in, and what its groups make them. All but
// Title, GroupsClaim, Scopes and Groups are needed.
type ProviderRules struct {
	Issuer       string // as its discovery document has it
	ClientID     string
	ClientSecret string
	Title        string // on the button; empty: the words of the den
	GroupsClaim  string // empty: "groups"
	Scopes       []string
	Groups       []GroupRule
	Longest      time.Duration // a session's at most
	Public       string        // the den's address: where people come back to
	Now          func() time.Time
	Client       *http.Client // nil: the usual one
}

// GroupRule gives the people of a group a role.
type GroupRule struct {
	Group string
	den.Given
}

// Provider signs people in by OpenID Connect: authorization code, PKCE, state and nonce.
// It is asked for its settings when somebody first signs in, so that a provider that is
// down does not keep the den from starting.
type Provider struct {
	rules ProviderRules

	mu       sync.Mutex
	known    *oidc.Provider // nil until it answered
	verifier *oidc.IDTokenVerifier
	silent   error     // how it failed to answer last
	failed   time.Time // when that was
}

const (
	providerPatience = 10 * time.Second
	providerRest     = 2 * time.Second // after it did not answer: who waited is told so, and does not ask one after the other
)

// NewProvider makes one.
func NewProvider(rules ProviderRules) *Provider {
	if rules.GroupsClaim == "" {
		rules.GroupsClaim = "groups"
	}
	if rules.Client == nil {
		rules.Client = &http.Client{Timeout: providerPatience}
	}
	return &Provider{rules: rules}
}

// Title implements pages.Provider.
func (p *Provider) Title() string { return p.rules.Title }

func (p *Provider) discover(ctx context.Context) (*oauth2.Config, context.Context, error) {
	ctx = oidc.ClientContext(ctx, p.rules.Client)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		if since := p.rules.Now().Sub(p.failed); p.silent != nil && since >= 0 && since < providerRest {
			return nil, ctx, p.silent
		}
		// The keys are fetched again later, when this request is long over.
		known, err := oidc.NewProvider(context.WithoutCancel(ctx), p.rules.Issuer)
		if err != nil {
			p.silent = &den.Error{Kind: den.Busy, Say: "Your organisation’s sign-in does not answer. Try again in a few minutes.", Err: err}
			p.failed = p.rules.Now()
			return nil, ctx, p.silent
		}
		p.known = known
		p.verifier = known.Verifier(&oidc.Config{ClientID: p.rules.ClientID, Now: p.rules.Now})
	}
	return &oauth2.Config{
		ClientID: p.rules.ClientID, ClientSecret: p.rules.ClientSecret, Endpoint: p.known.Endpoint(),
		RedirectURL: p.rules.Public + "/sign-in/callback", Scopes: append([]string{oidc.ScopeOpenID}, p.rules.Scopes...),
	}, ctx, nil
}

// Begin implements pages.Provider.
func (p *Provider) Begin(ctx context.Context, f pages.Flow) (string, error) {
	config, _, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	return config.AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)), nil
}

// Finish implements pages.Provider.
func (p *Provider) Finish(ctx context.Context, code string, f pages.Flow) (pages.Said, error) {
	config, ctx, err := p.discover(ctx)
	if err != nil {
		return pages.Said{}, err
	}
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return pages.Said{}, notVouched(err)
	}
	return p.read(ctx, config, token, f.Nonce)
}

// again asks whether the provider still vouches for somebody.
func (p *Provider) again(ctx context.Context, refresh string) (pages.Said, error) {
	config, ctx, err := p.discover(ctx)
	if err != nil {
		return pages.Said{}, err
	}
	token, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh, Expiry: time.Unix(1, 0)}).Token()
	if err != nil {
		return pages.Said{}, notVouched(err)
	}
	said, err := p.read(ctx, config, token, "")
	if err == nil && said.Refresh == "" {
		said.Refresh = refresh
	}
	return said, err
}

// read checks an ID token, and asks for the groups where they are not in it.
func (p *Provider) read(ctx context.Context, config *oauth2.Config, token *oauth2.Token, nonce string) (pages.Said, error) {
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return pages.Said{}, notVouched(errors.New("there is no ID token in the answer"))
	}
	id, err := p.verifier.Verify(ctx, raw)
	if err != nil {
		return pages.Said{}, notVouched(err)
	}
	if nonce != "" && id.Nonce != nonce {
		return pages.Said{}, notVouched(errors.New("the nonce is another"))
	}
	claims := map[string]json.RawMessage{}
	if err := id.Claims(&claims); err != nil {
		return pages.Said{}, notVouched(err)
	}
	if claims[p.rules.GroupsClaim] == nil && p.known.UserInfoEndpoint() != "" {
		info, err := p.known.UserInfo(ctx, config.TokenSource(ctx, token))
		if err != nil || info.Subject != id.Subject {
			return pages.Said{}, notVouched(errors.Join(err, errors.New("the user info is of somebody else, or not there")))
		}
		if err := info.Claims(&claims); err != nil {
			return pages.Said{}, notVouched(err)
		}
	}
	return p.said(id, claims, token.RefreshToken), nil
}

func (p *Provider) said(id *oidc.IDToken, claims map[string]json.RawMessage, refresh string) pages.Said {
	text := func(name string) (value string) {
		_ = json.Unmarshal(claims[name], &value)
		return value
	}
	var groups []string
	if json.Unmarshal(claims[p.rules.GroupsClaim], &groups) != nil {
		groups = []string{text(p.rules.GroupsClaim)}
	}
	said := pages.Said{Refresh: refresh, Until: id.Expiry, Word: den.Word{Issuer: id.Issuer, Subject: id.Subject, Name: text("name"), Email: text("email")}}
	if said.Name == "" {
		said.Name = text("preferred_username")
	}
	for _, rule := range p.rules.Groups {
		if slices.Contains(groups, rule.Group) {
			said.Given = append(said.Given, rule.Given)
		}
	}
	said.Longest = p.rules.Now().Add(p.rules.Longest)
	return said
}

func notVouched(err error) error {
	return &den.Error{Kind: den.Unknown, Say: "Your organisation did not confirm who you are. Try again, or ask the people who look after your account.", Err: err}
}
