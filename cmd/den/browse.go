package main

import (
	"context"
	"errors"
	"net/url"
	"os/exec"
	"runtime"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// open shows a sandbox in the browser, or its address where there is none.
func (k *client) open(ctx context.Context, s answer[contract.Sandbox], only bool) error {
	address := s.value.Url
	at, err := url.Parse(address)
	if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Host == "" {
		return den.Refuse(den.Conflict, "This sandbox has no address: it is %s. %s", phase(&s.value), clean(s.value.Detail))
	}
	if den.Phase(s.value.Phase) != den.Live && !only {
		return den.Refuse(den.Conflict, "This sandbox cannot be opened now: it is %s. %s", phase(&s.value), clean(s.value.Detail))
	}
	if k.json {
		return show(k, s, k.tellSandbox)
	}
	if !only {
		err := k.browse(ctx, address)
		if err == nil {
			k.note("Opened %s", clean(address))
			return nil
		}
		k.note("No browser could be opened here (%v). Open this address yourself:", err)
	}
	k.say("%s", clean(address))
	return nil
}

// browser asks the desktop to open an address.
func (k *client) browser(ctx context.Context, address string) error {
	name := map[string]string{"darwin": "open", "linux": "xdg-open"}[runtime.GOOS]
	if own := k.getenv("BROWSER"); own != "" {
		name = own
	}
	if name == "" {
		return errors.New("none is known for this system")
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return err
	}
	return exec.CommandContext(ctx, path, address).Run()
}
