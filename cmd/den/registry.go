package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"time"

	"cuelabs.dev/go/oci/ociregistry"

	"innovationden/configs"
	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox/registry"
)

// openRegistry opens what docker push reaches. den is known only later: it is asked on
// requests alone.
func openRegistry(c configs.Config, log *slog.Logger, den func() *orchestrator.Orchestrator) (*registry.Registry, error) {
	return registry.Open(registry.Config{
		Dir: c.Path("registry"), Now: time.Now, Name: rand.Text, Log: log,
		Wanted: func(ctx context.Context, repo string, d registry.Digest) (string, bool, error) {
			return den().Wanted(ctx, repo, string(d))
		},
	})
}

// door lets those push and pull who may offer the product.
type door struct{ den *orchestrator.Orchestrator }

// May implements registry.Door.
func (d door) May(ctx context.Context, token string, do registry.Deed, repo string) error {
	who, err := d.den.Who(ctx, token)
	if err == nil && do != registry.Enter {
		_, err = d.den.Repository(ctx, who, repo)
	}
	var refused *den.Error
	switch den.KindOf(err) { //nolint:exhaustive // what is left is a fault of ours
	case "":
		return nil
	case den.Unknown:
		return registry.ErrUnknown
	case den.NotFound:
		return registry.ErrHidden
	case den.Denied:
		if errors.As(err, &refused) {
			return registry.Denied{Say: refused.Say}
		}
	}
	return err
}

// pushes is the registry as the orchestrator knows it.
type pushes struct{ r *registry.Registry }

// Tags implements orchestrator.Pushes.
func (p pushes) Tags(_ context.Context, repository string) ([]den.Push, error) {
	found, err := p.r.Tagged(repository)
	all := make([]den.Push, len(found))
	for i, one := range found {
		all[i] = den.Push{Tag: one.Tag, Digest: string(one.Digest), Bytes: one.Bytes, At: one.At}
	}
	return all, err
}

// Resolve implements orchestrator.Pushes.
func (p pushes) Resolve(ctx context.Context, repository, tag string) (string, error) {
	found, err := p.r.ResolveManifest(ctx, repository, registry.Digest(tag))
	if err != nil {
		found, err = p.r.ResolveTag(ctx, repository, tag)
	}
	for _, unknown := range []error{ociregistry.ErrNameUnknown, ociregistry.ErrManifestUnknown} {
		if errors.Is(err, unknown) {
			return "", den.Missing()
		}
	}
	return string(found.Digest), err
}

// Save implements orchestrator.Pushes. The engine is on this host, so it runs the
// platform that the den itself runs on.
func (p pushes) Save(ctx context.Context, repository, digest string, to io.Writer) error {
	return p.r.Save(ctx, repository, registry.Digest(digest), "linux/"+runtime.GOARCH, to)
}

// collectGarbage takes away, now and then, what nothing refers to.
func collectGarbage(ctx context.Context, r *registry.Registry, log *slog.Logger) error {
	const every = time.Hour
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		gone, err := r.Collect(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			log.Error("collecting pushed images that nothing uses failed", "error", err)
		case gone != registry.Collected{}:
			log.Info("pushed images that nothing uses are gone", "uploads", gone.Uploads, "manifests", gone.Manifests, "blobs", gone.Blobs, "bytes", gone.Bytes)
		}
	}
}
