package form_test

import (
	"net/url"
	"slices"
	"testing"
	"time"

	"innovationden/web/form"
	"innovationden/web/view"
)

func filled[T any](t *testing.T, v *form.Values, component T) T {
	t.Helper()
	got, err := v.Fill(component)
	if err != nil {
		t.Fatal(err)
	}
	same, ok := got.(T)
	if !ok {
		t.Fatalf("a %T became a %T", component, got)
	}
	return same
}

func TestWhatWasTypedIsKeptThroughAnError(t *testing.T) {
	v := typed(t, "days", "ninety", "size", "l", "who", "a", "start-day", "31", "start-month", "6", "start-year", "2026", "password", "secret")
	form.Int{Name: "days", What: "a number of days", Min: 1, Max: 30}.Read(v)
	form.Date{Name: "start", What: "the first day", Zone: time.UTC}.Read(v)

	days := filled(t, v, view.Input{Name: "days", Value: "5"})
	if days.Value != "ninety" || days.ErrorMessage.Text != "Enter a number of days as a whole number, such as 5" {
		t.Errorf("%+v", days)
	}
	if size := filled(t, v, view.Radios{Name: "size", Value: "s"}); size.Value != "l" {
		t.Errorf("%+v", size)
	}
	if who := filled(t, v, view.Checkboxes{Name: "who", Values: []string{"b"}}); !slices.Equal(who.Values, []string{"a"}) {
		t.Errorf("%+v", who)
	}
	if none := filled(t, v, view.Checkboxes{Name: "none", Values: []string{"b"}}); len(none.Values) != 0 {
		t.Errorf("a box that was cleared is ticked again: %+v", none)
	}
	start := filled(t, v, view.DateInput{NamePrefix: "start"})
	if start.Values != (view.DateValues{Day: "31", Month: "6", Year: "2026"}) || start.ErrorMessage.Text == "" {
		t.Errorf("%+v", start)
	}
	if password := filled(t, v, view.PasswordInput{Name: "password"}); password.Value != "" {
		t.Error("a password was put back")
	}
}

func TestABlankFormShowsWhatThePageGives(t *testing.T) {
	for name, v := range map[string]*form.Values{"blank": form.Blank(words(t)), "nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			if days := filled(t, v, view.Input{Name: "days", Value: "5"}); days.Value != "5" || days.ID != "days" || days.ErrorMessage.Text != "" {
				t.Errorf("%+v", days)
			}
			if who := filled(t, v, view.Checkboxes{Name: "who", Values: []string{"b"}}); !slices.Equal(who.Values, []string{"b"}) {
				t.Errorf("%+v", who)
			}
			if v.Bad() || len(v.Summary().ErrorList) > 0 {
				t.Error("a form that nobody typed into is wrong")
			}
		})
	}
}

func TestWhatAUseCaseSaysGoesToItsField(t *testing.T) {
	v := typed(t, "days", "40", "name", "x")
	form.Text{Name: "name", What: "a name"}.Read(v)
	form.Int{Name: "days", What: "a number of days", Min: 1, Max: 99}.Read(v)
	v.Refuse([]form.FieldError{
		{Field: "length", Say: "Enter a number of days that the department may use, at most 30"},
		{Field: "length", Say: "A second word on the same"},
		{Field: "quota", Say: "Three trials are running. Wait until one ends"},
		{Say: "The den is full. Try again at 5:00pm"},
	}, map[string]string{"length": "days"})
	want := []view.ErrorLink{
		{Href: "#days", Text: "Enter a number of days that the department may use, at most 30"},
		{Text: "Three trials are running. Wait until one ends"},
		{Text: "The den is full. Try again at 5:00pm"},
	}
	got := v.Summary().ErrorList
	if !slices.EqualFunc(got, want, func(a, b view.ErrorLink) bool { return a.Href == b.Href && a.Text == b.Text }) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if days := filled(t, v, view.Input{Name: "days"}); days.ErrorMessage.Text != want[0].Text || days.Value != "40" {
		t.Errorf("%+v", days)
	}
}

func TestWhatIsTypedCannotBreakThePage(t *testing.T) {
	v := form.Typed(words(t), url.Values{"name": {"a\xff\"><script>"}})
	if got := filled(t, v, view.Input{Name: "name"}).Value; got != `a"><script>` {
		t.Errorf("%q", got)
	}
}

func TestSomethingThatIsNoFieldIsRefused(t *testing.T) {
	if _, err := form.Blank(words(t)).Fill(view.Button{}); err == nil {
		t.Error("a button was filled in")
	}
}

func TestAFormIsAboutTheRevisionThatItWasOpenedWith(t *testing.T) {
	var none *form.Values
	for name, c := range map[string]struct {
		form *form.Values
		want int64
	}{
		"no form":                    {none, 7},
		"nobody has typed into it":   {form.Blank(nil), 7},
		"opened before others saved": {form.Typed(nil, url.Values{"rev": {"5"}}), 5},
		"opened before the first":    {form.Typed(nil, url.Values{"rev": {"-1"}}), -1},
		"it does not say":            {form.Typed(nil, url.Values{"name": {"A"}}), 7},
		"what it says is no number":  {form.Typed(nil, url.Values{"rev": {"x"}}), 7},
	} {
		if got := c.form.Rev(7); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	shown := form.Typed(nil, url.Values{"rev": {"5"}})
	if shown.Renew(); shown.Rev(7) != 7 {
		t.Error("shown with what is there now, it is about that")
	}
}
