package compose_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"innovationden/sandbox/compose"
)

func TestTextsThatAreNotFilesOfText(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"nothing":           {"", "c.yaml:1:1: The file is empty. Instead: Write at least one service under services."},
		"a comment":         {"# nothing\n", "c.yaml:1:1: The file is empty. Instead: Write at least one service under services."},
		"null":              {"~\n", "c.yaml:1:1: The file is not a list of attributes and values. Instead: Begin with services: and name the services below it."},
		"latin-1":           {"services:\n  caf\xe9: {image: x}\n", "c.yaml:2:6: The file is not UTF-8 text. Instead: Save it as UTF-8."},
		"utf-16":            {"\xff\xfes\x00e\x00", "c.yaml:1:1: The file is not UTF-8 text. Instead: Save it as UTF-8."},
		"a program":         {"\x7fELF\x02\x01\x01\x00", "c.yaml:1:1: It is not YAML: control characters are not allowed. Instead: Put the text right at this line."},
		"a zero in a value": {"services:\n  web:\n    image: \"a\\0b\"\n", "c.yaml:3:12: It holds a zero byte. Instead: Write text."},
		"a zero in a name":  {"services:\n  \"w\\0b\": {image: x}\n", "c.yaml:2:3: The name of an attribute must be a plain word. Instead: Write name: value."},
		"too long":          {"#" + strings.Repeat("x", compose.MaxBytes), "c.yaml:1:1: The file is longer than 256 KiB. Instead: Put large contents into the images."},
		"brackets for ever": {strings.Repeat("[", compose.MaxBytes-1), "c.yaml:1:10001: It is not YAML: exceeded max depth of 10000. Instead: Put the text right at this line."},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := compose.Read(t.Context(), "c.yaml", []byte(c.text), compose.Options{Limits: small})
			if err == nil || err.Error() != c.want {
				t.Errorf("said %v\nwant %s", err, c.want)
			}
		})
	}
}

// Files of the greatest length that ask for as much work as they can.
func TestWorkIsBounded(t *testing.T) {
	fill := func(head, body string) string {
		return head + strings.Repeat(body, (compose.MaxBytes-len(head))/len(body))
	}
	var wide, merged strings.Builder
	wide.WriteString("services:\n")
	for i := range 9000 {
		fmt.Fprintf(&wide, "  s%d: {image: x}\n", i)
	}
	merged.WriteString("x-a: &a {")
	for i := range 4000 {
		fmt.Fprintf(&merged, "k%d: 1, ", i)
	}
	merged.WriteString("}\nservices:\n  web: {<<: [*a, *a], image: x}\n")
	for name, text := range map[string]string{
		"services":       wide.String(),
		"merges":         merged.String(),
		"faults":         fill("services:\n  web:\n    image: x\n    volumes:\n", "    - /:/x\n"),
		"ports":          fill("services:\n  web:\n    image: x\n    expose:\n", "    - 1-64\n"),
		"braces":         fill("services:\n  web:\n    image: x\n    command: \"", "${A:-") + "\"",
		"nested comment": fill("services:\n", "# x\n"),
		"mappings":       fill("", "a: {"),
		"anchors":        fill("x: [", "&a a, *a, "),
		"quotes":         fill("services:\n  web:\n    image: x\n    command: ", "'' "),
		"environment":    fill("services:\n  web:\n    image: x\n    environment:\n", "    - A=B\n"),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := compose.Read(t.Context(), "c.yaml", []byte(text), compose.Options{Limits: small})
			if err == nil {
				t.Error("it was accepted")
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

func TestAReadingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := compose.Read(ctx, "c.yaml", []byte("services:\n  web: {image: x}\n"), compose.Options{Limits: small})
	if err == nil || err.Error() != context.Canceled.Error() {
		t.Errorf("said %v", err)
	}
}

// What stands for a variable is what Compose takes when none is set.
func TestVariablesAreAsIfNoneWasSet(t *testing.T) {
	t.Setenv("A", "of the server")
	for text, want := range map[string]string{
		"plain":              "plain",
		"$$A":                "$A",
		"$${A}":              "${A}",
		"${A:-b}":            "b",
		"${A-b}":             "b",
		"${A:-}":             "",
		"x${A:-b}y${B:-c}z":  "xbycz",
		"${A:-${B:-c}}":      "c",
		"${A:-$$x}":          "$x",
		"${A:-{\"k\": 1}}":   "{\"k\": 1}",
		"${A_1:-a b}":        "a b",
		"${A:-http://h:1/x}": "http://h:1/x",
	} {
		yaml := fmt.Sprintf("services:\n  web:\n    image: x\n    environment:\n      V: '%s'\n", text)
		stack, err := compose.Read(t.Context(), "c.yaml", []byte(yaml), compose.Options{Limits: small})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := stack.Spec.Services[0].Env[0]; got != "V="+want {
			t.Errorf("%s became %s, want %s", text, got, want)
		}
	}
}

// A file of 256 KiB must not become a specification of a hundred megabytes by naming one
// config again and again.
func TestAConfigCountsAsOftenAsItIsUsed(t *testing.T) {
	file := func(uses int) string {
		var b strings.Builder
		b.WriteString("services:\n  web:\n    image: x\n    configs:\n")
		for n := range uses {
			fmt.Fprintf(&b, "      - {source: large, target: /etc/large-%d}\n", n)
		}
		return b.String() + "configs:\n  large:\n    content: " + strings.Repeat("x", 180<<10) + "\n"
	}
	if _, err := compose.Read(t.Context(), "c.yaml", []byte(file(22)), compose.Options{Limits: small}); err != nil {
		t.Errorf("22 times 180 KiB: %v", err)
	}
	const want = "c.yaml:27:9: services.web.configs[22]: From here on configs and secrets, each counted as often as it is used, come to more than 4m. Instead: Put large contents into the images, or use them in fewer places."
	if _, err := compose.Read(t.Context(), "c.yaml", []byte(file(30)), compose.Options{Limits: small}); err == nil || err.Error() != want {
		t.Errorf("30 times 180 KiB: said %v\nwant %s", err, want)
	}
}
