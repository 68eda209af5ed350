package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestTheExitCodeSaysWhatKindOfAnswerItWas(t *testing.T) {
	s := newScripted(t)
	for status, code := range map[int]int{
		400: exitFailed, 401: exitFailed, 403: exitFailed, 404: exitNotFound, 409: exitFailed,
		412: exitFailed, 413: exitFailed, 422: exitFailed, 500: exitFailed, 503: exitDown, 507: exitFailed,
	} {
		s.refuse["GET /me"] = problemDoc(status, "Do something else.")
		p := s.play(t, "me")
		p.want(t, code, "den: Do something else.\n")
		if p.out != "" {
			t.Errorf("a refusal with status %d is on standard output: %q", status, p.out)
		}
	}
	delete(s.refuse, "GET /me")
	s.play(t, "me").want(t, exitDone, "Priya Shah", "supplier member in dep_1")
}

func TestWhatIsNoDenIsSaidToBeNone(t *testing.T) {
	nobody := httptest.NewServer(http.NotFoundHandler())
	nobody.Close()
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<h1>Hello</h1>")) }))
	defer page.Close()
	lost := httptest.NewServer(http.NotFoundHandler())
	defer lost.Close()
	for url, want := range map[string]string{
		nobody.URL: "den: No den answers at " + nobody.URL + ". Start it",
		page.URL:   "den: What answers at " + page.URL + " is not a den",
		lost.URL:   "den: What answers at " + lost.URL + " is not a den",
	} {
		playWith(t.Context(), nil, map[string]string{"DEN_TOKEN": goodToken}, "", "me", "--den", url).want(t, exitDown, want)
	}
}

func TestTheWordsOfACommand(t *testing.T) {
	s := newScripted(t)
	for words, want := range map[string]string{
		"trail":                                 `there is no command "den trail". Did you mean "trial"?`,
		"trial shwo":                            `there is no command "den trial shwo". Did you mean "show"?`,
		"trial show":                            "give the command the id of a trial",
		"trial show a b":                        `leave "b" out`,
		"trial launch":                          "name the file with -f",
		"trial launch -f /no/such/file":         "the file cannot be read",
		"trial extend tri_1":                    "one of the two",
		"trial extend tri_1 --by 2d --until 3":  "one of the two",
		"trial extend tri_1 --by long":          `such as 8h or 2d, not "long"`,
		"trial extend tri_1 --until tomorrow":   `such as 2026-06-03T16:30, not "tomorrow"`,
		"sandbox extend lea_1 --most --by 2d":   "leave --by, --until and --ask out with --most",
		"trial list --colour red":               "unknown flag",
		"outcome decide tri_1 perhaps":          `choose proceed, try_again or stop, not "perhaps"`,
		"outcome decide tri_1 stop":             "say why with --why",
		"outcome decide tri_1":                  "the decision: proceed, try_again or stop",
		"outcome record -f -":                   "name the trial",
		"outcome price tri_1 A --basis year":    "give the price with --pence",
		"product add Slotwise":                  "name the supplier",
		"release add Slotwise 2.1":              "one of the three",
		"release add S 1 --archive /no/such":    "the archive cannot be read",
		"release add S 1 --archive a --env A=b": "only. An archive brings",
		"scheme show standard/none":             "standard/1",
		"stats agreement a.csv --metric far":    "choose --metric",
		"stats ranks /no/such/file":             "the file cannot be read",
		"me --den nowhere":                      "write the den's address",
		"me --token-file /no/such/file":         "the token cannot be read",
		"me --data /no/such/folder":             "there is no token in /no/such/folder",
		"serve now":                             "unknown command",
	} {
		env := map[string]string{"DEN_URL": s.URL, "DEN_TOKEN": goodToken}
		if strings.Contains(words, "--data") {
			delete(env, "DEN_TOKEN")
		}
		s.products = nil
		in := "products: {A: {scores: {}}}\n"
		args := strings.Fields(words)
		if strings.HasPrefix(words, "release add S 1") {
			args[2] = "prd_1"
		}
		p := playWith(t.Context(), nil, env, in, args...)
		p.want(t, exitUsage, want)
		if p.out != "" || strings.Count(p.err, "\n") != 1 {
			t.Errorf("%q: it printed %q and %q, want one line on standard error", words, p.out, p.err)
		}
	}
	if got := s.heard(http.MethodPost, ""); got != nil {
		t.Errorf("words that are off changed something: %v", got)
	}
}

