package configs

import (
	_ "embed"
	"fmt"
	"math"
	"os"
	"regexp"

	"innovationden/orchestrator/den"
)

//go:embed sizes.yaml
var builtInSizes []byte

type sizeEntry struct {
	Name         string  `yaml:"name"`
	Title        string  `yaml:"title"`
	Memory       Bytes   `yaml:"memory"`
	CPU          float64 `yaml:"cpu"`
	Pids         int64   `yaml:"pids"`
	Files        int64   `yaml:"files"`
	Tmp          Bytes   `yaml:"tmp"`
	Disk         Bytes   `yaml:"disk"`
	Log          Bytes   `yaml:"log"`
	PencePerHour float64 `yaml:"pence_per_hour"`
}

// isBetween holds a figure in thousandths between a bound and a million. What is no number
// is not.
func isBetween(figure, least float64) bool {
	const most = 1_000_000 * 1000
	return figure >= least && figure <= most
}

var word = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

func loadSizes(file string) ([]den.Size, error) {
	name, text := "sizes.yaml (built in)", builtInSizes
	if file != "" {
		var err error
		if text, err = os.ReadFile(file); err != nil {
			return nil, fmt.Errorf("the sizes cannot be read: %w", err)
		}
		name = file
	}
	var doc struct {
		Sizes []sizeEntry `yaml:"sizes"`
	}
	if err := decode(name, text, &doc); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var sizes []den.Size
	for _, s := range doc.Sizes {
		cpu, price := math.Round(s.CPU*1000), math.Round(s.PencePerHour*1000)
		switch {
		case !word.MatchString(s.Name):
			return nil, fmt.Errorf("%s: a size needs a name of lower-case letters and digits, not %q", name, s.Name)
		case seen[s.Name]:
			return nil, fmt.Errorf("%s: there are two sizes called %q; give each a name of its own", name, s.Name)
		case s.Memory < 16<<20 || !isBetween(cpu, 1) || s.Pids <= 0 || s.Files <= 0 || s.Tmp <= 0 || s.Disk <= 0 || s.Log <= 0:
			return nil, fmt.Errorf("%s: size %q must say memory (16MB or more), cpu (0.001 or more), pids, files, tmp, disk and log; nothing is unlimited", name, s.Name)
		case !isBetween(price, 0):
			return nil, fmt.Errorf("%s: size %q needs a price of an hour in pence, 0 or more", name, s.Name)
		}
		seen[s.Name] = true
		sizes = append(sizes, den.Size{Name: s.Name, Title: s.Title, Memory: int64(s.Memory), CPU: int64(cpu), Pids: s.Pids,
			Files: s.Files, Tmp: int64(s.Tmp), Disk: int64(s.Disk), Log: int64(s.Log), Price: int64(price)})
	}
	if len(sizes) == 0 {
		return nil, fmt.Errorf("%s: there is no size; write at least one", name)
	}
	return sizes, nil
}
