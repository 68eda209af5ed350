package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"innovationden/configs"
	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/orchestrator/notify"
)

// outside is the address outside the host that checkpoints are posted to, and a file in
// the data folder that remembers how that went.
type outside struct {
	*notify.Checkpoints
	path string

	mu   sync.Mutex
	last den.Posted
}

// openOutside is nil where the settings name no address.
func openOutside(c configs.Config, log *slog.Logger) (orchestrator.Witness, error) {
	if c.Record.Checkpoints == "" {
		return nil, nil //nolint:nilnil // there is none
	}
	inside, err := c.Notices.Networks()
	if err != nil {
		return nil, err
	}
	o := &outside{path: c.Path(postedFile)}
	o.Checkpoints = notify.NewCheckpoints(c.Record.Checkpoints, notify.Options{Now: time.Now, Log: log, Inside: inside})
	text, err := os.ReadFile(o.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err == nil && json.Unmarshal(text, &o.last) != nil || o.last.URL != c.Record.Checkpoints {
		o.last = den.Posted{} // what cannot be read, or is of another address, says nothing
	}
	o.last.URL = c.Record.Checkpoints
	return o, nil
}

// Last is how things stand.
func (o *outside) Last() den.Posted {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.last
}

// Keep remembers it over a restart.
func (o *outside) Keep(p den.Posted) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = p
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return writeSafely(o.path, string(text))
}
