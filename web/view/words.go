package view

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"

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
	Lang      string
	localizer *i18n.Localizer
	keys      map[string]bool
}

// ReadWords reads the catalogue that is built in: a language for each folder.
// A key that stands twice is an error.
func ReadWords() (map[string]Words, error) { return readWords(wordFiles) }

func readWords(files fs.FS) (map[string]Words, error) {
	bundle := i18n.NewBundle(language.English)
	folders, err := fs.ReadDir(files, "words")
	if err != nil {
		return nil, fmt.Errorf("reading the words: %w", err)
	}
	all := make(map[string]Words)
	for _, folder := range folders {
		lang := folder.Name()
		keys, err := readLanguage(files, bundle, lang)
		if err != nil {
			return nil, err
		}
		all[lang] = Words{Lang: lang, keys: keys}
	}
	for lang, words := range all {
		words.localizer = i18n.NewLocalizer(bundle, lang)
		all[lang] = words
	}
	return all, nil
}

func readLanguage(files fs.FS, bundle *i18n.Bundle, lang string) (map[string]bool, error) {
	names, err := fs.Glob(files, path.Join("words", lang, "*.json"))
	if err != nil {
		return nil, err
	}
	keys := make(map[string]bool)
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		found, err := topKeys(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, key := range found {
			if keys[key] {
				return nil, fmt.Errorf("%s: the key %q stands twice", name, key)
			}
			keys[key] = true
		}
		// The name that go-i18n sees says the language and the format only.
		if _, err := bundle.ParseMessageFileBytes(text, lang+".json"); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return keys, nil
}

// topKeys lists the keys of a JSON object in order, repeated ones too.
func topKeys(text []byte) ([]string, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	var keys []string
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		name, ok := key.(string)
		if !ok {
			return nil, fmt.Errorf("%v is not a key", key)
		}
		keys = append(keys, name)
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// Say is the sentence of a key. The pairs are the names and the values that the
// sentence mentions as {{.Name}}.
func (w Words) Say(key string, pairs ...any) (string, error) {
	values, err := pairsOf(pairs)
	if err != nil {
		return "", fmt.Errorf("the words %q: %w", key, err)
	}
	return w.localizer.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: values})
}

// Count is the sentence of a key in the plural form for n; {{.PluralCount}} is n.
func (w Words) Count(key string, n int, pairs ...any) (string, error) {
	values, err := pairsOf(pairs)
	if err != nil {
		return "", fmt.Errorf("the words %q: %w", key, err)
	}
	values["PluralCount"] = n
	return w.localizer.Localize(&i18n.LocalizeConfig{MessageID: key, PluralCount: n, TemplateData: values})
}

// Has says whether the language itself has the key.
func (w Words) Has(key string) bool { return w.keys[key] }

// Keys are all keys of the language, sorted.
func (w Words) Keys() []string {
	keys := make([]string, 0, len(w.keys))
	for key := range w.keys {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
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
