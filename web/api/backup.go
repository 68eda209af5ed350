package api

import (
	"context"
	"errors"
	"io"
	"net/http"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// MakeBackup makes a backup where the settings say.
func (a *API) MakeBackup(ctx context.Context, _ contract.MakeBackupRequestObject) (contract.MakeBackupResponseObject, error) {
	made, err := a.den.BackUp(ctx, actor.From(ctx))
	if err != nil {
		return nil, err
	}
	return contract.MakeBackup201JSONResponse(backup(made)), nil
}

// GetBackup writes a backup to somebody who keeps it elsewhere. Who may not gets a
// refusal: the first bytes are waited for before the answer begins.
func (a *API) GetBackup(ctx context.Context, _ contract.GetBackupRequestObject) (contract.GetBackupResponseObject, error) {
	from, to := io.Pipe()
	began, failed := make(chan struct{}), make(chan error, 1)
	go func() {
		first := &starter{to: to, began: began}
		err := a.den.CopyOut(ctx, actor.From(ctx), first)
		if err != nil && first.done && ctx.Err() == nil {
			a.log.Error("a backup was not sent whole", "error", err)
		}
		failed <- err
		_ = to.CloseWithError(err)
	}()
	select {
	case <-began:
	case err := <-failed:
		if err != nil {
			return nil, err
		}
	}
	return copied{from}, nil
}

// copied is a backup as it is sent.
type copied struct{ from io.ReadCloser }

// VisitGetBackupResponse writes it. One that fails on its way ends without its end, so that
// nobody takes a part for the whole.
func (c copied) VisitGetBackupResponse(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "application/x-tar")
	w.WriteHeader(http.StatusOK)
	_, err := io.Copy(w, c.from)
	if err = errors.Join(err, c.from.Close()); err != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}

// starter says when the first byte is written.
type starter struct {
	to    io.Writer
	began chan struct{}
	done  bool
}

func (s *starter) Write(p []byte) (int, error) {
	if !s.done {
		s.done = true
		close(s.began)
	}
	return s.to.Write(p)
}

func backup(b den.Backup) contract.Backup {
	return contract.Backup{At: b.At, Where: b.Where, Bytes: b.Bytes, Error: some(b.Error)}
}

// lastBackup is nil where there is none and none failed.
func lastBackup(b den.Backup) *contract.Backup {
	if b.At.IsZero() && b.Error == "" {
		return nil
	}
	return new(backup(b))
}
