package orchestrator_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// paper reads files of a form of its own: a line for each service, as name image port….
type paper struct{}

func (paper) Read(_ context.Context, f orchestrator.StackFile, size den.Size) (read orchestrator.StackReading, err error) {
	var faults den.Faults
	for line := range strings.Lines(f.Text) {
		words := strings.Fields(line)
		switch {
		case words[0] == "hostile":
			faults.Add(den.Bad("compose", "Line 1: services.%s: It may not. Instead: Leave it out.", words[1]))
		case words[0] == "large":
			if size.Name == "small" {
				faults.Add(den.Bad("compose", "It needs more memory."))
			}
		default:
			s := orchestrator.StackService{Name: words[0], Image: words[1]}
			if len(words) > 2 {
				s.Ports = []int{8080}
			}
			read.Services, read.Images = append(read.Services, s), append(read.Images, s.Image)
		}
	}
	slices.Sort(read.Images)
	read.Images = slices.Compact(read.Images)
	return read, faults.Err()
}

func (p paper) Spec(ctx context.Context, id sandbox.ID, r den.Release, size den.Size) (sandbox.Spec, error) {
	read, err := p.Read(ctx, orchestrator.StackFile{Text: r.Compose}, size)
	spec := sandbox.Spec{ID: id, Network: sandbox.Private, Limits: sandbox.Limits{
		Memory: size.Memory, CPU: size.CPU, Pids: size.Pids, Files: size.Files, Tmp: size.Tmp, Disk: size.Disk, Log: size.Log,
	}}
	for _, name := range r.Services {
		for _, s := range read.Services {
			if s.Name == name {
				spec.Services = append(spec.Services, sandbox.Service{Name: s.Name, Image: r.Images[s.Image], Profile: sandbox.Profile(r.Profile)})
			}
		}
	}
	return spec, err
}

func stackRig(t *testing.T) *rig {
	r := newRig(t, func(c *orchestrator.Config) {
		c.Stacks = paper{}
		large := c.Sizes[0]
		large.Name, large.Memory = "large", 2*large.Memory
		c.Sizes = append(c.Sizes, large)
	})
	r.engine.AddImage(sandbox.Image{Names: []string{"web:1"}, Ports: []int{8080}, Size: 5}, fake.Behaviour{Log: "I am the web\n"})
	r.engine.AddImage(sandbox.Image{Names: []string{"db:latest"}, Size: 7, Volumes: []string{"/data"}}, fake.Behaviour{Log: "I am the database\n"})
	return r
}

func TestAStackRunsFromItsReleaseToItsReceipt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := stackRig(t)
		ctx := t.Context()
		release, err := r.o.AddRelease(ctx, den.System(), den.NewRelease{Product: r.product.ID, Version: "1", Compose: "db db:latest\nweb web:1 8080\n"})
		r.must(err)
		if release.Front != "web" || release.Port != 8080 || release.Profile != "standard" || release.SizeBytes != 12 || release.From != "compose.yaml" ||
			!slices.Equal(release.Services, []string{"web", "db"}) || release.Image != release.Images["web:1"] || len(release.Places) != 1 {
			t.Errorf("%+v", release)
		}
		if kept := r.engine.Kept(); len(kept) != 2 {
			t.Errorf("the engine keeps %v", kept)
		}
		r.run()
		lease := r.start(time.Hour, release.ID).Entries[0].Lease
		live := r.phase(lease, den.Live, time.Minute)
		for name, want := range map[string]string{"": "I am the web\n", "web": "I am the web\n", "db": "I am the database\n"} {
			text, err := r.o.ServiceLogs(ctx, r.member, lease, name, 0)
			if err != nil || string(text) != want {
				t.Errorf("%q printed %q: %v", name, text, err)
			}
		}
		if _, err := r.o.ServiceLogs(ctx, r.member, lease, "cache", 0); strings.Join(fields(t, err), "") != "service" || !strings.Contains(err.Error(), "web or db") {
			t.Errorf("a service that is not there: %v", err)
		}
		if found, err := r.engine.Find(ctx, sandbox.ID(live.Sandbox)); err != nil || len(found.Containers) != 3 {
			t.Errorf("it is made of %+v: %v", found, err)
		}
		r.phase(lease, den.Ended, 2*time.Hour)
		receipt, err := r.o.Receipt(ctx, r.member, lease)
		if err != nil || !strings.Contains(receipt.LogTail, "== web ==\nI am the web\n") || !strings.Contains(receipt.LogTail, "== db ==\nI am the database\n") {
			t.Errorf("%+v %v", receipt, err)
		}
	})
}

func TestStacksAreRefusedInWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := stackRig(t)
		ctx := t.Context()
		before := r.engine.Kept()
		r.engine.AddArchive([]byte("two"), sandbox.Image{Names: []string{"worker:2"}}, fake.Behaviour{})
		r.engine.AddArchive([]byte("two"), sandbox.Image{Names: []string{"unused:2"}}, fake.Behaviour{})
		for name, c := range map[string]struct {
			in   den.NewRelease
			want []string
		}{
			"what it may not":   {den.NewRelease{Compose: "hostile a\nhostile b\n"}, []string{"compose"}},
			"two that answer":   {den.NewRelease{Compose: "a web:1 8080\nb web:1 8080\n"}, []string{"front"}},
			"none that answers": {den.NewRelease{Compose: "a web:1\nb web:1\n"}, []string{"front"}},
			"no such service":   {den.NewRelease{Compose: "a web:1 1\n", Front: "z"}, []string{"front"}},
			"no port":           {den.NewRelease{Compose: "a db:latest\n"}, []string{"port"}},
			"no images":         {den.NewRelease{Compose: "a no:1\nb no:2 1\n"}, []string{"compose"}},
			"not in the archive": {
				den.NewRelease{Compose: "a no:1\nb worker:2 1\n", Archive: strings.NewReader("two")},
				[]string{"archive"},
			},
			"an image besides": {den.NewRelease{Compose: "a web:1 1\n", Image: "web:1"}, []string{"image"}},
			"variables":        {den.NewRelease{Compose: "a web:1 1\n", Env: []string{"A=1"}}, []string{"env"}},
			"front alone":      {den.NewRelease{Image: "web:1", Front: "web"}, []string{"front"}},
		} {
			c.in.Product, c.in.Version = r.product.ID, "1"
			_, err := r.o.AddRelease(ctx, den.System(), c.in)
			if got := fields(t, err); !slices.Equal(got, c.want) {
				t.Errorf("%s: faults of %v: %v", name, got, err)
			}
			if kept := r.engine.Kept(); !slices.Equal(kept, before) {
				t.Errorf("%s: the engine keeps %v, not %v", name, kept, before)
			}
		}
		release, err := r.o.AddRelease(ctx, den.System(), den.NewRelease{Product: r.product.ID, Version: "1", Compose: "large\na docker.io/library/worker:2 1\n", Archive: strings.NewReader("two")})
		r.must(err)
		if kept := r.engine.Kept(); len(kept) != len(before)+1 {
			t.Errorf("the engine keeps %v", kept)
		}
		_, err = r.o.StartTrial(ctx, r.member, r.draft(time.Hour, release.ID).ID, 0, den.Once{})
		if strings.Join(fields(t, err), "") != "size" || !strings.Contains(err.Error(), "Release 1 cannot run in the size small: It needs more memory.") {
			t.Errorf("a size that is too small: %v", err)
		}
		r.config.Stacks = nil
		bare := orchestrator.New(r.config)
		if _, err := bare.AddRelease(ctx, den.System(), den.NewRelease{Product: r.product.ID, Version: "9", Compose: "a web:1 1\n"}); strings.Join(fields(t, err), "") != "compose" {
			t.Errorf("without a reader: %v", err)
		}
	})
}
