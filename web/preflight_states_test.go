package web_test

import (
	"context"
	"io"
	"time"

	"innovationden/orchestrator/den"
)

// pushed is a registry to which Northbridge pushed Bookwell, twice.
type pushed struct{}

// Tags implements orchestrator.Pushes.
func (pushed) Tags(_ context.Context, repository string) ([]den.Push, error) {
	if repository != "northbridge-software/bookwell" {
		return nil, nil
	}
	const digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	return []den.Push{
		{Tag: "1.5-rc.2-with-a-calendar-for-several-offices", Digest: digest, Bytes: 48_300_000, At: time.Date(2026, 6, 3, 14, 5, 0, 0, time.UTC)},
		{Tag: "1.4", Digest: digest, Bytes: 41_000_000, At: time.Date(2026, 6, 1, 9, 30, 0, 0, time.UTC)},
	}, nil
}

// Resolve implements orchestrator.Pushes.
func (pushed) Resolve(context.Context, string, string) (string, error) { return "", den.Missing() }

// Save implements orchestrator.Pushes.
func (pushed) Save(context.Context, string, string, io.Writer) error { return den.Missing() }

// preflight tries a release.
func (r *rig) preflight(release den.ID) den.ID {
	r.Helper()
	v, err := r.den.Preflight(context.Background(), den.System(), den.NewPreflight{Release: release})
	r.must(err)
	return v.ID
}

// landed waits until a preflight is over.
func (r *rig) landed(id den.ID) den.ID {
	r.Helper()
	ctx := context.Background()
	pokes, stop := r.den.Watch(ctx, id)
	defer stop()
	timer := time.NewTimer(30 * time.Second)
	defer timer.Stop()
	for {
		v, err := r.den.PreflightOf(ctx, den.System(), id)
		r.must(err)
		if v.State != den.PreflightRunning {
			return id
		}
		select {
		case <-pokes:
		case <-timer.C:
			r.Fatalf("the preflight is under way still: %+v", v)
		}
	}
}

// pushPages lists the pages of what was pushed and of preflights.
func (r *rig) pushPages() []shown {
	w, product := &r.made, "/products/"+string(r.bookwell.ID)
	bare := "/releases/" + string(w.failed.Entries[0].Release)
	return []shown{
		{"released", "official", "/releases/" + string(r.releases[0]), ""}, {"released-bare", "engineer", bare, ""},
		{"released-wrong", "engineer", bare, `document.querySelector('main form[method=post]').requestSubmit()`},
		{"sbom", "official", "/releases/" + string(r.releases[0]) + "/sbom", ""},
		{"pushes-none", "rival", "/products/" + string(w.bare.ID), ""}, {"release-pushed", "engineer", product + "/releases/new?pushed=1.4", ""},
		{"release-pushed-wrong", "engineer", product + "/releases/new?pushed=1.4", `document.querySelector('main form[method=post]').requestSubmit()`},
		{"preflight-passed", "engineer", "/preflights/" + string(w.passed), ""}, {"preflight-failed", "engineer", "/preflights/" + string(w.flawed), ""},
		{"preflight-failed-official", "official", "/preflights/" + string(w.flawed), ""}, {"preflight-queued", "engineer", "/preflights/" + string(w.waits), ""},
	}
}
