package main

import (
	"time"

	"innovationden/configs"
	"innovationden/orchestrator/den"
	"innovationden/web"
)

// providerOf is by whom people sign in; nil: by nobody but the den itself.
func providerOf(c configs.Config) (*web.Provider, error) {
	p := c.SignIn.Provider
	if !p.On() {
		return nil, nil //nolint:nilnil // no provider is no fault
	}
	secret, err := p.Secret()
	if err != nil {
		return nil, err
	}
	rules := web.ProviderRules{
		Issuer: p.Issuer, ClientID: p.ClientID, ClientSecret: secret, Title: p.Title, GroupsClaim: p.GroupsClaim, Scopes: p.Scopes,
		Longest: c.SignIn.Session.Span(), Public: c.Public(), Now: time.Now,
	}
	for _, g := range p.Groups {
		rules.Groups = append(rules.Groups, web.GroupRule{Group: g.Group, Given: den.Given{Role: g.Role, Department: g.Department, Supplier: g.Supplier}})
	}
	return web.NewProvider(rules), nil
}
