package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// releaseSBOM says what a release is built of.
func (k *client) releaseSBOM() *cobra.Command {
	return group(&cobra.Command{
		Use:   "sbom",
		Short: "See and add what a release is built of",
		Long: `An SBOM lists what a release is built of. Many build tools write one: CycloneDX or SPDX, as
JSON. It is added once and never replaced. Departments, the operator and auditors read it;
other suppliers do not.`,
		Example: "  den release sbom add rel_01… sbom.cdx.json\n  den release sbom show rel_01…\n  den release sbom get rel_01… -o sbom.json",
	}, k.sbomAdd(), k.sbomShow(), k.sbomGet())
}

func (k *client) sbomAdd() *cobra.Command {
	return &cobra.Command{
		Use:     "add RELEASE FILE",
		Short:   "Add the SBOM of a release",
		Long:    "Add the SBOM of a release: a file in CycloneDX or SPDX form, as JSON, at most 8 MB.",
		Example: "  den release sbom add rel_01… sbom.cdx.json",
		Args:    words("the id of a release", "the name of a file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := sbomText(args[1])
			if err != nil {
				return err
			}
			c, err := k.api()
			if err != nil {
				return err
			}
			kept, err := k.addSBOM(cmd.Context(), c, args[0], args[1], text)
			if err != nil {
				return err
			}
			return show(k, kept, func(p contract.SBOMParts) { k.say("The SBOM is kept: %s.", sbomSaid(&p.Sbom)) })
		},
	}
}

func (k *client) addSBOM(ctx context.Context, c *contract.Client, release, name string, text []byte) (answer[contract.SBOMParts], error) {
	return said[contract.SBOMParts](c.AddSBOMWithBody(ctx, release, &contract.AddSBOMParams{Name: new(filepath.Base(name))}, "application/octet-stream", bytes.NewReader(text)))
}

// withSBOM gives a release that was just made its SBOM.
func (k *client) withSBOM(ctx context.Context, c *contract.Client, r answer[contract.Release], name string, text []byte) (answer[contract.Release], error) {
	if name == "" {
		return r, nil
	}
	if _, err := k.addSBOM(ctx, c, r.value.Id, name, text); err != nil {
		return r, fmt.Errorf("the release is there as %s, without its SBOM: %w", r.value.Id, err)
	}
	return said[contract.Release](c.GetRelease(ctx, r.value.Id))
}

// sbomText reads a file and checks it as the den would, before anything is sent. No name
// is no text.
func sbomText(name string) ([]byte, error) {
	if name == "" {
		return nil, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, usageError{fmt.Errorf("the SBOM cannot be read: %w", err)}
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, den.MostSBOM+1))
	if err != nil {
		return nil, usageError{fmt.Errorf("the SBOM cannot be read: %w", err)}
	}
	var bad *den.Error
	if _, _, err = den.ParseSBOM(text); errors.As(err, &bad) {
		return nil, usageError{errors.New(bad.Say)}
	}
	return text, err
}

func (k *client) sbomShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show RELEASE",
		Short:   "List what a release is built of",
		Long:    "List what a release is built of: each component with its version and licence.",
		Example: "  den release sbom show rel_01…",
		Args:    words("the id of a release"),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			found, err := said[contract.SBOMParts](c.GetSBOM(ctx, args[0]))
			if err != nil {
				return err
			}
			return show(k, found, func(p contract.SBOMParts) {
				var rows [][]string
				for _, one := range p.Items {
					rows = append(rows, []string{one.Name, given(one.Version), given(one.Licence)})
				}
				table(k.std.out, []string{"COMPONENT", "VERSION", "LICENCE"}, rows)
			})
		}),
	}
}

func (k *client) sbomGet() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:     "get RELEASE",
		Short:   "Keep the SBOM of a release as a file",
		Long:    "Keep the SBOM of a release as its supplier gave it. Without -o it goes to the standard\noutput.",
		Example: "  den release sbom get rel_01… -o sbom.json",
		Args:    words("the id of a release"),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			res, err := c.GetSBOMFile(ctx, args[0])
			return k.download(res, err, file)
		}),
	}
	c.Flags().StringVarP(&file, "output", "o", "", "file to write; it must not be there yet")
	return c
}

// sbomSaid is an SBOM in a few words; empty for none.
func sbomSaid(s *contract.SBOM) string {
	if s == nil {
		return ""
	}
	return fmt.Sprintf("%s, %d components, SHA-256 %s", s.Format, s.Components, s.Sha256)
}
