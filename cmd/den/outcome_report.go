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

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func (k *client) outcomeReport() *cobra.Command {
	var form, file string
	c := k.oneTrial(&cobra.Command{
		Use:   "report TRIAL",
		Short: "Keep the report of a trial as a file",
		Long: `Keep the standard report of a trial as a file. The forms are:

  json    the standard document, for programs
  csv     one row for each thing it says, to be put below those of other trials
  ods     tables for a spreadsheet
  ocds    a release package of the Open Contracting Data Standard
  bundle  all of that with the protocol, evidence, receipts and proofs, sealed:
          "den check --bundle" verifies it without a den

Without -o it goes to the standard output.`,
		Example: "  den outcome report tri_01… --form ods -o report.ods\n  den outcome report tri_01… --form json | jq .totals",
	}, func(ctx context.Context, c *contract.Client, id string) error {
		of := contract.GetReportFileParamsForm(form)
		if !of.Valid() {
			return usageError{fmt.Errorf("choose a form with --form: json, csv, ods, ocds or bundle, not %q", form)}
		}
		res, err := c.GetReportFile(ctx, id, of)
		return k.download(res, err, file)
	})
	c.Flags().StringVar(&form, "form", string(den.FormJSON), "json, csv, ods, ocds or bundle")
	c.Flags().StringVarP(&file, "output", "o", "", "file to write; it must not be there yet")
	return c
}

// download keeps the answer to a request for a file, or says why there is none.
func (k *client) download(res *http.Response, err error, path string) error {
	if err != nil {
		return unreached(err)
	}
	if res.StatusCode >= 400 {
		_, err := body(res, nil)
		return err
	}
	defer func() { _ = res.Body.Close() }()
	return k.keep(res.Body, path)
}

// keep writes a file whole or not at all, over nothing that is there.
func (k *client) keep(from io.Reader, path string) error {
	if path == "" || path == "-" {
		_, err := io.Copy(k.std.out, from)
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return usageError{fmt.Errorf("there is a file %s already. Name another one with -o", path)}
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".den-*")
	if err != nil {
		return usageError{fmt.Errorf("the file cannot be written: %w", err)}
	}
	defer func() { _ = os.Remove(f.Name()) }()
	if _, err = io.Copy(f, from); err != nil {
		return errors.Join(fmt.Errorf("the file did not arrive whole: %w", err), f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Link(f.Name(), path)
}
