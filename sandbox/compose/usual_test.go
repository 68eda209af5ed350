package compose_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"innovationden/sandbox"
	"innovationden/sandbox/compose"
)

func TestUsualFilesMeanWhatTheySay(t *testing.T) {
	n := corpus(t, "testdata/usual.txtar", ".json", func(t *testing.T, name, text string) string {
		stack, err := compose.Read(t.Context(), name+".yaml", []byte(text), compose.Options{Limits: small})
		if err != nil {
			t.Fatal(err)
		}
		ids := map[string]string{}
		for _, i := range stack.Images() {
			ids[i] = "sha256:" + strings.Repeat("0", 64)
		}
		if _, err := stack.Resolve("abc", ids); err != nil {
			t.Errorf("it is not a specification: %v", err)
		}
		var notes []string
		for _, n := range stack.Notes {
			notes = append(notes, n.String())
		}
		b, err := json.MarshalIndent(map[string]any{"services": stack.Spec.Services, "volumes": stack.Spec.Volumes, "network": stack.Spec.Network, "notes": notes}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		return string(b) + "\n"
	})
	if n < 15 {
		t.Errorf("the corpus has %d files, want at least 15", n)
	}
}

func TestAnImageThatIsNotThereIsNamed(t *testing.T) {
	stack := read(t, "services:\n  web: {image: nginx}\n")
	_, err := stack.Resolve("abc", map[string]string{"other": "sha256:" + strings.Repeat("0", 64)})
	if !errors.Is(err, sandbox.ErrSpec) || !strings.Contains(err.Error(), `"nginx"`) {
		t.Errorf("said %v", err)
	}
	if _, err := stack.Resolve("abc", map[string]string{"nginx": "nginx"}); !errors.Is(err, sandbox.ErrSpec) {
		t.Errorf("an image without an id was taken: %v", err)
	}
	if stack.Spec.Services[0].Image != "nginx" {
		t.Error("Resolve changed the stack")
	}
}

func TestProfilesChooseServices(t *testing.T) {
	const text = "services:\n  web: {image: a}\n  mail: {image: b, profiles: [debug]}\n"
	for want, profiles := range map[string][]string{"web": nil, "mail web": {"debug"}} {
		stack, err := compose.Read(t.Context(), "c.yaml", []byte(text), compose.Options{Limits: small, Profiles: profiles})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, s := range stack.Spec.Services {
			names = append(names, s.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("with %q came %q, want %q", profiles, got, want)
		}
	}
}

func TestProfileStrictIsHeldToItsWord(t *testing.T) {
	for text, want := range map[string]string{
		"services:\n  web: {image: a, cap_add: [CHOWN]}\n": "c.yaml:2:29: services.web.cap_add[0]: Profile strict gives no capability. Instead: Remove it, or ask for profile standard in the release.",
		"services:\n  web: {image: a, user: root}\n":       "c.yaml:2:25: services.web.user: Profile strict runs nothing as root. Instead: Enter a number other than 0, or ask for profile standard in the release.",
		"services:\n  web: {image: a, user: '0:1'}\n":      "c.yaml:2:25: services.web.user: Profile strict runs nothing as root. Instead: Enter a number other than 0, or ask for profile standard in the release.",
	} {
		_, err := compose.Read(t.Context(), "c.yaml", []byte(text), compose.Options{Limits: small, Profile: sandbox.Strict})
		if err == nil || err.Error() != want {
			t.Errorf("said %v\nwant %s", err, want)
		}
	}
}

func read(t *testing.T, text string) compose.Stack {
	t.Helper()
	stack, err := compose.Read(t.Context(), "c.yaml", []byte(text), compose.Options{Limits: small})
	if err != nil {
		t.Fatal(err)
	}
	return stack
}
