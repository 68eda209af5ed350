package api_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"

	"innovationden/web/api"
)

// Who leaves before the answer is no fault of the den, so nothing calls the operator.
func TestACallerWhoLeavesIsNoFault(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, func(c *api.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	v := w.draft(1)
	ctx, leave := context.WithCancel(context.Background())
	r := question{who: member, method: "POST", path: "/trials/" + string(v.ID) + "/cancel"}.request().WithContext(ctx)
	w.check.first = leave
	w.handler.ServeHTTP(httptest.NewRecorder(), r)
	if log.Len() > 0 {
		t.Errorf("it is logged: %s", log.String())
	}
}
