package configs

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

//go:embed schemes/*.yaml
var builtInSchemes embed.FS

// SchemeFile is a scheme as people write it.
type SchemeFile struct {
	ID      string      `yaml:"id"`
	Version int         `yaml:"version"`
	Title   string      `yaml:"title"`
	Summary string      `yaml:"summary"`
	Themes  []themeFile `yaml:"themes"`
}

type themeFile struct {
	ID       string          `yaml:"id"`
	Title    string          `yaml:"title"`
	Criteria []criterionFile `yaml:"criteria"`
}

type criterionFile struct {
	ID              string   `yaml:"id"`
	Title           string   `yaml:"title"`
	Question        string   `yaml:"question"`
	Help            string   `yaml:"help"`
	Anchors         []string `yaml:"anchors"`
	TechnologyCode  []int    `yaml:"technology_code"`
	ServiceStandard []int    `yaml:"service_standard"`
	ScoredBy        string   `yaml:"scored_by"`
	Formula         string   `yaml:"formula"`
	Weight          float64  `yaml:"weight"`
	WeightMin       float64  `yaml:"weight_min"`
	WeightMax       float64  `yaml:"weight_max"`
	Minimum         *int     `yaml:"minimum"`
	Evidence        string   `yaml:"evidence"`
	Missing         string   `yaml:"missing"`
}

// loadSchemes reads every *.yaml of a folder, or the built-in ones.
func loadSchemes(folder string) ([]den.Scheme, error) {
	files, where := fs.FS(builtInSchemes), "schemes"
	if folder != "" {
		files, where = os.DirFS(folder), "."
	}
	names, err := fs.Glob(files, path.Join(where, "*.yaml"))
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("there is no scheme (*.yaml) in %s", folder)
	}
	var schemes []den.Scheme
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("a scheme cannot be read: %w", err)
		}
		var file SchemeFile
		if err := decode(name, text, &file); err != nil {
			return nil, err
		}
		scheme := file.Scheme()
		if err := checkScheme(scheme); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if slices.ContainsFunc(schemes, func(s den.Scheme) bool { return s.Ref() == scheme.Ref() }) {
			return nil, fmt.Errorf("%s: scheme %q has version %d twice; give the new one the next number", name, scheme.ID, scheme.Version)
		}
		schemes = append(schemes, scheme)
	}
	return schemes, nil
}

// Scheme is what the file says. It is not checked.
func (f SchemeFile) Scheme() den.Scheme {
	s := den.Scheme{ID: f.ID, Version: f.Version, Title: f.Title, Summary: strings.TrimSpace(f.Summary)}
	for _, t := range f.Themes {
		theme := den.Theme{ID: t.ID, Title: t.Title}
		for _, c := range t.Criteria {
			theme.Criteria = append(theme.Criteria, den.Criterion{ID: c.ID, Title: c.Title, Question: c.Question, Help: strings.TrimSpace(c.Help), Anchors: c.Anchors,
				TechnologyCode: c.TechnologyCode, ServiceStandard: c.ServiceStandard, ScoredBy: den.ScoredBy(c.ScoredBy), Formula: c.Formula,
				Weight: c.Weight, WeightMin: c.WeightMin, WeightMax: c.WeightMax, Minimum: c.Minimum,
				Evidence: strings.TrimSpace(c.Evidence), Missing: den.MissingRule(c.Missing)})
		}
		s.Themes = append(s.Themes, theme)
	}
	return s
}

// checkScheme holds a scheme to what comparing trials needs.
func checkScheme(s den.Scheme) error {
	if s.Version < 1 {
		return fmt.Errorf("a scheme needs a version from 1")
	}
	return s.Check()
}
