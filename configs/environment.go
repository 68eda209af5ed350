package configs

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"innovationden/orchestrator/search"
)

// variables are the settings that the environment can give, most useful in a unit file
// or a container, where a settings file is in the way: all but lists.
func variables(c *Config) map[string]any {
	return map[string]any{
		"DEN_LISTEN":                    &c.Listen,
		"DEN_DATA":                      &c.Data,
		"DEN_PUBLIC_URL":                &c.PublicURL,
		"DEN_SANDBOX_DOMAIN":            &c.SandboxDomain,
		"DEN_TLS_CERTIFICATE":           &c.TLS.Certificate,
		"DEN_TLS_KEY":                   &c.TLS.Key,
		"DEN_ENGINE_HOST":               &c.Engine.Host,
		"DEN_ENGINE_INSTALLATION":       &c.Engine.Installation,
		"DEN_TRIALS_LENGTH":             &c.Trials.Length,
		"DEN_TRIALS_LONGEST":            &c.Trials.Longest,
		"DEN_TRIALS_SIZE":               &c.Trials.Size,
		"DEN_TRIALS_SCHEME":             &c.Trials.Scheme,
		"DEN_SANDBOXES_MOST":            &c.Sandboxes.Most,
		"DEN_SANDBOXES_SPARE_CELLS":     &c.Sandboxes.SpareCells,
		"DEN_SANDBOXES_WARM_MEMORY":     &c.Sandboxes.WarmMemory,
		"DEN_SANDBOXES_PREFLIGHT":       &c.Sandboxes.Preflight,
		"DEN_SANDBOXES_START_BY":        &c.Sandboxes.StartBy,
		"DEN_SANDBOXES_GRACE":           &c.Sandboxes.Grace,
		"DEN_SANDBOXES_IMAGE_GRACE":     &c.Sandboxes.ImageGrace,
		"DEN_BACKUP_FOLDER":             &c.Backup.Folder,
		"DEN_BACKUP_EVERY":              &c.Backup.Every,
		"DEN_BACKUP_KEEP":               &c.Backup.Keep,
		"DEN_RECORD_CHECKPOINTS":        &c.Record.Checkpoints,
		"DEN_RETENTION_NOTICES":         &c.Retention.Notices,
		"DEN_RETENTION_REPEATS":         &c.Retention.Repeats,
		"DEN_RETENTION_INVITATIONS":     &c.Retention.Invitations,
		"DEN_RETENTION_TOKENS":          &c.Retention.Tokens,
		"DEN_RETENTION_LOGS":            &c.Retention.Logs,
		"DEN_RETENTION_PEOPLE":          &c.Retention.People,
		"DEN_PUBLISHING_NAME":           &c.Publishing.Name,
		"DEN_PUBLISHING_OCID_PREFIX":    &c.Publishing.Prefix,
		"DEN_PUBLISHING_OPEN_REGISTER":  &c.Publishing.Open,
		"DEN_NOTICES_MAIL":              &c.Notices.Mail,
		"DEN_NOTICES_WEBHOOKS":          &c.Notices.Webhooks,
		"DEN_LOG_LEVEL":                 &c.Log.Level,
		"DEN_LOG_FORMAT":                &c.Log.Format,
		"DEN_SIZES_FILE":                &c.SizesFile,
		"DEN_SCHEMES_FOLDER":            &c.SchemesFolder,
		"DEN_HOLIDAYS":                  &c.Holidays,
		"DEN_TECHMAP_PUBLIC":            &c.Techmap.Public,
		"DEN_TECHMAP_CAPABILITIES_FILE": &c.Techmap.CapabilitiesFile,

		"DEN_SIGN_IN_LOCAL":                       &c.SignIn.Local,
		"DEN_SIGN_IN_SESSION":                     &c.SignIn.Session,
		"DEN_SIGN_IN_PROVIDER_ISSUER":             &c.SignIn.Provider.Issuer,
		"DEN_SIGN_IN_PROVIDER_CLIENT_ID":          &c.SignIn.Provider.ClientID,
		"DEN_SIGN_IN_PROVIDER_CLIENT_SECRET":      &c.SignIn.Provider.ClientSecret,
		"DEN_SIGN_IN_PROVIDER_CLIENT_SECRET_FILE": &c.SignIn.Provider.SecretFile,
		"DEN_SIGN_IN_PROVIDER_TITLE":              &c.SignIn.Provider.Title,
		"DEN_SIGN_IN_PROVIDER_GROUPS_CLAIM":       &c.SignIn.Provider.GroupsClaim,
	}
}

// listsOfFile are the settings that are lists, as the environment would call them.
var listsOfFile = []string{"DEN_BACKUP_COMMAND", "DEN_NOTICES_INSIDE", "DEN_SIGN_IN_PROXIES", "DEN_SIGN_IN_PROVIDER_SCOPES", "DEN_SIGN_IN_PROVIDER_GROUPS"}

// ofCommands are the variables that the commands which speak to a den read themselves.
var ofCommands = []string{"DEN_TOKEN", "DEN_URL"}

// Mistyped refuses what nobody reads of an environment, as NAME=VALUE: each variable that
// begins with DEN_, says something and is neither a setting nor one of the commands. It
// names the nearest one that there is, if any is near.
func Mistyped(environment []string) error {
	known := slices.Concat(slices.Collect(maps.Keys(variables(new(Config)))), listsOfFile, ofCommands)
	slices.Sort(known)
	var wrong []error
	for _, one := range slices.Sorted(slices.Values(environment)) {
		name, value, _ := strings.Cut(one, "=")
		if strings.HasPrefix(name, "DEN_") && value != "" && !slices.Contains(known, name) {
			say := "See configs/den.yaml for all there are."
			if near, ok := nearest(name, known); ok {
				say = "Did you mean " + near + "?"
			}
			wrong = append(wrong, fmt.Errorf("there is no setting %s. %s", name, say))
		}
	}
	return errors.Join(wrong...)
}

// nearest is the known word that a slip of the finger comes from; false: none is near.
func nearest(word string, known []string) (string, bool) {
	const most = 8 // letters, so that a word too much, such as _ADDRESS, counts as one
	slips := func(one string) int { return search.Slips(word, one, most) }
	near := slices.MinFunc(known, func(a, b string) int { return slips(a) - slips(b) })
	return near, slips(near) <= most
}

func overlay(c *Config, getenv func(string) string) error {
	for _, name := range listsOfFile {
		if getenv(name) != "" {
			return fmt.Errorf("%s is a list. Write it into the settings file: a variable cannot give it", name)
		}
	}
	for name, into := range variables(c) {
		text := getenv(name)
		if text == "" {
			continue
		}
		switch into := into.(type) {
		case *string:
			*into = text
		case *int:
			n, err := strconv.Atoi(text)
			if err != nil {
				return fmt.Errorf("%s must be a whole number, not %q", name, text)
			}
			*into = n
		case *bool:
			yes, err := strconv.ParseBool(text)
			if err != nil {
				return fmt.Errorf("%s must be true or false, not %q", name, text)
			}
			*into = yes
		case **bool:
			yes, err := strconv.ParseBool(text)
			if err != nil {
				return fmt.Errorf("%s must be true or false, not %q", name, text)
			}
			*into = &yes
		case *Bytes:
			n, err := ParseBytes(text)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			*into = Bytes(n)
		case *Length:
			d, err := ParseLength(text)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			*into = Length(d)
		}
	}
	return nil
}
