package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
)

const (
	logTail   = 16 << 10 // bytes of log kept with a receipt
	lastLines = 400      // bytes of log in a sentence
)

// howItEnded says how a service ended, for people.
func howItEnded(state sandbox.State) string {
	for _, s := range state.Services {
		it := "It"
		if len(state.Services) > 1 {
			it = "The service " + s.Name
		}
		switch {
		case s.Running || s.EndedAt.IsZero() && s.Error == "":
		case s.OOM:
			return it + " needed more memory than its size allows. Choose a larger size."
		case s.EndedAt.IsZero():
			return "The engine said: " + oneLine(s.Error) + "."
		default:
			if len(state.Services) > 1 && s.ExitCode == 0 && state.Seen == sandbox.Running {
				continue // it did what it was there for
			}
			return fmt.Sprintf("%s ended with code %d.", it, s.ExitCode)
		}
	}
	return ""
}

// lastWords quotes the end of what the product printed, as one line of plain text, and says
// what that usually means.
func (o *Orchestrator) lastWords(ctx context.Context, l den.Lease) string {
	text, err := o.tail(ctx, l, lastLines)
	if err != nil || strings.TrimSpace(text) == "" {
		return ""
	}
	return join("The last it printed: “"+oneLine(text)+"”.", cueOf(text))
}

// tail is the end of what the service that answers printed.
func (o *Orchestrator) tail(ctx context.Context, l den.Lease, limit int) (string, error) {
	return o.tailOf(ctx, l, frontOf(l), limit)
}

// tails is the end of what every service printed, each under its name where there are
// several.
func (o *Orchestrator) tails(ctx context.Context, l den.Lease, limit int) (string, error) {
	if len(l.Services) < 2 {
		return o.tail(ctx, l, limit)
	}
	var all strings.Builder
	var failed error
	for _, name := range l.Services {
		text, err := o.tailOf(ctx, l, name, limit/len(l.Services)-len(name)-len("== "+" ==\n\n"))
		failed = errors.Join(failed, err)
		fmt.Fprintf(&all, "== %s ==\n%s\n", name, strings.TrimSuffix(text, "\n"))
	}
	return all.String(), failed
}

func (o *Orchestrator) tailOf(ctx context.Context, l den.Lease, service string, limit int) (string, error) {
	var text []byte
	err := o.ask(ctx, readPatience, func(ctx context.Context) (err error) {
		text, err = o.Runtime.Logs(ctx, sandbox.ID(l.Sandbox), service, limit)
		return err
	})
	return strings.ToValidUTF8(string(text), "\uFFFD"), err
}

// oneLine makes one line of printable text of a stranger's words.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// explain says why a running product did not answer, from what it listens on.
func (o *Orchestrator) explain(ctx context.Context, w work, last error) string {
	var ports []int
	err := o.ask(ctx, readPatience, func(ctx context.Context) (err error) {
		ports, err = o.Runtime.Ports(ctx, sandbox.ID(w.lease.Sandbox))
		return err
	})
	if err != nil {
		return ""
	}
	port := w.lease.Port
	switch {
	case len(ports) == 0:
		return fmt.Sprintf("It listens on no port. Make it listen on port %d.", port)
	case slices.Contains(ports, port):
		if status, ok := answeredWith(last); ok {
			return fmt.Sprintf("It listens on port %d, but answers %s with status %s. Make it answer with a status below 500.", port, w.lease.Path, status)
		}
		return fmt.Sprintf("It takes connections on port %d, but does not answer HTTP there.", port)
	case len(ports) == 1:
		return fmt.Sprintf("It listens on port %d, not on %d. Add a release that names port %d.", ports[0], port, ports[0])
	}
	return fmt.Sprintf("It listens on ports %s, not on %d. Add a release that names the one that answers.", listed(ports), port)
}

// answeredWith reads the status out of what sandbox.AwaitAnswer says.
func answeredWith(err error) (string, bool) {
	if err == nil {
		return "", false
	}
	_, status, ok := strings.Cut(err.Error(), "answered with status ")
	return status, ok
}

func listed(ports []int) string {
	const most = 10
	words := make([]string, 0, most+1)
	for _, p := range ports[:min(len(ports), most)] {
		words = append(words, strconv.Itoa(p))
	}
	if more := len(ports) - len(words); more > 0 {
		words = append(words, fmt.Sprintf("%d more", more))
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// plain is what an error of the runtime adds to its kind, without the kind's words.
func plain(err error) string {
	text := oneLine(err.Error())
	for _, kind := range []error{sandbox.ErrImage, sandbox.ErrSpec, sandbox.ErrNoImage, sandbox.ErrFull, sandbox.ErrBroken} {
		if errors.Is(err, kind) {
			text = strings.TrimPrefix(text, kind.Error()+": ")
		}
	}
	return strings.TrimSuffix(text, ".")
}

// overBounds measures what a product has on disk, now and then. What the engine bounds is
// not all of it: volumes are not in a layer, nor are the few files of its own that an engine
// lets a product write. Where it bounds layers they come besides, so that a product that
// fills its own is not ended for that.
func (o *Orchestrator) overBounds(ctx context.Context, w work, now den.Stamp) string {
	const every = 3 * den.LookEvery
	most := w.size.Disk
	if most <= 0 {
		return ""
	}
	if h := o.host.Load(); h != nil && h.host.DiskQuota {
		most *= 2
	}
	if last, ok := o.measured.Load(w.lease.ID); ok && now.Sub(last.(den.Stamp)) < every {
		return ""
	}
	o.measured.Store(w.lease.ID, now)
	var use sandbox.Use
	err := o.ask(ctx, lookPatience, func(ctx context.Context) (err error) {
		use, err = o.Runtime.Use(ctx, sandbox.ID(w.lease.Sandbox))
		return err
	})
	if err == nil && use.DiskMore {
		return "It wrote more files, or folders in folders, to its disk than can be counted."
	}
	if err != nil || use.Disk <= most {
		return ""
	}
	return fmt.Sprintf("It wrote %s to its disk. Its size allows %s.", bytes(use.Disk), bytes(w.size.Disk))
}
