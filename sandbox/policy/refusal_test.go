package policy_test

import (
	"strings"
	"testing"

	"innovationden/sandbox/policy"
)

func TestARefusalIsOneLine(t *testing.T) {
	r := policy.Refusal{File: "my file\n.yaml", Line: 3, Column: 5, Attribute: "services.web.privileged", Reason: "It is too much.", Instead: "Remove it."}
	if got, want := r.String(), `"my file\n.yaml":3:5: services.web.privileged: It is too much. Instead: Remove it.`; got != want {
		t.Errorf("said %s\nwant %s", got, want)
	}
}

func TestRefusalsComeInTheOrderOfTheFileEachOnceAndNotTooMany(t *testing.T) {
	var all policy.Refusals
	for i := range 300 {
		all = append(all, policy.Refusal{File: "f", Line: 300 - i, Column: 1, Reason: "No."}, policy.Refusal{File: "f", Line: 300 - i, Column: 1, Reason: "No."})
	}
	sorted := all.Sorted()
	if len(sorted) != 101 || sorted[0].Line != 1 || sorted[99].Line != 100 || sorted[100].Reason != "There are 200 more reasons." {
		t.Errorf("came %d, the last %+v", len(sorted), sorted[len(sorted)-1])
	}
}

func TestStrangersWordsAreShownSafely(t *testing.T) {
	for word, want := range map[string]string{
		"plain-1.2_x": "plain-1.2_x", "": `""`, "a b": `"a b"`, "\x1b[31m": `"\x1b[31m"`, "é": `"\u00e9"`, `a"b`: `"a\"b"`, "\u202egnp": `"\u202egnp"`,
		strings.Repeat("x", 100): `"` + strings.Repeat("x", 80) + `"…`, "\xff": `"\xff"`,
	} {
		if got := policy.Shown(word); got != want {
			t.Errorf("%q is shown as %s, want %s", word, got, want)
		}
	}
}

func TestAMisspeltAttributeIsGuessed(t *testing.T) {
	for word, want := range map[string]string{"enviroment": "environment", "comand": "command", "volums": "volumes", "restrat": "restart", "imgae": "image"} {
		if got := policy.Ask(policy.Service, word); got.Allowed || got.Instead != "Did you mean "+want+"?" {
			t.Errorf("%s: %+v", word, got)
		}
	}
	if got := policy.Ask(policy.Service, "xy"); got.Allowed || got.Instead != "Remove it." {
		t.Errorf("xy: %+v", got)
	}
	if got := policy.Ask("nowhere", "image"); got.Allowed {
		t.Error("a section of no name allows something")
	}
}

func TestNamesOfImages(t *testing.T) {
	digest := "sha256:" + strings.Repeat("a", 64)
	for _, good := range []string{"nginx", "nginx:1.27", "library/nginx", "ghcr.io/a/b-c_d__e:V1.0-x", "localhost:5000/a", "nginx@" + digest, "nginx:1@" + digest, digest, "docker.elastic.co/elasticsearch/elasticsearch:8.15.0"} {
		if !policy.ImageName(good) {
			t.Errorf("%s is refused", good)
		}
	}
	for _, bad := range []string{"", "NGINX", "nginx:", "nginx:a b", "-nginx", "nginx;id", "../nginx", "nginx@sha256:abc", "http://x/y", "a//b", "nginx\n", strings.Repeat("a", 256)} {
		if policy.ImageName(bad) {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestMildCapabilitiesAlone(t *testing.T) {
	for name, want := range map[string]bool{"CHOWN": true, "cap_setuid": true, "SYS_ADMIN": false, "ALL": false, "": false, "NET_RAW": false} {
		if policy.Capability(name) != want {
			t.Errorf("%s: want %t", name, want)
		}
	}
}
