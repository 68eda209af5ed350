package view

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// words/<language>/*.json: one file for each room that shows pages. A key is
// "room.thing"; a value is a sentence, or one sentence for each plural form.
//
//go:embed words
var wordFiles embed.FS

// Words are the sentences of one language.
type Words struct {
	Lang string
	*catalogue
}

// catalogue holds the sentences of a language as they are written. Those that mention a
// value, or have plural forms, are made into templates when they are first said: most
// never are, and all of them would be a megabyte.
type catalogue struct {
	lang    string
	written map[string]json.RawMessage // never changed

	mu        sync.RWMutex // the bundle may not be added to while it is read
	bundle    *i18n.Bundle
	localizer *i18n.Localizer
	made      map[string]bool // the keys that the bundle has
}

// ReadWords reads the catalogue that is built in: a language for each folder.
// A key that stands twice is an error.
func ReadWords() (map[string]Words, error) { return readWords(wordFiles) }

func readWords(files fs.FS) (map[string]Words, error) {
	folders, err := fs.ReadDir(files, "words")
	if err != nil {
		return nil, fmt.Errorf("reading the words: %w", err)
	}
	all := make(map[string]Words)
	for _, folder := range folders {
		lang := folder.Name()
		written, err := readLanguage(files, lang)
		if err != nil {
			return nil, err
		}
		bundle := i18n.NewBundle(language.Make(lang))
		all[lang] = Words{lang, &catalogue{
			lang: lang, written: written, bundle: bundle, localizer: i18n.NewLocalizer(bundle, lang), made: make(map[string]bool),
		}}
	}
	return all, nil
}

func readLanguage(files fs.FS, lang string) (map[string]json.RawMessage, error) {
	names, err := fs.Glob(files, path.Join("words", lang, "*.json"))
	if err != nil {
		return nil, err
	}
	all := make(map[string]json.RawMessage)
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		if err := readObject(text, all); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return all, nil
}

// readObject adds the members of a JSON object to all.
func readObject(text []byte, all map[string]json.RawMessage) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if _, err := decoder.Token(); err != nil {
		return err
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return err
		}
		name, ok := key.(string)
		if !ok {
			return fmt.Errorf("%v is not a key", key)
		}
		if _, ok := all[name]; ok {
			return fmt.Errorf("the key %q stands twice", name)
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return err
		}
		all[name] = value
	}
	return nil
}

// Say is the sentence of a key. The pairs are the names and the values that the
// sentence mentions as {{.Name}}.
func (w Words) Say(key string, pairs ...any) (string, error) {
	values, err := pairsOf(pairs)
	if err != nil {
		return "", fmt.Errorf("the words %q: %w", key, err)
	}
	return w.localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: values})
}

// Count is the sentence of a key in the plural form for n; {{.PluralCount}} is n.
func (w Words) Count(key string, n int, pairs ...any) (string, error) {
	values, err := pairsOf(pairs)
	if err != nil {
		return "", fmt.Errorf("the words %q: %w", key, err)
	}
	values["PluralCount"] = n
	return w.localize(&i18n.LocalizeConfig{MessageID: key, PluralCount: n, TemplateData: values})
}

func (c *catalogue) localize(what *i18n.LocalizeConfig) (string, error) {
	c.mu.RLock()
	made := c.made[what.MessageID]
	if made {
		defer c.mu.RUnlock()
		return c.localizer.Localize(what)
	}
	c.mu.RUnlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.add(what.MessageID); err != nil {
		return "", err
	}
	return c.localizer.Localize(what)
}

// add gives a key to the bundle, if the language has it. The caller holds the lock.
func (c *catalogue) add(key string) error {
	written, ok := c.written[key]
	if !ok {
		return nil // the bundle says that it is not there
	}
	file, err := json.Marshal(map[string]json.RawMessage{key: written})
	if err == nil {
		// The name that go-i18n sees says the language and the format only.
		_, err = c.bundle.ParseMessageFileBytes(file, c.lang+".json")
	}
	if err != nil {
		return fmt.Errorf("the words %q: %w", key, err)
	}
	c.made[key] = true
	return nil
}

// Has says whether the language itself has the key.
func (w Words) Has(key string) bool {
	_, ok := w.written[key]
	return ok
}

// Keys are all keys of the language, sorted.
func (w Words) Keys() []string {
	return slices.Sorted(maps.Keys(w.written))
}

func pairsOf(pairs []any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("names and values must come in pairs, got %d", len(pairs))
	}
	values := make(map[string]any, len(pairs)/2+1)
	for n := 0; n < len(pairs); n += 2 {
		name, ok := pairs[n].(string)
		if !ok {
			return nil, fmt.Errorf("%v is not a name", pairs[n])
		}
		values[name] = pairs[n+1]
	}
	return values, nil
}
