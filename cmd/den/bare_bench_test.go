package main

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	engine "github.com/docker/docker/client"

	"innovationden/sandbox"
	"innovationden/sandbox/cell"
	"innovationden/sandbox/sandboxtest"
)

// bareMark labels what bare makes, with its name: no den takes it for its own.
const bareMark = "innovationden-bench"

// bare makes with the engine's own calls, and none besides, what a den makes: a cell, and
// a product in it, both with the very same settings.
type bare struct {
	api             *engine.Client
	name            string
	holder, product container.InspectResponse // as a den made them
}

// newBare looks at the two containers of a sandbox. What is left of its copies at the end
// is removed.
func newBare(b *testing.B, found sandbox.Found) *bare {
	b.Helper()
	api, err := engine.NewClientWithOpts(engine.FromEnv, engine.WithAPIVersionNegotiation())
	must(b, err)
	c := &bare{api: api, name: "den-bare-" + lower.EncodeToString(random(6))}
	b.Cleanup(func() {
		err := c.clear(context.Background())
		must(b, errors.Join(err, api.Close()))
	})
	for _, name := range found.Containers {
		seen, err := api.ContainerInspect(b.Context(), name)
		must(b, err)
		if seen.HostConfig.NetworkMode.IsContainer() {
			c.product = seen
		} else {
			c.holder = seen
		}
	}
	if c.product.ContainerJSONBase == nil || c.holder.ContainerJSONBase == nil {
		b.Fatalf("this is no product in a cell: %+v", found)
	}
	return c
}

// clear removes whatever is left.
func (c *bare) clear(ctx context.Context) error {
	left, err := c.api.ContainerList(ctx, container.ListOptions{All: true, Filters: filters.NewArgs(filters.Arg("label", bareMark+"="+c.name))})
	for _, one := range left {
		err = errors.Join(err, c.take(ctx, one.ID))
	}
	return err
}

func (c *bare) take(ctx context.Context, name string) error {
	err := c.api.ContainerRemove(ctx, name, container.RemoveOptions{Force: true, RemoveVolumes: true})
	if errdefs.IsNotFound(err) {
		return nil
	}
	return err
}

// make creates and starts one container.
func (c *bare) make(ctx context.Context, name string, like container.InspectResponse, net container.NetworkMode) error {
	config, host := *like.Config, *like.HostConfig
	config.Labels = map[string]string{bareMark: c.name}
	if host.NetworkMode = net; net.IsContainer() {
		config.Hostname, config.ExposedPorts = "", nil // they belong to the cell
	}
	made, err := c.api.ContainerCreate(ctx, &config, &host, nil, nil, name)
	if err != nil {
		return err
	}
	return c.api.ContainerStart(ctx, made.ID, container.StartOptions{})
}

// bareCell is a cell that is ready for a product. It is a sandbox.Dialer, whatever id it
// is asked for.
type bareCell struct {
	*bare
	name  string
	space *cell.Namespace
}

// hold makes a cell.
func (c *bare) hold(ctx context.Context) (*bareCell, error) {
	k := &bareCell{bare: c, name: c.name + "-" + lower.EncodeToString(random(6))}
	if err := c.make(ctx, k.name, c.holder, c.holder.HostConfig.NetworkMode); err != nil {
		return nil, err
	}
	seen, err := c.api.ContainerInspect(ctx, k.name)
	if err != nil {
		return nil, err
	}
	if k.space, err = cell.Open(seen.State.Pid); err != nil {
		return nil, err
	}
	return k, k.space.Prepare()
}

func (k *bareCell) Dial(ctx context.Context, _ sandbox.ID, port int) (net.Conn, error) {
	return k.space.Dial(ctx, port)
}

// start puts the product into the cell and waits for its first answer.
func (k *bareCell) start(ctx context.Context) error {
	if err := k.make(ctx, k.name+"-product", k.product, container.NetworkMode("container:"+k.name)); err != nil {
		return err
	}
	return firstAnswer(ctx, k, "")
}

// remove takes both away, at the same time as a den does.
func (k *bareCell) remove(ctx context.Context) error {
	errs := make([]error, 2)
	var wg sync.WaitGroup
	for i, name := range []string{k.name, k.name + "-product"} {
		wg.Go(func() { errs[i] = k.take(ctx, name) })
	}
	wg.Wait()
	return errors.Join(errors.Join(errs...), k.space.Close())
}

// firstAnswer waits for the first answer of the product, of which status 200 is the
// only good one.
func firstAnswer(ctx context.Context, d sandbox.Dialer, id sandbox.ID) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	status, err := sandbox.AwaitAnswer(ctx, d, id, sandbox.Probe{Port: sandboxtest.Port, Path: "/"}, sandbox.Asking{Every: 2 * time.Millisecond, Patience: time.Second})
	if err == nil && status != 200 {
		err = errors.New("the product answers, but not with status 200")
	}
	return err
}
