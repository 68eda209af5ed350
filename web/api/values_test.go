package api_test

import (
	"testing"

	"innovationden/orchestrator/den"
)

// What the den can say, the contract can say too: a word that is added to one of these sets
// and not to openapi.yaml would come to programs as something that cannot be.
func TestTheContractHasEveryWordOfTheDen(t *testing.T) {
	schemas := readDocument(t).Components.Schemas
	for name, words := range map[string][]string{
		"EndReason": plainOf(den.Reasons), "NoticeKind": plainOf(den.NoticeKinds), "ChallengeState": plainOf(den.ChallengeStates), "Channel": plainOf(den.Channels),
		"HookShape": plainOf(den.HookShapes), "Route": plainOf(den.Routes), "ApprovalState": plainOf(den.RequestStates), "Phase": plainOf(phases()),
	} {
		schema := schemas[name]
		if schema == nil || schema.Value == nil {
			t.Errorf("the contract has no %s", name)
			continue
		}
		known := map[any]bool{}
		for _, one := range schema.Value.Enum {
			known[one] = true
		}
		for _, word := range words {
			if !known[word] {
				t.Errorf("%s of the contract lacks %q", name, word)
			}
		}
		if empty := len(schema.Value.Enum) - len(words); empty != 0 && (empty != 1 || !known[""]) {
			t.Errorf("%s of the contract has %d words, the den has %d", name, len(schema.Value.Enum), len(words))
		}
	}
}

func phases() (all []den.Phase) {
	for phase := range den.Moves {
		all = append(all, phase)
	}
	return all
}

func plainOf[T ~string](words []T) (plain []string) {
	for _, word := range words {
		plain = append(plain, string(word))
	}
	return plain
}
