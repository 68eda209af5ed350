package main

import (
	"time"

	"github.com/spf13/cobra"

	"innovationden/sandbox/sample"
)

// newSample is what runs inside the images of the example products.
func newSample(getenv func(string) string, std streams) *cobra.Command {
	root := &cobra.Command{Use: "sample", Short: "The example products of the demo", Hidden: true}
	root.AddCommand(&cobra.Command{
		Use:   "serve NAME",
		Short: "Serve one example product; this is the entry point of its image",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return sample.Serve(c.Context(), args[0], getenv, time.Now, std.out)
		},
	})
	return root
}
