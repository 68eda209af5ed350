package docker

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"

	"innovationden/sandbox"
)

// Pauses before a service is started again: none, then doubled each time.
const (
	firstAgain = 100 * time.Millisecond
	lastAgain  = 10 * time.Second
)

// restarts are how often the services of a sandbox were started again, by service.
// They are kept in memory: a den that restarts counts from the start.
type restarts map[string]int

// restartLabel is what the label of a service says of its restarts: "always:3".
func restartLabel(x sandbox.Restart) string { return fmt.Sprintf("%s:%d", x.When, x.Tries) }

// policyOf reads the label again.
func policyOf(c *container.InspectResponse) sandbox.Restart {
	when, tries, ok := strings.Cut(c.Config.Labels[labelRestart], ":")
	n, err := strconv.Atoi(tries)
	if !ok || err != nil {
		return sandbox.Restart{}
	}
	return sandbox.Restart{When: sandbox.Again(when), Tries: n}
}

// ended says what the end of a service means.
type ended int

const (
	fault ended = iota // it should not have ended
	done               // it was meant to end, and succeeded
	again              // it may be started again
)

// meaning decides what the end of a service that was started means, after so many
// restarts.
func meaning(c *container.InspectResponse, tries int) ended {
	policy := policyOf(c)
	may := policy.When == sandbox.Always || policy.When == sandbox.OnFailure && c.State.ExitCode != 0
	switch {
	case c.Config.Labels[labelOnce] != "" && c.State.ExitCode == 0:
		return done
	case may && tries < policy.Tries:
		return again
	}
	return fault
}

// due says when a service may be started again.
func due(c *container.InspectResponse, tries int) time.Time {
	at := moment(c.State.FinishedAt)
	if tries == 0 {
		return at
	}
	return at.Add(min(firstAgain<<min(tries-1, 10), lastAgain))
}

func (r *Runtime) triesOf(id sandbox.ID, service string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tries[id][service]
}

func (r *Runtime) tried(id sandbox.ID, service string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tries[id] == nil {
		r.tries[id] = restarts{}
	}
	r.tries[id][service]++
}

// restart starts the services again that ended, may be and are due, unless somebody
// acts on the sandbox just now. Nobody waits for it.
func (r *Runtime) restart(ctx context.Context, id sandbox.ID, p parts) {
	wanted := false
	for name, c := range p.services {
		wanted = wanted || r.isDue(id, name, c)
	}
	if !wanted || p.holder == nil || !p.holder.State.Running || r.gates.taken(id) {
		return
	}
	leave, err := r.gates.enter(ctx, id)
	if err != nil {
		return
	}
	own := context.WithoutCancel(ctx)
	r.errands.Go(func() {
		defer leave()
		p, err := r.parts(own, id) // what was seen may be over
		if err != nil || p.holder == nil || !p.holder.State.Running || p.dying {
			return
		}
		for name, c := range p.services {
			if !r.isDue(id, name, c) {
				continue
			}
			err := r.startService(own, id, name)
			r.tried(id, name)
			if err != nil {
				r.log.Warn("service_not_restarted", "sandbox", id, "service", name, "error", err)
				continue
			}
			r.log.Info("service_restarted", "sandbox", id, "service", name, "times", r.triesOf(id, name))
			r.offerTo(own, sandbox.Spec{ID: id}, name)
		}
	})
}

func (r *Runtime) isDue(id sandbox.ID, name string, c *container.InspectResponse) bool {
	tries := r.triesOf(id, name)
	return ever(c) && !c.State.Running && meaning(c, tries) == again && !r.now().Before(due(c, tries))
}
