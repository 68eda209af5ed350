package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"innovationden/configs"
)

// newConfig prints the settings file to start from.
func newConfig(std streams) *cobra.Command {
	return &cobra.Command{
		Use:     "config",
		Short:   "Print a settings file with every setting explained",
		Long:    "Print the built-in settings file. Each setting in it has the value that holds when you\nleave it out.",
		Example: "  den config > /etc/den/den.yaml",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(std.out, configs.Default())
			return err
		},
	}
}
