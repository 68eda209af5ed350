package compose_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/schema"

	"innovationden/sandbox/compose"
	"innovationden/sandbox/policy"
)

// where is a file with an attribute in each section: ATTR stands for it.
var where = map[policy.Section]string{
	policy.File:         "ATTR\nservices: {web: {image: x}}",
	policy.Service:      "services: {web: {ATTR}}",
	policy.Deploy:       "services: {web: {image: x, deploy: {ATTR}}}",
	policy.Resources:    "services: {web: {image: x, deploy: {resources: {ATTR}}}}",
	policy.Limit:        "services: {web: {image: x, deploy: {resources: {limits: {ATTR}}}}}",
	policy.Reservation:  "services: {web: {image: x, deploy: {resources: {reservations: {ATTR}}}}}",
	policy.RestartRule:  "services: {web: {image: x, deploy: {restart_policy: {ATTR}}}}",
	policy.HealthCheck:  "services: {web: {image: x, healthcheck: {ATTR}}}",
	policy.Dependency:   "services: {web: {image: x, depends_on: {db: {ATTR}}}, db: {image: x}}",
	policy.Port:         "services: {web: {image: x, ports: [{ATTR}]}}",
	policy.Mount:        "services: {web: {image: x, volumes: [{ATTR}]}}",
	policy.VolumeOption: "services: {web: {image: x, volumes: [{type: volume, target: /x, volume: {ATTR}}]}}",
	policy.TmpfsOption:  "services: {web: {image: x, volumes: [{type: tmpfs, target: /x, tmpfs: {ATTR}}]}}",
	policy.Volume:       "services: {web: {image: x}}\nvolumes: {a: {ATTR}}",
	policy.Network:      "services: {web: {image: x}}\nnetworks: {a: {ATTR}}",
	policy.Attachment:   "services: {web: {image: x, networks: {default: {ATTR}}}}",
	policy.FileUse:      "services: {web: {image: x, configs: [{ATTR}]}}",
	policy.Config:       "services: {web: {image: x}}\nconfigs: {a: {ATTR}}",
	policy.Secret:       "services: {web: {image: x}}\nsecrets: {a: {ATTR}}",
	policy.Ulimit:       "services: {web: {image: x, ulimits: {nofile: {ATTR}}}}",
	policy.Logging:      "services: {web: {image: x, logging: {ATTR}}}",
}

// What the policy allows the grammar must read, and what it refuses must be refused in
// its words: at every place, whatever the value.
func TestTheGrammarReadsWhatThePolicyAllowsAndNothingElse(t *testing.T) {
	for _, in := range policy.Sections() {
		text, ok := where[in]
		if !ok {
			t.Errorf("no file with the section %s", in)
			continue
		}
		said := func(name string) policy.Refusals {
			_, err := compose.Read(t.Context(), "c.yaml", []byte(strings.Replace(text, "ATTR", name+": {zzz: [1]}", 1)), compose.Options{Limits: small})
			var refused policy.Refusals
			errors.As(err, &refused)
			return refused
		}
		for _, name := range policy.Allowed(in) {
			if slices.ContainsFunc(said(name), func(r policy.Refusal) bool {
				return strings.HasPrefix(r.Reason, "The den cannot read") || strings.HasSuffix(r.Attribute, "."+name) && strings.HasPrefix(r.Reason, "The den does not know")
			}) {
				t.Errorf("%s: %s is allowed, and the grammar has no rule for it", in, name)
			}
		}
		for _, name := range append(policy.Refused(in), "zzzz") {
			want := policy.Ask(in, name)
			if want.Allowed || want.Reason == "" || want.Instead == "" {
				t.Errorf("%s: %s is refused without a sentence", in, name)
			}
			if !slices.ContainsFunc(said(name), func(r policy.Refusal) bool {
				return (r.Attribute == name || strings.HasSuffix(r.Attribute, "."+name)) && r.Reason == want.Reason && r.Instead == want.Instead
			}) {
				t.Errorf("%s: %s was not refused in its words: %v", in, name, said(name))
			}
		}
	}
}

// Each attribute that Compose knows has an answer of its own, so that a new version of
// Compose cannot bring one that nobody has thought of.
func TestEveryAttributeOfComposeHasAnAnswer(t *testing.T) {
	var all struct {
		Properties map[string]any
		Defs       map[string]struct{ Properties map[string]any } `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(schema.Schema), &all); err != nil {
		t.Fatal(err)
	}
	parts := map[policy.Section][]map[string]any{policy.File: {all.Properties}}
	for def, in := range map[string]policy.Section{
		"service": policy.Service, "container_spec": policy.Service, "workload_spec": policy.Service, "deployment": policy.Deploy,
		"healthcheck": policy.HealthCheck, "volume": policy.Volume, "network": policy.Network, "config": policy.Config, "secret": policy.Secret,
	} {
		parts[in] = append(parts[in], all.Defs[def].Properties)
	}
	asked := 0
	for in, maps := range parts {
		for _, properties := range maps {
			for name := range properties {
				asked++
				if a := policy.Ask(in, name); !a.Allowed && !slices.Contains(policy.Refused(in), name) {
					t.Errorf("%s: %s has no answer of its own", in, name)
				}
			}
		}
	}
	if asked < 120 {
		t.Errorf("only %d attributes were asked for: the schema has changed its form", asked)
	}
}
