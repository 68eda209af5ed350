package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"time"

	"innovationden/sandbox/sandboxtest"
	"innovationden/web/api/contract"
)

// The lives of a den in which its engine lies. Together they ask for everything that a den
// asks of an engine.
const (
	plain   = "plain"   // one product, launched and removed
	offered = "offered" // the den is started, a product is refused and another one taken
	stacked = "stacked" // two services with data are launched, read, frozen, lost and removed
	tried   = "tried"   // a preflight
)

// A life is held to what the den said in it. A length is that of its trial.
var lives = map[string]func(d *deceived, length time.Duration) error{
	plain:   (*deceived).through,
	offered: func(d *deceived, _ time.Duration) error { return d.offers() },
	stacked: func(d *deceived, _ time.Duration) error { return d.stacks() },
	tried:   func(d *deceived, _ time.Duration) error { return d.tries() },
}

// lieTime is for what must become right after one lie, and loadTime what an engine has for
// an image before it counts as silent.
const (
	lieTime  = 2 * time.Minute
	loadTime = 10 * time.Minute
)

// offers starts the den again, brings in an image that is refused, and one that is not.
func (d *deceived) offers() error {
	ctx := context.Background()
	d.stop()
	d.launch()
	if err := within(lieTime, func() error { return d.get("/readyz") }); err != nil {
		return err
	}
	c := sandboxtest.ProductConfig()
	c.Volumes, c.ExposedPorts, c.Cmd = nil, nil, []string{"serve", lower.EncodeToString(random(4))}
	portless := sandboxtest.Archive(d.t, c, nil, map[string][]byte{"product": d.program})
	c.ExposedPorts = sandboxtest.ProductConfig().ExposedPorts
	good := sandboxtest.Archive(d.t, c, nil, map[string][]byte{"product": d.program})
	add := func(archive []byte) (*contract.AddReleaseArchiveResponse, error) {
		answer, err := d.client().AddReleaseArchiveWithBodyWithResponse(ctx, d.product,
			&contract.AddReleaseArchiveParams{Version: lower.EncodeToString(random(4))}, "application/x-tar", bytes.NewReader(archive))
		if err == nil && answer.StatusCode() == http.StatusInternalServerError {
			err = fmt.Errorf("it is answered with %s", answer.Body)
		}
		return answer, err
	}
	if refused, err := add(portless); err != nil || refused.JSON201 != nil {
		return fmt.Errorf("a product without a port: %w", errors.Join(err, errors.New(string(refused.Body))))
	}
	if err := within(loadTime+lieTime, func() error {
		taken, err := add(good)
		if err != nil {
			return err
		}
		if taken.JSON201 == nil {
			return fmt.Errorf("a product is answered with %s", taken.Body)
		}
		d.images = append(d.images, taken.JSON201.Image)
		return nil
	}); err != nil {
		return err
	}
	return errors.Join(d.onlyImages(), d.onlyCells(0))
}

// onlyImages holds what the engine keeps under the den's name to what its releases are made
// of, once somebody has it swept.
func (d *deceived) onlyImages() error {
	return within(d.patience, func() error {
		if _, err := d.client().SweepWithResponse(context.Background(), &contract.SweepParams{DryRun: new(bool)}); err != nil {
			return err
		}
		text, err := d.ask("image", "ls", "--no-trunc", "--quiet", "--filter", "reference=den-"+d.installation+"/kept")
		for _, id := range strings.Fields(text) {
			if !slices.Contains(d.images, id) {
				err = errors.Join(err, fmt.Errorf("no release is made of image %s", id))
			}
		}
		return err
	})
}

// ask asks the engine itself, which tells no lies.
func (d *deceived) ask(args ...string) (string, error) {
	out, err := exec.Command("docker", args...).Output()
	if err != nil {
		err = fmt.Errorf("docker %v: %w", args, err)
	}
	return strings.TrimSpace(string(out)), err
}