func TestTheTokenIsFoundInTheOrderThatTheHelpTells(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file := put("token", "den_file\n", 0o644)
	put("data/operator.token", "den_data\n", 0o600)
	put("other/operator.token", "den_other\n", 0o600)
	put("home/.config/den/token", "den_home\n", 0o600)
	put("xdg/den/token", "den_xdg\n", 0o600)
	put("open/den/token", "den_open\n", 0o640)
	put("bad/operator.token", "two words\n", 0o600)
	in := func(name string) string { return filepath.Join(dir, name) }
	for name, c := range map[string]struct {
		k    client
		env  map[string]string
		want string
	}{
		"the flag is first":                {client{tokenFile: file}, map[string]string{"DEN_TOKEN": "den_env"}, "den_file"},
		"then the variable":                {client{data: in("data")}, map[string]string{"DEN_TOKEN": " den_env "}, "den_env"},
		"then the folder of --data":        {client{data: in("data")}, map[string]string{"DEN_DATA": in("other")}, "den_data"},
		"then the folder of DEN_DATA":      {client{}, map[string]string{"DEN_DATA": in("other"), "HOME": in("home")}, "den_other"},
		"then the configuration folder":    {client{}, map[string]string{"DEN_DATA": in("none"), "HOME": in("home"), "XDG_CONFIG_HOME": in("xdg")}, "den_xdg"},
		"which is in the home folder else": {client{}, map[string]string{"DEN_DATA": in("none"), "HOME": in("home")}, "den_home"},
		"nobody else may read it":          {client{}, map[string]string{"DEN_DATA": in("none"), "XDG_CONFIG_HOME": in("open")}, "error: Others can read your token"},
		"there is none":                    {client{}, map[string]string{"DEN_DATA": in("none"), "HOME": in("nobody")}, "error: There is no token"},
		"there is no home either":          {client{}, map[string]string{"DEN_DATA": in("none")}, "error: There is no token"},
		"it is not a token":                {client{data: in("bad")}, nil, "error: what is in " + in("bad/operator.token") + " is not a token"},
	} {
		t.Run(name, func(t *testing.T) {
			c.k.getenv = func(name string) string { return c.env[name] }
			got, err := c.k.token()
			if err != nil {
				got = "error: " + err.Error()
			}
			if !strings.HasPrefix(got, c.want) || err == nil && got != c.want {
				t.Errorf("it found %q, want %q", got, c.want)
			}
		})
	}
}

func TestATokenOnItsWayWithoutEncryptionIsSaid(t *testing.T) {
	p := playWith(t.Context(), nil, map[string]string{"DEN_TOKEN": goodToken}, "", "me", "--den", "http://den.invalid:1")
	p.want(t, exitDown, "Warning: http://den.invalid:1 is not HTTPS")
	s := newScripted(t)
	if p := s.play(t, "me"); p.err != "" {
		t.Errorf("on this machine it warns too: %q", p.err)
	}
}

// every visits each command of the program.
func every(c *cobra.Command, visit func(*cobra.Command)) {
	visit(c)
	for _, child := range c.Commands() {
		every(child, visit)
	}
}

func TestEveryCommandExplainsItself(t *testing.T) {
	root := newRoot(func(string) string { return "" }, streams{in: strings.NewReader(""), out: &strings.Builder{}, err: &strings.Builder{}})
	n := 0
	every(root, func(c *cobra.Command) {
		if c.Hidden || c.Parent() != nil && c.Parent().Hidden || c == root || c.Name() == "connecting" {
			return
		}
		n++
		path := c.CommandPath()
		switch {
		case c.Short == "" || c.Long == "" || c.Example == "":
			t.Errorf("%s has no short text, no long text or no example", path)
		case strings.HasSuffix(c.Short, ".") || len(c.Short) > 90:
			t.Errorf("the short text of %s is a heading, not a sentence: %q", path, c.Short)
		case c.Args == nil:
			t.Errorf("%s takes any words", path)
		}
		for _, line := range strings.Split(c.Long, "\n") {
			if len([]rune(line)) > 100 {
				t.Errorf("%s has a line that a terminal breaks: %q", path, line)
			}
		}
		examples(t, root, c)
	})
	if n < 40 {
		t.Errorf("only %d commands were looked at", n)
	}
}

// examples holds the examples of a command to the commands and flags that there are.
func examples(t *testing.T, root, of *cobra.Command) {
	t.Helper()
	found := false
	for _, line := range strings.Split(of.Example, "\n") {
		if !strings.HasPrefix(line, "  ") {
			t.Errorf("%s: the example %q is not indented by two", of.CommandPath(), line)
		}
		for _, part := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("|&>", r) }) {
			words := strings.Fields(part)
			if len(words) == 0 || words[0] != "den" {
				continue
			}
			c, rest, err := root.Find(words[1:])
			if err != nil || c == root {
				t.Errorf("%s: there is no command %q", of.CommandPath(), part)
				continue
			}
			found = found || c == of || c.Parent() == of
			for _, word := range rest {
				name := strings.TrimLeft(word, "-")
				known := c.Flags().Lookup(name) != nil || c.InheritedFlags().Lookup(name) != nil || len(name) == 1 && c.Flags().ShorthandLookup(name) != nil
				if strings.HasPrefix(word, "-") && word != "-" && !known {
					t.Errorf("%s: the example has the flag %s, which is not there", of.CommandPath(), word)
				}
			}
		}
	}
	if !found && of.Runnable() {
		t.Errorf("%s: no example is of the command itself", of.CommandPath())
	}
}

func TestARefusalNamesTheFlagThatGaveTheField(t *testing.T) {
	for pointer, want := range map[string]string{
		"/by_seconds": "--by", "/length_seconds": "--length", "/longest_seconds": "--longest", "/trial_seconds": "--trial-length", "/ask_pence": "--ask-cost",
		"/budget_pence": "--budget", "/budget_low_pence": "--budget-from", "/capabilities/0": "--capability", "/answers_until": "--answers-until", "/ask_sizes": "--ask-sizes", "/why": "--why",
	} {
		if got := flagPlace(pointer); got != want {
			t.Errorf("%s is %s, want %s", pointer, got, want)
		}
	}
}
