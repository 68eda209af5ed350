package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"innovationden/orchestrator/den"
	"innovationden/web/api"
	"innovationden/web/api/contract"
)

// Where a den is and where it keeps its records when nobody says otherwise.
const (
	usualURL    = "http://127.0.0.1:8080"
	usualFolder = "/var/lib/den"
)

// client is how a command reaches a den: what its flags, the environment and the files
// of this machine say.
type client struct {
	getenv func(string) string
	std    streams
	now    func() time.Time
	// rest waits, and gives up when ctx ends.
	rest     func(ctx context.Context, d time.Duration) error
	terminal func(io.Writer) bool
	browse   func(ctx context.Context, address string) error

	url, tokenFile, data string
	given                string // a token that was pasted; empty: look for one
	json                 bool
}

// clientCommands are the commands that speak to a running den through its API.
func clientCommands(getenv func(string) string, std streams) []*cobra.Command {
	k := &client{getenv: getenv, std: std, now: time.Now, rest: rest, terminal: isTerminal}
	k.browse = k.browser
	return k.commands()
}

func (k *client) commands() []*cobra.Command {
	speaking := []*cobra.Command{
		k.trial(), k.sandbox(), k.outcome(), k.product(), k.release(), k.supplier(), k.department(), k.people(),
		k.challenge(), k.register(), k.scheme(), k.size(), k.record(), k.host(), k.backup(), k.sweep(), k.me(), k.tokens(), k.login(), k.signInLink(), k.shares(),
	}
	speaking = append(speaking, k.approval(), k.rules(), k.notice(), k.member(), k.invitation())
	speaking = append(speaking, k.personal(), k.retention(), k.techmap())
	for _, c := range speaking {
		k.flags(c)
	}
	return append(speaking, k.stats(), k.logout(), connecting())
}

// flags are those of every command that speaks to a den.
func (k *client) flags(c *cobra.Command) {
	f := c.PersistentFlags()
	f.StringVar(&k.url, "den", "", "address of the den (DEN_URL, or "+usualURL+")")
	f.StringVar(&k.tokenFile, "token-file", "", "file that holds the token to sign in with")
	f.StringVar(&k.data, "data", "", "data folder of the den, for the token in it (DEN_DATA, or "+usualFolder+")")
	f.BoolVar(&k.json, "json", false, "print the JSON document of the API, for programs")
}

func connecting() *cobra.Command {
	return &cobra.Command{
		Use:   "connecting",
		Short: "How commands find the den and sign in",
		Long: `A command speaks to the den that --den names, else to the one that DEN_URL names, else
to ` + usualURL + `, where "den serve" listens unless it is told otherwise.

It signs in with the first of these:

  1. the token in the file that --token-file names;
  2. the token in DEN_TOKEN;
  3. the file operator.token in the data folder of the den, which "den serve" writes: the
     folder is the one that --data names, else DEN_DATA, else ` + usualFolder + `;
  4. the file den/token in your configuration folder (~/.config on most machines). Nobody
     else may read it: chmod 600.

A den whose certificate is of an authority of your own is trusted where SSL_CERT_FILE
names the file of that authority.

A command exits with 0 when it is done, 1 when it was refused or failed, 2 when its words
are off, 3 when there is no such thing or it is not yours, and 4 when no den answers or
the den's engine does not.`,
	}
}

// asks makes what a command runs of what it asks the den.
func (k *client) asks(do func(ctx context.Context, c *contract.Client, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c, err := k.api()
		if err != nil {
			return err
		}
		return do(cmd.Context(), c, args)
	}
}

// asksOpen is asks for what anybody may read where the operator has opened it: who has no
// token asks as nobody, and is told of the token only where the den wants one.
func (k *client) asksOpen(do func(ctx context.Context, c *contract.Client, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		token, missing := k.token()
		if missing != nil && !errors.As(missing, new(noToken)) {
			return missing
		}
		c, err := k.connect(token)
		if err != nil {
			return err
		}
		err = do(cmd.Context(), c, args)
		if missing != nil && den.KindOf(err) == den.Unknown {
			return missing
		}
		return err
	}
}

// api is the generated client, with the token and the retries.
func (k *client) api() (*contract.Client, error) {
	token, err := k.token()
	if err != nil {
		return nil, err
	}
	return k.connect(token)
}

