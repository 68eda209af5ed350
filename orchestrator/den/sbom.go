package den

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode"
)

// SBOM is the list of what a release is built of, as its supplier gave it: a file in
// CycloneDX or SPDX form. It is added once, after the release, and never replaced.
type SBOM struct {
	Name       string // what the file was called: a stranger's text
	Hash       string // hex SHA-256 of the file
	Size       int64  // bytes
	Format     string // such as "CycloneDX 1.5" or "SPDX 2.3"
	Components int
	AddedBy    ID
	AddedAt    Stamp
}

// Component is one thing that a release is built of, as its SBOM says: a stranger's text,
// printable and bounded.
type Component struct {
	Name    string
	Version string
	Licence string // an SPDX expression or a name; empty: the file gives none
	Address string // package URL; empty: the file gives none
}

// Bounds of an SBOM, so that nobody fills the disk or a page.
const (
	MostSBOM       = 8 << 20 // bytes
	MostComponents = 20_000
	mostPartWords  = 300           // characters of one word of a component
	mostCommas     = MostSBOM / 16 // what is read takes a hundred bytes for each, however short it is
)

// ParseSBOM reads the text of an SBOM: CycloneDX 1.2 or later, or SPDX 2.2 or 2.3, each as
// JSON. Invalid in the field "file", with what to do instead, for everything else.
// What it says is by https://cyclonedx.org/docs/1.6/json/ and
// https://spdx.github.io/spdx-spec/v2.3/.
func ParseSBOM(text []byte) (format string, parts []Component, err error) {
	if len(text) > MostSBOM {
		return "", nil, Bad("file", "Choose an SBOM of at most %d MB.", MostSBOM>>20)
	}
	if bytes.Count(text, []byte(",")) > mostCommas {
		return "", nil, Bad("file", "Choose an SBOM that lists less. At most %d components can be read.", MostComponents)
	}
	var head struct {
		BomFormat   string          `json:"bomFormat"`
		SpecVersion string          `json:"specVersion"`
		SpdxVersion string          `json:"spdxVersion"`
		Graph       json.RawMessage `json:"@graph"`
		Components  []cycloneDX     `json:"components"`
		Packages    []spdxPackage   `json:"packages"`
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if err := json.Unmarshal(text, &head); err != nil {
		bad := Bad("file", "This is no SBOM that can be read. Save it as CycloneDX JSON or SPDX JSON, and choose that file.")
		bad.Err = err
		return "", nil, bad
	}
	var s sbomReading
	switch {
	case head.BomFormat == "CycloneDX" && strings.HasPrefix(head.SpecVersion, "1."):
		format = "CycloneDX " + words(head.SpecVersion)
		s.cyclone(head.Components)
	case strings.HasPrefix(head.SpdxVersion, "SPDX-2."):
		format = "SPDX " + words(strings.TrimPrefix(head.SpdxVersion, "SPDX-"))
		s.spdx(head.Packages)
	case head.SpdxVersion != "" || len(head.Graph) > 0:
		return "", nil, Bad("file", "Save the SBOM as SPDX 2.3 JSON, or as CycloneDX JSON. This version of SPDX cannot be read.")
	default:
		return "", nil, Bad("file", "This file says of itself neither CycloneDX nor SPDX. Save the SBOM as CycloneDX JSON or SPDX JSON, and choose that file.")
	}
	switch {
	case s.nameless:
		return "", nil, Bad("file", "Give every component in the SBOM a name. Number %d has none.", len(s.parts)+1)
	case len(s.parts) > MostComponents:
		return "", nil, Bad("file", "Choose an SBOM of at most %d components.", MostComponents)
	case len(s.parts) == 0:
		return "", nil, Bad("file", "Choose an SBOM that lists components. This one lists none.")
	}
	return format, s.parts, nil
}

// sbomReading collects components, up to one more than may be.
type sbomReading struct {
	parts    []Component
	nameless bool
}

func (s *sbomReading) add(name, version, address string, licences []string) bool {
	if s.nameless = words(name) == ""; s.nameless || len(s.parts) > MostComponents {
		return false
	}
	s.parts = append(s.parts, Component{
		Name: words(name), Version: words(version), Address: words(address), Licence: words(strings.Join(licences, ", ")),
	})
	return true
}

type cycloneDX struct {
	Group      string        `json:"group"`
	Name       string        `json:"name"`
	Version    string        `json:"version"`
	Purl       string        `json:"purl"`
	Licences   []cycloneName `json:"licenses"`
	Components []cycloneDX   `json:"components"`
}

type cycloneName struct {
	Expression string `json:"expression"`
	Licence    struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"license"`
}

func (s *sbomReading) cyclone(all []cycloneDX) bool {
	for _, c := range all {
		var licences []string
		for _, l := range c.Licences {
			for _, one := range []string{l.Expression, l.Licence.ID, l.Licence.Name} {
				if one != "" {
					licences = append(licences, one)
					break
				}
			}
		}
		name := c.Name
		if c.Group != "" && name != "" {
			name = c.Group + "/" + name
		}
		if !s.add(name, c.Version, c.Purl, licences) || !s.cyclone(c.Components) {
			return false
		}
	}
	return true
}

type spdxPackage struct {
	Name      string `json:"name"`
	Version   string `json:"versionInfo"`
	Concluded string `json:"licenseConcluded"`
	Declared  string `json:"licenseDeclared"`
	Refs      []struct {
		Type    string `json:"referenceType"`
		Locator string `json:"referenceLocator"`
	} `json:"externalRefs"`
}

func (s *sbomReading) spdx(all []spdxPackage) {
	for _, one := range all {
		var address string
		for _, r := range one.Refs {
			if r.Type == "purl" {
				address = r.Locator
				break
			}
		}
		var licence []string
		for _, said := range []string{one.Concluded, one.Declared} {
			if said != "" && said != "NOASSERTION" && said != "NONE" {
				licence = []string{said}
				break
			}
		}
		if !s.add(one.Name, one.Version, address, licence) {
			return
		}
	}
}

// words is one line of a stranger's text: what can be printed, at most mostPartWords
// characters.
func words(text string) string {
	text = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, text)), " ")
	if all := []rune(text); len(all) > mostPartWords {
		return string(all[:mostPartWords-1]) + "…"
	}
	return text
}

// SBOMView is the SBOM of a release with what it lists.
type SBOMView struct {
	SBOM
	Release Release
	Parts   []Component
}

// ReleaseView is a release as one actor may see it.
type ReleaseView struct {
	Release
	ProductName  string
	SupplierName string
	Flight       *Preflight // its last; nil: none
	May          map[Action]bool
}
