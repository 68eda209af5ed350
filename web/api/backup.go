package api

import (
	"context"
	"io"

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
		err := a.den.CopyOut(ctx, actor.From(ctx), &starter{to: to, began: began})
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
	return contract.GetBackup200ApplicationxTarResponse{Body: from}, nil
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
