package api

import (
	"context"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// ListNotices lists what the caller was told.
func (a *API) ListNotices(ctx context.Context, r contract.ListNoticesRequestObject) (contract.ListNoticesResponseObject, error) {
	page, err := a.den.Notices(ctx, actor.From(ctx), filter(r.Params.After, r.Params.Limit))
	if err != nil {
		return nil, err
	}
	items := list(page.Items, func(n den.NoticeView) contract.Notice {
		return contract.Notice{
			Id: string(n.ID), Kind: contract.NoticeKind(n.Kind), Subject: some(string(n.Subject)), Title: n.Title, Detail: n.Say, At: n.At, Read: n.IsRead,
		}
	})
	return contract.ListNotices200JSONResponse{Items: items, Next: some(page.Next)}, nil
}

// ReadNotices notes that the caller has read notices.
func (a *API) ReadNotices(ctx context.Context, r contract.ReadNoticesRequestObject) (contract.ReadNoticesResponseObject, error) {
	left, err := a.den.ReadNotices(ctx, actor.From(ctx), ids(value(r.Body.Ids)))
	if err != nil {
		return nil, err
	}
	return contract.ReadNotices200JSONResponse{Unread: int32(left)}, nil
}

// GetNoticeChoices reads how the caller is told of things.
func (a *API) GetNoticeChoices(ctx context.Context, _ contract.GetNoticeChoicesRequestObject) (contract.GetNoticeChoicesResponseObject, error) {
	v, err := a.den.Mailbox(ctx, actor.From(ctx))
	if err != nil {
		return nil, err
	}
	return contract.GetNoticeChoices200JSONResponse{Body: noticeChoices(v), Headers: contract.GetNoticeChoices200ResponseHeaders{ETag: etag(v.Rev)}}, nil
}

// SetNoticeChoices changes how the caller is told of things.
func (a *API) SetNoticeChoices(ctx context.Context, r contract.SetNoticeChoicesRequestObject) (contract.SetNoticeChoicesResponseObject, error) {
	v, err := matched(r.Params.IfMatch, func(rev int64) (den.MailboxView, error) {
		return a.den.SetMailbox(ctx, actor.From(ctx), newMailbox(*r.Body), rev)
	})
	if err != nil {
		return nil, err
	}
	return contract.SetNoticeChoices200JSONResponse{Body: noticeChoices(v), Headers: contract.SetNoticeChoices200ResponseHeaders{ETag: etag(v.Rev)}}, nil
}

func noticeChoices(v den.MailboxView) contract.NoticeChoices {
	channels := func(of []den.Channel) []contract.Channel {
		return list(of, func(c den.Channel) contract.Channel { return contract.Channel(c) })
	}
	out := contract.NoticeChoices{
		Email: some(v.Email), Channels: channels(v.Ways), Off: channels(v.Off), Quiet: []contract.QuietOf{}, Url: v.Hook.URL,
		Shape: contract.HookShape(v.Hook.Shape), Secret: some(v.Hook.Secret), Revision: v.Rev,
	}
	for _, c := range den.Channels {
		if kinds := v.Quiet[c]; len(kinds) > 0 {
			out.Quiet = append(out.Quiet, contract.QuietOf{
				Channel: contract.Channel(c), Kinds: list(kinds, func(k den.NoticeKind) contract.NoticeKind { return contract.NoticeKind(k) }),
			})
		}
	}
	return out
}

func newMailbox(b contract.NewNoticeChoices) den.Mailbox {
	m := den.Mailbox{Hook: den.Hook{URL: value(b.Url), Shape: den.HookShape(value(b.Shape))}, Quiet: map[den.Channel][]den.NoticeKind{}}
	for _, c := range value(b.Off) {
		m.Off = append(m.Off, den.Channel(c))
	}
	for _, q := range value(b.Quiet) {
		for _, k := range q.Kinds {
			m.Quiet[den.Channel(q.Channel)] = append(m.Quiet[den.Channel(q.Channel)], den.NoticeKind(k))
		}
	}
	return m
}

// ListDeliveries lists notices that were given up, or that wait or were sent.
func (a *API) ListDeliveries(ctx context.Context, r contract.ListDeliveriesRequestObject) (contract.ListDeliveriesResponseObject, error) {
	page, err := a.den.Deliveries(ctx, actor.From(ctx), den.DeliveryState(value(r.Params.State)), filter(r.Params.After, r.Params.Limit))
	if err != nil {
		return nil, err
	}
	return contract.ListDeliveries200JSONResponse{Items: list(page.Items, delivery), Next: some(page.Next)}, nil
}

// RetryDelivery tries again to send a notice that was given up.
func (a *API) RetryDelivery(ctx context.Context, r contract.RetryDeliveryRequestObject) (contract.RetryDeliveryResponseObject, error) {
	v, err := a.den.RetryDelivery(ctx, actor.From(ctx), den.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return contract.RetryDelivery200JSONResponse(delivery(v)), nil
}

func delivery(v den.DeliveryView) contract.Delivery {
	return contract.Delivery{
		Id: string(v.ID), Notice: some(string(v.Notice)), Title: some(v.Title), Person: string(v.Person), PersonName: some(v.PersonName),
		Channel: contract.Channel(v.Channel), State: contract.DeliveryState(v.State), Tries: int32(v.Tries), Detail: some(v.Said),
		MadeAt: v.MadeAt, DueAt: moment(v.DueAt), DoneAt: moment(v.DoneAt),
	}
}
