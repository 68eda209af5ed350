package api

import (
	"context"
	"net/url"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// GetMe says who is asking.
func (a *API) GetMe(ctx context.Context, _ contract.GetMeRequestObject) (contract.GetMeResponseObject, error) {
	return contract.GetMe200JSONResponse(me(actor.From(ctx))), nil
}

// ListTokens lists the caller's tokens.
func (a *API) ListTokens(ctx context.Context, _ contract.ListTokensRequestObject) (contract.ListTokensResponseObject, error) {
	tokens, err := a.den.Tokens(ctx, actor.From(ctx))
	if err != nil {
		return nil, err
	}
	return contract.ListTokens200JSONResponse{Items: list(tokens, token)}, nil
}

// AddToken makes a token.
func (a *API) AddToken(ctx context.Context, r contract.AddTokenRequestObject) (contract.AddTokenResponseObject, error) {
	made, secret, err := a.den.AddToken(ctx, actor.From(ctx), den.NewToken{
		Name: r.Body.Name, Grants: list(r.Body.Grants, func(g contract.Grant) den.Grant { return den.Grant(g) }),
		Lasts: time.Duration(r.Body.LastsSeconds) * time.Second, Once: once(r.Params.IdempotencyKey, "token", r.Body),
	})
	if err != nil {
		return nil, err
	}
	return contract.AddToken201JSONResponse{
		Body:    contract.MadeToken{Token: token(made), Secret: secret},
		Headers: contract.AddToken201ResponseHeaders{Location: at("/me/tokens")},
	}, nil
}

// RevokeToken takes a token back.
func (a *API) RevokeToken(ctx context.Context, r contract.RevokeTokenRequestObject) (contract.RevokeTokenResponseObject, error) {
	who := actor.From(ctx)
	if err := a.den.RevokeToken(ctx, who, den.ID(r.Id)); err != nil {
		return nil, err
	}
	tokens, err := a.den.Tokens(ctx, who)
	if err != nil {
		return nil, err
	}
	return contract.RevokeToken200JSONResponse{Items: list(tokens, token)}, nil
}

// link is a link of the den that carries a secret.
func (a *API) link(path, secret string) string {
	return a.public + path + "?" + url.Values{"link": {secret}}.Encode()
}

// AddSignInLink makes a sign-in link.
func (a *API) AddSignInLink(ctx context.Context, r contract.AddSignInLinkRequestObject) (contract.AddSignInLinkResponseObject, error) {
	secret, err := a.den.SignInLink(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.AddSignInLink201JSONResponse{Secret: secret, Url: a.link("/sign-in", secret)}, nil
}

func me(a den.Actor) contract.Me {
	out := contract.Me{Id: string(a.ID), Name: a.Name, Memberships: list(a.Memberships, membership), Until: moment(a.Until)}
	if len(a.Grants) > 0 {
		out.Grants = new(list(a.Grants, grant))
	}
	return out
}

func membership(m den.Membership) contract.Membership {
	return contract.Membership{Role: string(m.Role), In: some(string(m.In))}
}

func grant(g den.Grant) contract.Grant { return contract.Grant(g) }

func token(t den.Token) contract.Token {
	return contract.Token{Id: string(t.ID), Name: t.Name, Starts: t.Starts, Grants: list(t.Grants, grant), CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt}
}
