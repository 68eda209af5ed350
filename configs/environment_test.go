package configs

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// Every setting but a list can be given by the environment, as den.yaml says.
func TestEverySettingHasItsVariable(t *testing.T) {
	var c Config
	known := variables(&c)
	var walk func(prefix string, v reflect.Value)
	walk = func(prefix string, v reflect.Value) {
		for i := range v.NumField() {
			field, name := v.Field(i), prefix+"_"+strings.ToUpper(v.Type().Field(i).Tag.Get("yaml"))
			switch {
			case strings.HasSuffix(name, "_-"):
			case field.Kind() == reflect.Slice:
				_, err := Load("", func(asked string) string { return map[string]string{name: "a"}[asked] })
				if err == nil || !strings.Contains(err.Error(), name) {
					t.Errorf("%s is passed over: %v", name, err)
				}
			case field.Kind() == reflect.Struct:
				walk(name, field)
			case known[name] != field.Addr().Interface():
				t.Errorf("%s gives another setting, or none", name)
			}
		}
	}
	walk("DEN", reflect.ValueOf(&c).Elem())
}

// The file says that the engine is the one of DOCKER_HOST where nobody names another.
func TestTheEngineIsThatOfDockerUnlessTheSettingsNameOne(t *testing.T) {
	given := map[string]string{"DOCKER_HOST": "unix:///run/user/1000/docker.sock"}
	c, err := Load("", func(name string) string { return given[name] })
	if err != nil || c.Engine.Host != given["DOCKER_HOST"] {
		t.Errorf("it is %q: %v", c.Engine.Host, err)
	}
	given["DEN_ENGINE_HOST"] = "unix:///var/run/docker.sock"
	if c, err = Load("", func(name string) string { return given[name] }); err != nil || c.Engine.Host != given["DEN_ENGINE_HOST"] {
		t.Errorf("it is %q: %v", c.Engine.Host, err)
	}
}

// A variable that nobody reads is most likely a mistake: it is refused, all at once, and
// the nearest that there is named. What is of others, or says nothing, is let be.
func TestAMistypedVariableIsRefused(t *testing.T) {
	for given, want := range map[string]string{
		"DEN_SANDBOX_MOST=3":         "there is no setting DEN_SANDBOX_MOST. Did you mean DEN_SANDBOXES_MOST?",
		"DEN_LISTEN_ADDRESS=:80":     "DEN_LISTEN?",
		"DEN_PUBILC_URL=https://a.b": "DEN_PUBLIC_URL?",
		"DEN_BACKUP_FOLDR=/mnt":      "DEN_BACKUP_FOLDER?",
		"DEN_=1":                     "there is no setting DEN_.",
		"DEN_NOTHING_LIKE_THIS=1":    "there is no setting DEN_NOTHING_LIKE_THIS. See configs/den.yaml for all there are.",
	} {
		if err := Mistyped([]string{"PATH=/bin", given}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, not %q", given, err, want)
		}
	}
	err := Mistyped([]string{"DEN_RETENTION_LOG=1d", "DEN_LOG_LEVELS=info"})
	if err == nil || !strings.Contains(err.Error(), "DEN_LOG_LEVEL?") || !strings.Contains(err.Error(), "DEN_RETENTION_LOGS?") {
		t.Errorf("not all at once: %v", err)
	}
	right := []string{"DEN_URL=http://127.0.0.1:8080", "DEN_TOKEN=den_x", "DEN_EMPTY=", "DENMARK=1", "den_listen=1", "DEN_NOTICES_INSIDE=10.0.0.0/8"}
	var c Config
	for name := range variables(&c) {
		right = append(right, name+"=x")
	}
	if err := Mistyped(right); err != nil {
		t.Errorf("what there is, or what is of others: %v", err)
	}
}

func TestTheEnvironmentSaysHowLongThingsAreKept(t *testing.T) {
	given := map[string]string{"DEN_RETENTION_PEOPLE": "365d", "DEN_RECORD_CHECKPOINTS": "https://witness.example.org/den"}
	c, err := Load("", func(name string) string { return given[name] })
	if err != nil || c.Retention.People.Span() != 365*24*time.Hour || c.Record.Checkpoints != "https://witness.example.org/den" {
		t.Errorf("%+v %+v: %v", c.Retention, c.Record, err)
	}
}

func TestNoSizeIsUnlimitedOrNoNumber(t *testing.T) {
	const good = "sizes:\n  - {name: small, memory: 512MB, cpu: 0.57, pids: 1, files: 1, tmp: 1MB, disk: 1MB, log: 1MB, pence_per_hour: 4.35}\n"
	c := load(t, "sizes_file: "+written(t, good)+"\ntrials: {size: small}\n")
	if s := c.Sizes[0]; s.CPU != 570 || s.Price != 4350 {
		t.Errorf("%+v", s)
	}
	for from, bad := range map[string][]string{
		"cpu: 0.57":            {"cpu: 0", "cpu: 0.0004", "cpu: -1", "cpu: .nan", "cpu: .inf", "cpu: 1e300"},
		"pence_per_hour: 4.35": {"pence_per_hour: -1", "pence_per_hour: .nan", "pence_per_hour: .inf"},
	} {
		for _, to := range bad {
			file := written(t, strings.Replace(good, from, to, 1))
			if _, err := loadSizes(file); err == nil || !strings.Contains(err.Error(), `size "small"`) {
				t.Errorf("%s: %v", to, err)
			}
		}
	}
}

func TestWhatSaysNothingLeavesTheSettingsAsTheyAre(t *testing.T) {
	usual := load(t, "")
	for _, text := range []string{"# listen: 127.0.0.1:1\n", "---\n", "sandboxes:\n  # most: 20\nlog:\n", "retention:\n", "trials: {length: }\n"} {
		if c := load(t, text); !reflect.DeepEqual(c, usual) {
			t.Errorf("%q: %+v", text, c)
		}
	}
}

func written(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sizes.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
