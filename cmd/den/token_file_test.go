package main

import (
	"log/slog"
	"os"
	"strings"
	"testing"

	"innovationden/configs"
	"innovationden/orchestrator/den"
)

// Whoever holds the machine is never without an operator: where the one of the command line
// is one no more, the next start makes another.
func TestTheTokenOfTheCommandLineIsAnOperatorsAfterAStart(t *testing.T) {
	config, err := configs.Load("", func(string) string { return "" })
	must(t, err)
	config.Data, config.Engine.Host = t.TempDir(), "unix:///nowhere/no.sock"
	h, err := openHouse(config, slog.New(slog.DiscardHandler), false)
	must(t, err)
	defer h.close()
	bearer := func() den.Actor {
		must(t, h.writeToken(t.Context()))
		text, err := os.ReadFile(config.Path(tokenFile))
		must(t, err)
		who, err := h.den.Who(t.Context(), strings.TrimSpace(string(text)))
		must(t, err)
		return who
	}
	first := bearer()
	other, err := h.den.AddPerson(t.Context(), den.System(), den.Person{Name: "By the provider", Memberships: []den.Membership{{Role: den.Operator}}})
	must(t, err)
	role := []den.Membership{{Role: den.Operator}}
	_, err = h.den.ChangeRoles(t.Context(), den.System(), den.RoleChange{Person: first.ID, Remove: role})
	must(t, err)
	if who := bearer(); !who.Is(den.Operator, "") || who.ID != other.ID {
		t.Errorf("it is of %s, who is %v", who.Name, who.Memberships)
	}
}