// connect makes the client that signs in with a token; empty: with none.
func (k *client) connect(token string) (*contract.Client, error) {
	base, err := k.base()
	if err != nil {
		return nil, err
	}
	if token != "" && base.Scheme == "http" && !isLoopback(base.Hostname()) {
		k.note("Warning: %s is not HTTPS, so the token can be read on the way.", base)
	}
	sign := func(_ context.Context, r *http.Request) error {
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		r.Header.Set("User-Agent", "den/"+version)
		return nil
	}
	return contract.NewClient(base.JoinPath(api.Base).String(), contract.WithHTTPClient(&steady{client: newHTTPClient()}), contract.WithRequestEditorFn(sign))
}

func newHTTPClient() *http.Client {
	const patience, answer = 10 * time.Second, 5 * time.Minute
	return &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: patience}).DialContext,
		TLSHandshakeTimeout: patience, ResponseHeaderTimeout: answer, ForceAttemptHTTP2: true,
	}}
}

func (k *client) base() (*url.URL, error) {
	text := firstOf(k.url, k.getenv("DEN_URL"), usualURL)
	base, err := url.Parse(text)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, usageError{fmt.Errorf("write the den's address such as https://den.example.org, not %q", text)}
	}
	return &url.URL{Scheme: base.Scheme, Host: base.Host, Path: strings.TrimSuffix(base.Path, "/")}, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// token finds what to sign in with, in the order that "den connecting" tells.
func (k *client) token() (string, error) {
	if k.given != "" {
		return k.given, nil
	}
	if k.tokenFile != "" {
		text, err := os.ReadFile(k.tokenFile)
		if err != nil {
			return "", usageError{fmt.Errorf("the token cannot be read: %w", err)}
		}
		return whole(string(text), k.tokenFile)
	}
	if text := k.getenv("DEN_TOKEN"); text != "" {
		return whole(text, "DEN_TOKEN")
	}
	folder := firstOf(k.data, k.getenv("DEN_DATA"), usualFolder)
	path := filepath.Join(folder, tokenFile)
	text, err := os.ReadFile(path)
	switch {
	case err == nil:
		return whole(string(text), path)
	case k.data != "" && errors.Is(err, fs.ErrNotExist):
		return "", usageError{fmt.Errorf("there is no token in %s. Name the data folder of a den that has been started", folder)}
	case k.data != "":
		return "", usageError{fmt.Errorf("the token cannot be read: %w", err)}
	}
	return k.ownToken(err)
}

// ownToken reads the token in the user's configuration folder; before is why there was
// none in the data folder.
func (k *client) ownToken(before error) (string, error) {
	path := k.configFile()
	info, err := os.Stat(path)
	switch {
	case path == "" || errors.Is(err, fs.ErrNotExist):
		say := `There is no token to sign in with. Put one into DEN_TOKEN or a file; "den connecting" says where.`
		if errors.Is(before, fs.ErrPermission) {
			say = "The token of this den cannot be read by you (" + before.Error() + `). Run the command as root, or use a token of your own; see "den connecting".`
		}
		return "", noToken{den.Refuse(den.Unknown, "%s", say)}
	case err != nil:
		return "", fmt.Errorf("the token cannot be read: %w", err)
	case info.Mode().Perm()&0o077 != 0:
		return "", den.Refuse(den.Unknown, "Others can read your token in %s. Run: chmod 600 %s", path, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("the token cannot be read: %w", err)
	}
	return whole(string(text), path)
}

// noToken says that there is nothing to sign in with, not that something is off with it.
type noToken struct{ error }

func (e noToken) Unwrap() error { return e.error }

func (k *client) configFile() string {
	folder := k.getenv("XDG_CONFIG_HOME")
	if folder == "" {
		if home := k.getenv("HOME"); home != "" {
			folder = filepath.Join(home, ".config")
		}
	}
	if folder == "" {
		return ""
	}
	return filepath.Join(folder, "den", "token")
}

// whole refuses what cannot be a token before it is sent anywhere.
func whole(text, from string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", usageError{fmt.Errorf("what is in %s is not a token. A token is one word that starts with den_", from)}
	}
	return text, nil
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// rest waits for d, or until ctx ends.
func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
