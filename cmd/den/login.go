package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"innovationden/configs"
	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

func (k *client) login() *cobra.Command {
	var browse bool
	var may []string
	var lasts string
	c := &cobra.Command{
		Use:   "login",
		Short: "Keep a token for the commands of this program",
		Long: `Keep a token in your configuration folder, in the file den/token that nobody else may
read.

With --browser the den asks you in your browser whether this computer may act for you.
The browser has to run on this computer, because the answer comes back to it alone.

Otherwise make a token on the page /me/tokens of the den, then paste it, or give it on
standard input. It is tried before it is kept.`,
		Example: "  den login --den https://den.example.org --browser\n  den login --browser --may read --lasts 7d\n  den login < token.txt",
		Args:    words(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			base, err := k.base()
			if err != nil {
				return err
			}
			path := k.configFile()
			if path == "" {
				return usageError{errors.New("there is no configuration folder. Set HOME or XDG_CONFIG_HOME")}
			}
			var token string
			if browse {
				d, wrong := configs.ParseLength(lasts)
				if wrong != nil {
					return offWords(cmd, fmt.Sprintf("write --lasts as a number and a unit, such as 30d, not %q", lasts))
				}
				token, err = k.byBrowser(cmd.Context(), base, may, d)
			} else {
				token, err = k.pasted(base)
			}
			if err != nil {
				return err
			}
			return k.keepTried(cmd, path, token)
		},
	}
	c.Flags().BoolVar(&browse, "browser", false, "allow this computer in the browser")
	c.Flags().StringSliceVar(&may, "may", []string{"read", "act"}, "with --browser: what it may do: read, act, push")
	c.Flags().StringVar(&lasts, "lasts", "30d", "with --browser: how long, from 1h to 90d")
	return c
}

// pasted reads the token that somebody made on the page of their tokens.
func (k *client) pasted(base *url.URL) (string, error) {
	k.note("Make a token at %s, then paste it here.", base.JoinPath("me", "tokens"))
	line, _ := bufio.NewReader(k.std.in).ReadString('\n')
	token, err := whole(line, "what you pasted")
	if err != nil {
		return "", err
	}
	if den.Mistyped(token) {
		return "", den.Refuse(den.Invalid, "This token is not whole. Copy all of it: it starts with den_ and has 43 characters.")
	}
	return token, nil
}

// keepTried tries a token, then keeps it.
func (k *client) keepTried(cmd *cobra.Command, path, token string) error {
	k.given = token
	api, err := k.api()
	if err != nil {
		return err
	}
	me, err := said[contract.Me](api.GetMe(cmd.Context()))
	if err != nil {
		return err
	}
	if err := keepToken(path, token); err != nil {
		return err
	}
	return show(k, me, func(me contract.Me) {
		k.say("You are %s. The token is kept in %s.", clean(me.Name), path)
		if url := k.firstURL(); url != "" {
			k.note("Set DEN_URL=%s, so that commands find this den.", url)
		}
	})
}

// firstURL is the address that was named for this command alone.
func (k *client) firstURL() string {
	if k.url == "" || k.url == k.getenv("DEN_URL") || k.url == usualURL {
		return ""
	}
	return k.url
}

func keepToken(path, token string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("the token cannot be kept: %w", err)
	}
	return writeSafely(path, token+"\n")
}

func (k *client) logout() *cobra.Command {
	return &cobra.Command{
		Use:     "logout",
		Short:   "Forget the token that den login kept",
		Long:    "Remove the token that den login kept in your configuration folder. To take it back for\ngood, so that no copy of it opens anything, use den token revoke.",
		Example: "  den logout",
		Args:    words(),
		RunE: func(*cobra.Command, []string) error {
			path := k.configFile()
			err := os.Remove(path)
			switch {
			case path == "" || errors.Is(err, fs.ErrNotExist):
				k.say("No token is kept.")
				return nil
			case err != nil:
				return fmt.Errorf("the token cannot be removed: %w", err)
			}
			k.say("The token in %s was removed.", path)
			return nil
		},
	}
}

func (k *client) signInLink() *cobra.Command {
	return &cobra.Command{
		Use:   "sign-in-link [PERSON]",
		Short: "Print a link that signs somebody in once",
		Long: `Print a link that signs somebody in once, within an hour: you, unless the id of a person
is given. Operators use it, on the machine of the den where its data folder holds the
token of the command line: when the provider of sign-in is down, or where there is none.
It is written in the record.`,
		Example: "  den sign-in-link\n  den sign-in-link per_01kbxyz",
		Args:    cobra.MaximumNArgs(1),
		RunE: k.asks(func(ctx context.Context, c *contract.Client, args []string) error {
			person := ""
			if len(args) == 1 {
				person = args[0]
			} else {
				me, err := said[contract.Me](c.GetMe(ctx))
				if err != nil {
					return err
				}
				person = me.value.Id
			}
			made, err := said[contract.SignInLink](c.AddSignInLink(ctx, person))
			if err != nil {
				return err
			}
			return show(k, made, func(made contract.SignInLink) { k.say("%s", clean(made.Url)) })
		}),
	}
}
