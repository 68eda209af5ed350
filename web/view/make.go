package view

import (
	"fmt"
	"reflect"
)

// kinds are the components: the name of the partial and the struct it takes.
func kinds() map[string]reflect.Type {
	return map[string]reflect.Type{
		"accordion":           reflect.TypeFor[Accordion](),
		"back-link":           reflect.TypeFor[BackLink](),
		"breadcrumbs":         reflect.TypeFor[Breadcrumbs](),
		"button":              reflect.TypeFor[Button](),
		"character-count":     reflect.TypeFor[CharacterCount](),
		"chart":               reflect.TypeFor[Chart](),
		"checkboxes":          reflect.TypeFor[Checkboxes](),
		"date-input":          reflect.TypeFor[DateInput](),
		"details":             reflect.TypeFor[Details](),
		"error-message":       reflect.TypeFor[ErrorMessage](),
		"error-summary":       reflect.TypeFor[ErrorSummary](),
		"fieldset":            reflect.TypeFor[Fieldset](),
		"file-upload":         reflect.TypeFor[FileUpload](),
		"generic-header":      reflect.TypeFor[GenericHeader](),
		"hint":                reflect.TypeFor[Hint](),
		"input":               reflect.TypeFor[Input](),
		"inset-text":          reflect.TypeFor[InsetText](),
		"label":               reflect.TypeFor[Label](),
		"notification-banner": reflect.TypeFor[NotificationBanner](),
		"pagination":          reflect.TypeFor[Pagination](),
		"panel":               reflect.TypeFor[Panel](),
		"password-input":      reflect.TypeFor[PasswordInput](),
		"radios":              reflect.TypeFor[Radios](),
		"scrollable-pane":     reflect.TypeFor[ScrollablePane](),
		"select":              reflect.TypeFor[Select](),
		"service-navigation":  reflect.TypeFor[ServiceNavigation](),
		"skip-link":           reflect.TypeFor[SkipLink](),
		"summary-list":        reflect.TypeFor[SummaryList](),
		"table":               reflect.TypeFor[Table](),
		"tabs":                reflect.TypeFor[Tabs](),
		"tag":                 reflect.TypeFor[Tag](),
		"task-list":           reflect.TypeFor[TaskList](),
		"textarea":            reflect.TypeFor[Textarea](),
		"time-left":           reflect.TypeFor[TimeLeft](),
		"warning-text":        reflect.TypeFor[WarningText](),
		// Pieces of components, so that templates can make them too.
		"action":   reflect.TypeFor[Action](),
		"cell":     reflect.TypeFor[Cell](),
		"choice":   reflect.TypeFor[Choice](),
		"content":  reflect.TypeFor[Content](),
		"crumb":    reflect.TypeFor[Crumb](),
		"fact":     reflect.TypeFor[SummaryRow](),
		"legend":   reflect.TypeFor[Legend](),
		"option":   reflect.TypeFor[Option](),
		"card":     reflect.TypeFor[SummaryCard](),
		"section":  reflect.TypeFor[Section](),
		"status":   reflect.TypeFor[Status](),
		"tab":      reflect.TypeFor[Tab](),
		"task":     reflect.TypeFor[Task](),
		"page":     reflect.TypeFor[PageItem](),
		"pagelink": reflect.TypeFor[PageLink](),
	}
}

// makeOf builds a component in a template: (make "button" "Text" "Save"). A
// string goes into a struct as its Text; a value goes where a pointer is wanted;
// a single item goes where a list is wanted.
func makeOf(name string, pairs ...any) (any, error) {
	kind, ok := kinds()[name]
	if !ok {
		return nil, fmt.Errorf("make: there is no component %q", name)
	}
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("make %q: names and values must come in pairs", name)
	}
	made := reflect.New(kind).Elem()
	for n := 0; n < len(pairs); n += 2 {
		field, ok := pairs[n].(string)
		if !ok {
			return nil, fmt.Errorf("make %q: %v is not a name", name, pairs[n])
		}
		target := made.FieldByName(field)
		if !target.IsValid() {
			return nil, fmt.Errorf("make %q: there is no field %s", name, field)
		}
		if err := put(target, reflect.ValueOf(pairs[n+1])); err != nil {
			return nil, fmt.Errorf("make %q: %s: %w", name, field, err)
		}
	}
	return made.Interface(), nil
}

func put(target, value reflect.Value) error {
	if !value.IsValid() {
		return nil
	}
	kind := target.Type()
	switch {
	case value.Type().AssignableTo(kind):
		target.Set(value)
	case value.Kind() == kind.Kind() && value.Type().ConvertibleTo(kind) && kind.Kind() != reflect.Struct && kind.Name() != "HTML":
		target.Set(value.Convert(kind))
	case kind.Kind() == reflect.Pointer:
		inner := reflect.New(kind.Elem())
		if err := put(inner.Elem(), value); err != nil {
			return err
		}
		target.Set(inner)
	case kind.Kind() == reflect.Struct && value.Kind() == reflect.String:
		field := "Text"
		if value.Type().Name() == "HTML" {
			field = "HTML"
		}
		text := target.FieldByName(field)
		if !text.IsValid() {
			return fmt.Errorf("a %s cannot be made from a text", kind.Name())
		}
		return put(text, value)
	case kind.Kind() == reflect.Struct && kind.NumField() > 0 && target.FieldByName("Legend").IsValid():
		return put(target.FieldByName("Legend"), value)
	case kind.Kind() == reflect.Slice && value.Kind() == reflect.Slice:
		list := reflect.MakeSlice(kind, value.Len(), value.Len())
		for n := range value.Len() {
			item := value.Index(n)
			if item.Kind() == reflect.Interface {
				item = item.Elem()
			}
			if err := put(list.Index(n), item); err != nil {
				return fmt.Errorf("item %d: %w", n+1, err)
			}
		}
		target.Set(list)
	case kind.Kind() == reflect.String && kind.Name() != "HTML":
		target.SetString(fmt.Sprint(value.Interface()))
	default:
		return fmt.Errorf("a %s does not go into a %s", value.Type(), kind)
	}
	return nil
}

// partial is the name of the partial that shows a component.
func partial(component any) (string, error) {
	kind := reflect.TypeOf(component)
	for kind != nil && kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	for name, known := range kinds() {
		if known == kind {
			return name, nil
		}
	}
	return "", fmt.Errorf("%T is not a component", component)
}
