package configs

import (
	_ "embed"
	"fmt"
	"os"
	"slices"

	"innovationden/orchestrator/den"
)

//go:embed capabilities.yaml
var builtInCapabilities []byte

type capabilitiesFile struct {
	Version int `yaml:"version"`
	Areas   []struct {
		ID    string `yaml:"id"`
		Title string `yaml:"title"`
	} `yaml:"areas"`
	Groups []struct {
		ID           string           `yaml:"id"`
		Title        string           `yaml:"title"`
		Capabilities []capabilityFile `yaml:"capabilities"`
	} `yaml:"groups"`
	Synonyms [][]string `yaml:"synonyms"`
}

type capabilityFile struct {
	ID    string   `yaml:"id"`
	Title string   `yaml:"title"`
	About string   `yaml:"about"`
	Also  []string `yaml:"also"`
	Areas []string `yaml:"areas"`
}

// loadCapabilities reads the words in which products are described: from a file, or
// the built-in ones.
func loadCapabilities(file string) (den.Vocabulary, error) {
	name, text := "capabilities.yaml (built in)", builtInCapabilities
	if file != "" {
		var err error
		if text, err = os.ReadFile(file); err != nil {
			return den.Vocabulary{}, fmt.Errorf("the capabilities cannot be read: %w", err)
		}
		name = file
	}
	var read capabilitiesFile
	if err := decode(name, text, &read); err != nil {
		return den.Vocabulary{}, err
	}
	v := read.vocabulary()
	if err := checkVocabulary(v); err != nil {
		return den.Vocabulary{}, fmt.Errorf("%s: %w", name, err)
	}
	return v, nil
}

func (f capabilitiesFile) vocabulary() den.Vocabulary {
	v := den.Vocabulary{Version: f.Version, Synonyms: f.Synonyms}
	for _, a := range f.Areas {
		v.Areas = append(v.Areas, den.ServiceArea{ID: a.ID, Title: a.Title})
	}
	for _, g := range f.Groups {
		group := den.CapabilityGroup{ID: g.ID, Title: g.Title}
		for _, c := range g.Capabilities {
			group.Capabilities = append(group.Capabilities, den.Capability(c))
		}
		v.Groups = append(v.Groups, group)
	}
	return v
}

// checkVocabulary holds the words to what describing and searching needs.
func checkVocabulary(v den.Vocabulary) error {
	if v.Version < 1 {
		return fmt.Errorf("the capabilities need a version from 1")
	}
	areas, seen := map[string]bool{}, map[string]bool{}
	for _, a := range v.Areas {
		if !word.MatchString(a.ID) || a.Title == "" || areas[a.ID] {
			return fmt.Errorf("the service area %q needs an id of lower-case letters that no other has, and a title", a.ID)
		}
		areas[a.ID] = true
	}
	for _, g := range v.Groups {
		if !word.MatchString(g.ID) || g.Title == "" || seen["group "+g.ID] || len(g.Capabilities) == 0 {
			return fmt.Errorf("the group %q needs an id of lower-case letters that no other has, a title and capabilities", g.ID)
		}
		seen["group "+g.ID] = true
		for _, c := range g.Capabilities {
			if !word.MatchString(c.ID) || c.Title == "" || seen[c.ID] {
				return fmt.Errorf("the capability %q needs an id of lower-case letters that no other has, and a title", c.ID)
			}
			seen[c.ID] = true
			if n := slices.IndexFunc(c.Areas, func(a string) bool { return !areas[a] }); n >= 0 {
				return fmt.Errorf("the capability %q names the service area %q, which is not one of the areas", c.ID, c.Areas[n])
			}
		}
	}
	if len(v.Groups) == 0 {
		return fmt.Errorf("the capabilities need at least one group")
	}
	for _, set := range v.Synonyms {
		if len(set) < 2 || slices.Contains(set, "") {
			return fmt.Errorf("a set of synonyms needs at least two words, and none empty: %q", set)
		}
	}
	return nil
}