// containers are those of the sandbox that is no waiting cell, by the name of the service.
func (d *deceived) containers(format string) (map[string]string, error) {
	names, err := d.ask("ps", "--all", "--no-trunc", "--format", "{{.Names}}", "--filter", "label=innovationden.installation="+d.installation)
	if err != nil {
		return nil, err
	}
	all, of := strings.Fields(names), ""
	for _, name := range all {
		if part := strings.Split(name, "."); part[2] == "web" {
			of = part[0] + "." + part[1] + "."
		}
	}
	found := map[string]string{}
	for _, name := range all {
		part, ok := strings.CutPrefix(name, of)
		if of == "" || !ok {
			continue
		}
		if found[part], err = d.ask("inspect", "--format", format, name); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// sealed holds every container of a stack to its private network, and to nothing else.
func (d *deceived) sealed() error {
	nets, err := d.ask("network", "ls", "--no-trunc", "--quiet", "--filter", "label=innovationden.installation="+d.installation)
	if err != nil {
		return err
	}
	all, err := d.containers("{{.HostConfig.NetworkMode}}")
	for name, mode := range all {
		if !slices.Contains(strings.Fields(nets), mode) {
			err = errors.Join(err, fmt.Errorf("%s is on the network %q", name, mode))
		}
	}
	return err
}

// stacks goes through the life of a stack.
func (d *deceived) stacks() error {
	ctx, client := context.Background(), d.client()
	release, err := d.stackRelease()
	if err != nil {
		return err
	}
	draft, err := client.AddTrialWithResponse(ctx, nil, d.newTrial(time.Hour, release))
	if err != nil || draft.JSON201 == nil {
		return fmt.Errorf("no draft: %w", errors.Join(err, errors.New(string(draft.Body))))
	}
	heard := account{trial: draft.JSON201.Id}
	set, err := client.SetTrialDataWithBodyWithResponse(ctx, heard.trial, &contract.SetTrialDataParams{Name: "data.txt"}, "application/octet-stream", strings.NewReader("data"))
	if err != nil || set.JSON200 == nil {
		return fmt.Errorf("no data: %w", errors.Join(err, errors.New(string(set.Body))))
	}
	started, err := client.StartTrialWithResponse(ctx, heard.trial, nil)
	if err != nil || started.JSON202 == nil {
		return fmt.Errorf("no start: %w", errors.Join(err, errors.New(string(started.Body))))
	}
	heard.started = true
	box, over, err := d.reaches(heard.trial, contract.PhaseLive)
	if over || err != nil {
		return errors.Join(err, d.settle(heard))
	}
	heard.live = true
	if err := d.sealed(); err != nil {
		return err
	}
	service := "web"
	log, err := client.GetSandboxLogWithResponse(ctx, box.Id, &contract.GetSandboxLogParams{Service: &service})
	if err != nil || log.StatusCode() == http.StatusInternalServerError {
		return fmt.Errorf("the log is answered with %s: %w", log.Body, err)
	}
	use, err := client.GetSandboxUseWithResponse(ctx, box.Id)
	if err != nil || use.StatusCode() == http.StatusInternalServerError {
		return fmt.Errorf("the use is answered with %s: %w", use.Body, err)
	}
	for _, step := range []struct {
		phase contract.Phase
		ask   func() (int, error)
		so    string // what the engine says of each service then
	}{
		{contract.PhasePaused, func() (int, error) {
			answer, err := client.PauseSandboxWithResponse(ctx, box.Id, nil)
			return answer.StatusCode(), err
		}, "paused"},
		{contract.PhaseLive, func() (int, error) {
			answer, err := client.ResumeSandboxWithResponse(ctx, box.Id, nil)
			return answer.StatusCode(), err
		}, "running"},
		{contract.PhaseLive, func() (int, error) {
			all, err := d.containers("{{.Id}}")
			if err == nil {
				_, err = d.ask("kill", all["holder"])
			}
			return http.StatusAccepted, err
		}, "running"},
	} {
		if status, err := step.ask(); err != nil || status != http.StatusAccepted {
			return fmt.Errorf("what should make it %s is answered with status %d: %w", step.so, status, err)
		}
		over, err := d.is(heard.trial, step.phase, step.so)
		if over || err != nil {
			return errors.Join(err, d.settle(heard))
		}
	}
	if err := d.sealed(); err != nil {
		return err
	}
	return d.settle(heard)
}

// stackRelease brings a stack in, again where the lie was told just then.
func (d *deceived) stackRelease() (release string, err error) {
	c := sandboxtest.ProductConfig()
	c.Volumes, c.Cmd = nil, []string{"serve"}
	const file = `services:
  web:
    image: acme/web:1
    ports: ["80:8080"]
    depends_on: [store]
  store:
    image: acme/web:1
    volumes: ["kept:/data"]
volumes:
  kept: {}
`
	archive := sandboxtest.Archive(d.t, c, []string{"acme/web:1"}, map[string][]byte{"product": d.program, "tmp/": nil, "data/": nil})
	return release, within(lieTime, func() error {
		added := d.stack(d.product, file, archive, [2]string{"profile", "strict"})
		if added.JSON201 == nil {
			return fmt.Errorf("the stack is answered with %s", added.Body)
		}
		release = added.JSON201.Id
		for _, image := range given(added.JSON201.Images) {
			d.images = append(d.images, image)
		}
		return nil
	})
}

// reaches waits until the sandbox of a trial is in a phase, or over.
func (d *deceived) reaches(trial string, phase contract.Phase) (box contract.Sandbox, over bool, err error) {
	err = within(lieTime, func() (err error) {
		if box, err = d.box(trial); err != nil {
			return err
		}
		over = box.Phase == contract.PhaseEnding || box.Phase == contract.PhaseEnded
		if !over && box.Phase != phase {
			return fmt.Errorf("it is %s: %s", box.Phase, box.Detail)
		}
		return nil
	})
	return box, over, err
}

// is waits until the den says that a sandbox is in a phase, and the engine says the same of
// every container but that of a paused one's holder.
func (d *deceived) is(trial string, phase contract.Phase, so string) (over bool, err error) {
	return over, within(lieTime, func() error {
		var err error
		if _, over, err = d.reaches(trial, phase); over || err != nil {
			return err
		}
		all, err := d.containers("{{.State.Status}}")
		if err == nil && (all["web"] != so || all["store"] != so || all["holder"] != "running") {
			err = fmt.Errorf("it is said to be %s, and is %v", phase, all)
		}
		return err
	})
}

// tries goes through a preflight, whose product is asked to stop at its end.
func (d *deceived) tries() error {
	ctx, client := context.Background(), d.client()
	started, err := client.StartPreflightWithResponse(ctx, d.release, nil)
	if err != nil || started.StatusCode() >= http.StatusBadRequest {
		return fmt.Errorf("no preflight: %w", errors.Join(err, errors.New(string(started.Body))))
	}
	if err := within(2*lieTime, func() error {
		all, err := client.ListPreflightsWithResponse(ctx, d.release)
		if err != nil {
			return err
		}
		if all.JSON200 == nil || slices.ContainsFunc(all.JSON200.Items, func(p contract.Preflight) bool { return p.State == contract.PreflightRunning }) {
			return fmt.Errorf("it is not over: %s", all.Body)
		}
		return nil
	}); err != nil {
		return err
	}
	return d.onlyCells(0)
}
