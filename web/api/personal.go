package api

import (
	"context"
	"encoding/json"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// GetPersonalData reads everything about a person.
func (a *API) GetPersonalData(ctx context.Context, r contract.GetPersonalDataRequestObject) (contract.GetPersonalDataResponseObject, error) {
	all, err := a.personalData(ctx, den.ID(r.Id))
	return contract.GetPersonalData200JSONResponse(all), err
}

// GetMyData reads everything about who asks.
func (a *API) GetMyData(ctx context.Context, _ contract.GetMyDataRequestObject) (contract.GetMyDataResponseObject, error) {
	all, err := a.personalData(ctx, "")
	return contract.GetMyData200JSONResponse(all), err
}

// personalData is the document of the pages, field by field.
func (a *API) personalData(ctx context.Context, person den.ID) (out contract.PersonalData, err error) {
	all, err := a.den.PersonalData(ctx, actor.From(ctx), person)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	return out, json.Unmarshal(text, &out)
}

// RemovePersonalData removes it.
func (a *API) RemovePersonalData(ctx context.Context, r contract.RemovePersonalDataRequestObject) (contract.RemovePersonalDataResponseObject, error) {
	gone, err := a.removal(ctx, den.RemovalOrder{Person: den.ID(r.Id), Why: value(r.Params.Why), Sure: value(r.Params.Sure)})
	return contract.RemovePersonalData200JSONResponse(gone), err
}

// RemoveMyData removes that of who asks.
func (a *API) RemoveMyData(ctx context.Context, r contract.RemoveMyDataRequestObject) (contract.RemoveMyDataResponseObject, error) {
	gone, err := a.removal(ctx, den.RemovalOrder{Why: value(r.Params.Why), Sure: value(r.Params.Sure)})
	return contract.RemoveMyData200JSONResponse(gone), err
}

func (a *API) removal(ctx context.Context, in den.RemovalOrder) (contract.Removal, error) {
	gone, err := a.den.RemovePersonalData(ctx, actor.From(ctx), in)
	return contract.Removal{Person: string(gone.Person), At: gone.At, Names: int32(gone.Names), Left: mentions(gone.Left)}, err
}

// ListMentions finds where a person is named in texts.
func (a *API) ListMentions(ctx context.Context, r contract.ListMentionsRequestObject) (contract.ListMentionsResponseObject, error) {
	found, err := a.den.Mentions(ctx, actor.From(ctx), den.ID(r.Id))
	return contract.ListMentions200JSONResponse(mentions(found)), err
}

func mentions(m den.Mentions) contract.Mentions {
	return contract.Mentions{Whole: int32(m.Whole), Parts: int32(m.Parts), LookedAt: int64(m.Looked), Items: list(m.Items, func(one den.Mention) contract.Mention {
		return contract.Mention{
			Kind: one.Kind, What: one.What, Field: one.Field, Record: string(one.Record), Path: some(one.Path), Part: one.Part,
			Found: some(one.Found), Excerpt: some(one.Excerpt), Withheld: one.Withheld, Detail: one.Do, Change: some(one.Change),
		}
	})}
}

// GetRetention reads how long things are kept.
func (a *API) GetRetention(ctx context.Context, _ contract.GetRetentionRequestObject) (contract.GetRetentionResponseObject, error) {
	v, err := a.den.Retention(ctx, actor.From(ctx))
	if err != nil {
		return nil, err
	}
	out := contract.GetRetention200JSONResponse{LastAt: moment(v.Last), LastDetail: some(v.Said)}
	out.Rules = list(v.Rules.Each(), func(r den.RetentionRule) contract.RetentionRule {
		return contract.RetentionRule{Name: r.Name, KeepSeconds: int64(r.Keep.Seconds()), Due: int32(v.Due[r.Name])}
	})
	return out, nil
}
