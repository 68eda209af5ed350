package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"innovationden/web/api/contract"
)

func (k *client) backup() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "backup [-o FILE]",
		Short: "Make a backup of everything that the den keeps",
		Long: `Make a backup of everything that the den keeps, while it runs: where its settings say, or
into a file here with -o. A backup holds every secret of the den: keep it where only
operators can read it. "den restore" makes a data folder of it.`,
		Example: "  den backup\n  den backup -o den-backup.tar",
		Args:    words(),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, _ []string) error {
			if out == "" {
				b, err := said[contract.Backup](c.MakeBackup(ctx))
				if err != nil {
					return err
				}
				return show(k, b, func(b contract.Backup) {
					facts(k.std.out, [2]string{"Made", moment(&b.At)}, [2]string{"Where", b.Where}, [2]string{"Size", bytesOf(b.Bytes)})
				})
			}
			answer, err := c.GetBackup(ctx)
			return k.keepBackup(answer, err, out)
		}),
	}
	c.Flags().StringVarP(&out, "output", "o", "", "the file to write")
	return c
}

// keepBackup writes what the den sends to a file that is there whole or not at all.
func (k *client) keepBackup(answer *http.Response, err error, out string) error {
	if err != nil || answer.StatusCode != http.StatusOK {
		_, err = said[contract.Backup](answer, err)
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	f, err := os.CreateTemp(filepath.Dir(out), ".den-backup-*")
	if err != nil {
		return usageError{fmt.Errorf("the file cannot be written: %w", err)}
	}
	defer func() { _ = os.Remove(f.Name()) }()
	p := progress{k: k}
	defer p.clear()
	n, err := io.Copy(f, &counted{from: answer.Body, tell: func(n int64) { p.show("Received: " + bytesOf(n)) }})
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err == nil {
		err = endsWithList(f)
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("the backup did not come whole: %w", err)
	}
	if err := os.Rename(f.Name(), out); err != nil {
		return usageError{fmt.Errorf("the file cannot be written: %w", err)}
	}
	k.say("%s holds a backup of %s.", out, bytesOf(n))
	return nil
}
