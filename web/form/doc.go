// Package form knows what people type: typed fields that give a value or a
// sentence that says what to do, and values that are kept through every error.
// It must not know what a form is about, how it was sent, or where its values go.
//
// A handler reads fields in the order in which they stand on the page:
//
//	v := form.Typed(words, r.PostForm) // words: view.View.Words(lang); form.Blank(words) on a GET
//	in := den.Plan{
//		Name:   form.Text{Name: "name", What: "trial.what.name", Max: 100}.Read(v),
//		Days:   form.Int{Name: "days", What: "trial.what.days", Min: 1, Max: 30}.Read(v),
//		Budget: form.Money{Name: "budget", What: "trial.what.budget", Max: 50_00}.Read(v),
//	}
//	if !v.Bad() {
//		err := use case; v.Refuse(errors from it)
//	}
//	if v.Bad() {
//		page.Errors = v.Summary(); page.Form = v; render again with 422
//	}
//
// and the template shows each field with what was typed and what is wrong:
//
//	{{put (.Form.Fill (make "input" "Name" "days" "Label" (t "trial.days") "Value" "5"))}}
//
// Fill keeps the component's own value until something was typed; the zero
// Values, and a nil one, fill nothing in. What is a key of
// the catalogue, under which stands what is to be entered or selected: "a number
// of days", "the name of the trial". The sentences stand in view/words/*/form.json.
package form
