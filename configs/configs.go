package configs

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml/parser"

	"innovationden/orchestrator/den"
)

// Config is everything an operator can set. The comments in den.yaml say what each
// setting does.
type Config struct {
	Listen        string     `yaml:"listen"`
	Data          string     `yaml:"data"`
	PublicURL     string     `yaml:"public_url"`
	SandboxDomain string     `yaml:"sandbox_domain"`
	TLS           TLS        `yaml:"tls"`
	Engine        Engine     `yaml:"engine"`
	Trials        Trials     `yaml:"trials"`
	Sandboxes     Sandboxes  `yaml:"sandboxes"`
	Notices       Notices    `yaml:"notices"`
	Log           Log        `yaml:"log"`
	SignIn        SignIn     `yaml:"sign_in"`
	Publishing    Publishing `yaml:"publishing"`
	Backup        Backup     `yaml:"backup"`
	Record        Record     `yaml:"record"`
	Retention     Retention  `yaml:"retention"`
	SizesFile     string     `yaml:"sizes_file"`
	SchemesFolder string     `yaml:"schemes_folder"`
	Techmap       Techmap    `yaml:"techmap"`
	Holidays      string     `yaml:"holidays"` // the name of a built-in calendar, or a file

	Sizes   []den.Size   `yaml:"-"`
	Schemes []den.Scheme `yaml:"-"`

	Vocabulary den.Vocabulary `yaml:"-"`
	Calendar   den.Holidays   `yaml:"-"` // that Holidays names
}

// TLS names the files that make the den speak HTTPS. Both are read again when they change.
type TLS struct {
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
}

// On says that the den speaks HTTPS itself.
func (t TLS) On() bool { return t.Certificate != "" }

// Engine says where sandboxes run.
type Engine struct {
	Host         string `yaml:"host"`
	Installation string `yaml:"installation"`
}

// Trials are the answers that a new trial gets when nobody says otherwise.
type Trials struct {
	Length  Length `yaml:"length"`
	Longest Length `yaml:"longest"`
	Size    string `yaml:"size"`
	Scheme  string `yaml:"scheme"`
}

// Sandboxes bound what runs at once.
type Sandboxes struct {
	Most       int    `yaml:"most"`
	SpareCells int    `yaml:"spare_cells"`
	WarmMemory Bytes  `yaml:"warm_memory"`
	Preflight  bool   `yaml:"preflight"`
	StartBy    Length `yaml:"start_by"`
	Grace      Length `yaml:"grace"`
	ImageGrace Length `yaml:"image_grace"`
}

// Techmap says who may read the techmap, and in which words it is written.
type Techmap struct {
	Public           bool   `yaml:"public"`
	CapabilitiesFile string `yaml:"capabilities_file"`
}

// Notices says how people are told of things outside the den's own pages.
type Notices struct {
	Mail     string   `yaml:"mail"`
	Webhooks bool     `yaml:"webhooks"`
	Inside   []string `yaml:"inside"`
}

// Log says what is written to standard error.
type Log struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"`
}

// Backup says where copies of everything go, and how often they are made.
type Backup struct {
	Folder  string   `yaml:"folder"`
	Command []string `yaml:"command"`
	Every   Length   `yaml:"every"`
	Keep    int      `yaml:"keep"`
}

// Record says where the signed state of the record goes besides the data folder.
type Record struct {
	Checkpoints string `yaml:"checkpoints"`
}

// Retention says how long what is not needed any more is kept; 0d: for ever.
type Retention struct {
	Notices     Length `yaml:"notices"`
	Repeats     Length `yaml:"repeats"`
	Invitations Length `yaml:"invitations"`
	Tokens      Length `yaml:"tokens"`
	Logs        Length `yaml:"logs"`
	People      Length `yaml:"people"`
}

// Rules are the lengths as the den keeps to them.
func (r Retention) Rules() den.Retention {
	return den.Retention{
		Notices: r.Notices.Span(), Repeats: r.Repeats.Span(), Invitations: r.Invitations.Span(),
		Tokens: r.Tokens.Span(), Logs: r.Logs.Span(), People: r.People.Span(),
	}
}

// Publishing says who stands behind published reports, and who may read them.
type Publishing struct {
	Name   string `yaml:"name"`
	Prefix string `yaml:"ocid_prefix"`
	Open   bool   `yaml:"open_register"`
}

// PlaceholderPrefix is an ocid prefix that nobody has registered.
const PlaceholderPrefix = "ocds-000000"

//go:embed den.yaml
var defaults []byte

// Default is the embedded den.yaml, every setting explained, for `den config`.
func Default() string { return string(defaults) }

// Load reads the embedded defaults, then file where it is not empty, then DEN_*
// variables (DEN_LISTEN, DEN_SANDBOXES_MOST …), each over the one before, and the
// sizes, schemes, holidays and capabilities they name. It does not validate. An error names the file and the line.
func Load(file string, getenv func(string) string) (Config, error) {
	var c Config
	if err := decode("den.yaml (built in)", defaults, &c); err != nil {
		return Config{}, err
	}
	if file != "" {
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			return Config{}, fmt.Errorf("there is no settings file %s; check its name, or leave --config out to use the defaults", file)
		}
		if err != nil {
			return Config{}, fmt.Errorf("the settings file cannot be read: %w", err)
		}
		if err := decode(file, text, &c); err != nil {
			return Config{}, err
		}
	}
	if err := overlay(&c, getenv); err != nil {
		return Config{}, err
	}
	if c.Engine.Host == "" {
		c.Engine.Host = getenv("DOCKER_HOST")
	}
	var err error
	if c.Sizes, err = loadSizes(c.SizesFile); err != nil {
		return Config{}, err
	}
	if c.Schemes, err = loadSchemes(c.SchemesFolder); err != nil {
		return Config{}, err
	}
	if c.Calendar, err = loadHolidays(c.Holidays); err != nil {
		return Config{}, err
	}
	c.Vocabulary, err = loadCapabilities(c.Techmap.CapabilitiesFile)
	return c, err
}

// decode is strict: an unknown key is an error that says where it stands. What says nothing
// leaves everything as it is.
func decode(name string, text []byte, into any) error {
	d := Document{name: name}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return d.explain(err)
	}
	if err := d.single(file); err != nil || isBlank(file) {
		return err
	}
	return d.decode(text, file.Docs[0].Body, into)
}

// Path is a file inside the data folder.
func (c Config) Path(name string) string { return filepath.Join(c.Data, name) }
