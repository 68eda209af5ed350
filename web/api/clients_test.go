package api_test

import (
	"context"
	"net/http"

	"innovationden/web/api"
	"innovationden/web/api/contract"
)

// client is the generated client of one person.
func client(w *world, url, who string) *contract.ClientWithResponses {
	c, err := contract.NewClientWithResponses(url+api.Base, contract.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+who)
		return nil
	}))
	w.must(err)
	return c
}

// told reads one answer of the generated client.
func told[T any](w *world, model *T, err error, body []byte) T {
	w.t.Helper()
	w.must(err)
	if model == nil {
		w.t.Fatalf("the answer is another: %s", cut(string(body)))
	}
	return *model
}
