package view

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed parts/*.html
var partFiles embed.FS

// Config says what a View is made of.
type Config struct {
	// Pages holds one <name>.html for each page; a page defines "content" and may
	// define "head", "before" and "after". Files whose name begins with "_" are
	// shared by all pages.
	Pages fs.FS
	// Zone is where the people are; times are shown in it.
	Zone *time.Location
	// Now is the clock, for what is relative to it.
	Now func() time.Time
}

// View shows pages. It is safe for use by many at once.
type View struct {
	static *Static
	words  map[string]Words
	sets   map[string]map[string]once // by language, then by page
	tools  map[string]tools           // by language; for Try alone
}

// ErrNoPage says that a page is not among the templates.
var ErrNoPage = errors.New("there is no such page")

// New reads the words and the shared templates, and compresses the static files. A
// page is read when it is first shown, and whether every page can be shown is for Try to
// say. It is an error where the assets were not built in (ErrNoAssets).
func New(config Config) (*View, error) {
	static, err := NewStatic()
	if err != nil {
		return nil, err
	}
	words, err := ReadWords()
	if err != nil {
		return nil, err
	}
	v := &View{static: static, words: words, sets: make(map[string]map[string]once), tools: make(map[string]tools)}
	for lang, sentences := range words {
		tools := tools{static: static, words: sentences, zone: config.Zone, now: config.Now}
		v.tools[lang] = tools
		pages, err := readPages(config.Pages, tools)
		if err != nil {
			return nil, err
		}
		v.sets[lang] = pages
	}
	return v, nil
}

// once is a page's set of templates, read when it is first shown: most are seldom
// looked at, and each takes a hundred kilobytes.
type once = func() (*template.Template, error)

func readPages(files fs.FS, tools tools) (map[string]once, error) {
	base, err := template.New("base").Option("missingkey=error").Funcs(tools.funcs(nil)).ParseFS(partFiles, "parts/*.html")
	if err != nil {
		return nil, err
	}
	var names []string
	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.HasSuffix(name, ".html") {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the pages: %w", err)
	}
	isShared := func(name string) bool { return strings.HasPrefix(name[strings.LastIndex(name, "/")+1:], "_") }
	for _, name := range names {
		if isShared(name) {
			if err := parseInto(base, files, name); err != nil {
				return nil, err
			}
		}
	}
	if err := errors.Join(checkParts(base), checkWords(base, tools.words)); err != nil {
		return nil, err
	}
	puts := componentsOf(base, tools)
	pages := make(map[string]once)
	for _, name := range names {
		if isShared(name) {
			continue
		}
		pages[strings.TrimSuffix(name, ".html")] = sync.OnceValues(func() (*template.Template, error) {
			page, err := readPage(files, name, base, tools, puts)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			return page, nil
		})
	}
	return pages, nil
}

// shower shows a component.
type shower = func(component any) (template.HTML, error)

// componentsOf shows components from sets of their own, read when they are first put.
func componentsOf(base *template.Template, tools tools) shower {
	sets := make(map[string]once)
	puts := func(component any) (template.HTML, error) {
		name, err := partial(component)
		if err != nil {
			return "", err
		}
		set, err := sets[name]()
		if err != nil {
			return "", err
		}
		return show(set, name, component)
	}
	for name := range kinds() {
		sets[name] = sync.OnceValues(func() (*template.Template, error) {
			set := newSet(tools, puts)
			return set, gather(set, base, name)
		})
	}
	return puts
}

func newSet(tools tools, put shower) *template.Template {
	set := template.New("base").Option("missingkey=error")
	return set.Funcs(tools.funcs(set)).Funcs(template.FuncMap{"put": put})
}

func readPage(files fs.FS, name string, base *template.Template, tools tools, put shower) (*template.Template, error) {
	page := newSet(tools, put)
	if err := parseInto(page, files, name); err != nil {
		return nil, err
	}
	if err := gather(page, base, "layout", "signed-in"); err != nil {
		return nil, err
	}
	return page, errors.Join(checkParts(page), checkWords(page, tools.words))
}

func parseInto(set *template.Template, files fs.FS, name string) error {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	_, err = set.New(name).Parse(string(text))
	return err
}

// Try renders every page in every language once with its sample: the zero value of its
// struct will do, and must render. Any mistake that can be seen is an error: a template
// that does not parse, a field that is not there in any branch, a page without a sample,
// words that are missing. It takes a second and is for tests: what is built in is what
// they tried.
func (v *View) Try(samples map[string]Page) error {
	for lang, pages := range v.sets {
		funcs := v.tools[lang].funcs(nil)
		for name, read := range pages {
			sample, ok := samples[name]
			if !ok {
				return fmt.Errorf("the page %s has no sample to be tried with", name)
			}
			page, err := read()
			if err != nil {
				return err
			}
			if err := checkKinds(page, funcs, reflect.TypeOf(sample)); err != nil {
				return fmt.Errorf("the page %s: %w", name, err)
			}
			if err := page.ExecuteTemplate(io.Discard, "layout", sample); err != nil {
				return fmt.Errorf("trying the page %s in %s: %w", name, lang, err)
			}
		}
		for name := range samples {
			if _, ok := pages[name]; !ok {
				return fmt.Errorf("the sample %s has no page", name)
			}
		}
	}
	return nil
}

// Render answers with a page. Nothing is written before the whole page is there,
// so a page that fails leaves the answer free for an error page.
func (v *View) Render(w http.ResponseWriter, status int, page string, data Page) error {
	set, err := v.set(data.Framed().Lang, page)
	if err != nil {
		return err
	}
	var buffer bytes.Buffer
	if err := set.ExecuteTemplate(&buffer, "layout", data); err != nil {
		return fmt.Errorf("rendering the page %s: %w", page, err)
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(buffer.Len()))
	if header.Get("Cache-Control") == "" {
		header.Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	_, err = buffer.WriteTo(w)
	return err
}

// Part is one defined template of a page as markup: what a live update sends.
func (v *View) Part(lang, page, part string, data any) ([]byte, error) {
	set, err := v.set(lang, page)
	if err != nil {
		return nil, err
	}
	var buffer bytes.Buffer
	if err := set.ExecuteTemplate(&buffer, part, data); err != nil {
		return nil, fmt.Errorf("rendering %s of the page %s: %w", part, page, err)
	}
	return buffer.Bytes(), nil
}

func (v *View) set(lang, page string) (*template.Template, error) {
	pages, ok := v.sets[lang]
	if !ok {
		pages = v.sets["en"]
	}
	read, ok := pages[page]
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrNoPage, page)
	}
	return read()
}

// Words are the sentences of a language; English where the language is unknown.
func (v *View) Words(lang string) Words {
	if words, ok := v.words[lang]; ok {
		return words
	}
	return v.words["en"]
}

// Static are the style sheets, scripts and images.
func (v *View) Static() *Static { return v.static }
