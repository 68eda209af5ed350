package api_test

import (
	"fmt"
	"strings"
	"testing"

	"innovationden/orchestrator/den"
	"innovationden/web/api/contract"
)

// hash is a JSON object.
type hash = map[string]any

func TestEveryFaultIsSaidWithWhatToDo(t *testing.T) {
	w := newWorld(t)
	draft := w.draft(1)
	var many []string
	for i := range 21 {
		many = append(many, fmt.Sprintf("rel_%d", i))
	}
	trial, product := "/trials/"+string(draft.ID), "/products/"+string(w.products[0].ID)
	for name, c := range map[string]struct {
		question
		status int
		says   []string
	}{
		"a size that is not there": {
			question{member, "POST", "/trials", hash{"size": "gigantic"}, nil},
			422,
			[]string{"/size: Choose a size: small, medium or large."},
		},
		"a length that is too long": {
			question{member, "POST", "/trials", hash{"length_seconds": 31622400}, nil},
			422,
			[]string{"/length_seconds: Enter a length of at most 30 days."},
		},
		"a challenge that asks for what cannot be": {
			question{member, "POST", "/challenges", hash{"title": "Permits", "trial_seconds": 31536000, "budget_low_pence": 2, "budget_high_pence": 1}, nil},
			422,
			[]string{"/trial_seconds: Enter a length of at most 30 days.", "/budget_low_pence: Enter a budget whose lower end is not above its upper end."},
		},
		"rules that allow more than the den": {
			question{approver, "PUT", "/departments/" + string(w.department.ID) + "/rules", hash{"longest_seconds": 31622400}, nil},
			422,
			[]string{"/longest_seconds: Enter a length of at most 30 days: this den allows no longer one."},
		},
		"a length beyond all lengths": {
			question{member, "POST", "/trials", hash{"length_seconds": 99999999999}, nil},
			422,
			[]string{"/length_seconds: Give a number between 0 and 31622400 for length_seconds."},
		},
		"an unknown scheme": {
			question{member, "POST", "/trials", hash{"scheme": hash{"id": "none", "version": 1}}, nil},
			422,
			[]string{"/scheme: Choose a scheme from the list of schemes."},
		},
		"several faults at once, of the den": {
			question{member, "POST", "/trials", hash{"size": "big", "length_seconds": 31622400, "releases": []string{"rel_none"}}, nil},
			422,
			[]string{"/releases: Choose products from the techmap. There is no release \"rel_none\".", "/size: Choose a size: small, medium or large.", "/length_seconds: Enter a length of at most 30 days."},
		},
		"several faults at once, of the contract": {
			question{operator, "POST", "/products", hash{"name": "", "summary": 3, "nmae": "x"}, nil},
			422,
			[]string{"/supplier: Give supplier.", "/name: Give name. It cannot be empty.", "/summary: Give text for summary.", "/nmae: There is no field nmae here. Check its spelling."},
		},
		"a wrong field inside a list of scores": {
			question{evaluator, "PUT", trial + "/entries/x/assessment", hash{"scores": hash{"ease": hash{"makr": 3, "mark": 9}}}, nil},
			422,
			[]string{"/scores/ease/makr: There is no field makr here. Check its spelling.", "/scores/ease/mark: Give a number between 0 and 5 for mark."},
		},
		"wrong types": {
			question{member, "POST", "/trials", hash{"releases": "one", "tasks": []any{1}, "weights": []int{}, "length_seconds": "an hour"}, nil},
			422,
			[]string{"/releases: Give a list for releases.", "/tasks/0: Give text for 0.", "/weights: Give an object for weights.", "/length_seconds: Give a whole number for length_seconds."},
		},
		"nothing where something must be": {question{operator, "POST", "/departments", hash{"name": nil}, nil}, 422, []string{"/name: Give text for name."}},
		"part of a whole number":          {question{member, "POST", "/trials", hash{"length_seconds": 1.5}, nil}, 422, []string{"/length_seconds: Give a whole number for length_seconds."}},
		"a whole number with a point": {
			question{member, "POST", "/trials", `{"length_seconds": 3600.0}`, nil},
			422,
			[]string{"/length_seconds: Write the value of length_seconds another way: a whole number has no point and no exponent."},
		},
		"too many":                  {question{member, "POST", "/trials", hash{"releases": many}, nil}, 422, []string{"/releases: Give at most 20 in releases."}},
		"too long":                  {question{operator, "POST", "/suppliers", hash{"name": strings.Repeat("a", 121)}, nil}, 422, []string{"/name: Shorten name to 120 characters or fewer."}},
		"only spaces":               {question{operator, "POST", "/departments", hash{"name": "  "}, nil}, 422, []string{"/name: Enter the name of the organisation."}},
		"not one of the choices":    {question{member, "PUT", trial + "/decision", hash{"decision": "maybe", "why": "x"}, nil}, 422, []string{"/decision: Choose one of these for decision: proceed, try_again, stop."}},
		"not a moment":              {question{member, "POST", trial + "/extend", hash{"until": "tomorrow"}, nil}, 422, []string{"/until: Write until as a date and time, such as 2026-06-03T16:30:00Z."}},
		"both ways of extending":    {question{member, "POST", trial + "/extend", hash{"until": "2030-01-01T00:00:00Z", "by_seconds": 60}, nil}, 422, []string{"/by_seconds: Enter how much longer, or until when: one of the two."}},
		"no way of extending":       {question{member, "POST", trial + "/extend", hash{}, nil}, 422, []string{"/by_seconds: Enter how much longer, or until when: one of the two."}},
		"no body":                   {question{operator, "POST", "/departments", nil, nil}, 400, []string{"Send a body. It is missing."}},
		"no JSON":                   {question{operator, "POST", "/departments", `{"name": `, nil}, 400, []string{"Send a body that is valid JSON. This one cannot be read."}},
		"not an object":             {question{operator, "POST", "/departments", `[]`, nil}, 422, []string{": Give an object for the body."}},
		"another content type":      {question{operator, "POST", "/departments", `name=x`, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}, 415, []string{"Send the body as application/json, with that Content-Type."}},
		"a broken content type":     {question{operator, "POST", "/departments", `{}`, map[string]string{"Content-Type": ";;"}}, 415, []string{"Send the body as application/json, with that Content-Type."}},
		"a body that is too large":  {question{operator, "POST", "/departments", hash{"name": strings.Repeat("a", 1<<20)}, nil}, 413, []string{"Send a smaller request. This one may have at most 1 MB."}},
		"too large without saying":  {question{operator, "POST", "/departments", endless("{\"name\": \"", 'a', 2<<20), nil}, 413, []string{"Send a smaller request. This one may have at most 1 MB."}},
		"a limit out of bounds":     {question{member, "GET", "/trials?limit=5000", nil, nil}, 400, []string{"/limit: Give a number between 1 and 1000 for limit."}},
		"a limit that is no number": {question{member, "GET", "/trials?limit=many", nil, nil}, 400, []string{"/limit: Give a whole number for limit."}},
		"an empty limit":            {question{member, "GET", "/trials?limit=", nil, nil}, 400, []string{"/limit: Give limit."}},
		"a state that is none":      {question{member, "GET", "/trials?state=sleeping", nil, nil}, 400, []string{"/state: Choose one of these for state: draft, running, finished, cancelled."}},
		"a misspelt filter":         {question{member, "GET", "/trials?sate=running", nil, nil}, 400, []string{"/sate: There is no parameter sate here. Check its spelling."}},
		"a filter twice":            {question{member, "GET", "/trials?state=draft&state=running", nil, nil}, 400, []string{"/state: Give state once."}},
		"a foreign cursor":          {question{member, "GET", "/trials?after=abc", nil, nil}, 422, []string{"/after: This page of the list is not there any more. Start again at the first page."}},
		"an id that is too long":    {question{member, "GET", "/trials/" + strings.Repeat("a", 65), nil, nil}, 400, []string{"/id: Shorten id to 64 characters or fewer."}},
		"a key with spaces": {
			question{operator, "POST", "/departments", hash{"name": "x"}, map[string]string{"Idempotency-Key": "a b"}},
			400,
			[]string{"/Idempotency-Key: Write Idempotency-Key in letters, digits and signs, without spaces."},
		},
		"an ETag that is none": {
			question{member, "POST", trial + "/cancel", nil, map[string]string{"If-Match": `"abc"`}},
			412,
			[]string{"If-Match must be the ETag that you read. Read it again, then send the change with its new ETag."},
		},
		"a supplier that is not there": {question{operator, "POST", "/products", hash{"name": "x", "supplier": "sup_none"}, nil}, 422, []string{"/supplier: Choose a supplier from the techmap."}},
		"an image that is not there": {
			question{operator, "POST", product + "/releases", hash{"version": "2", "image": "no/such:1"}, nil},
			422,
			[]string{`/image: There is no image "no/such:1" on the engine. Check the name, or give an archive that docker save wrote.`},
		},
		"a version that is there": {
			question{seller, "POST", product + "/releases", hash{"version": "1.0", "image": oneImage}, nil},
			422,
			[]string{"/version: Enter another version. Release 1.0 of this product is there already and never changes."},
		},
		"several faults of a release": {
			question{seller, "POST", product + "/releases", hash{"version": "3", "image": oneImage, "path": "home page", "env": []string{"novalue"}}, nil},
			422,
			[]string{`/path: Enter a path that starts with "/" and has no spaces.`, "/env: Enter each variable as NAME=value."},
		},
		"a release of a product that is not there": {
			question{operator, "POST", "/products/prd_none/releases", hash{"version": "3", "image": oneImage}, nil},
			404,
			[]string{den.Missing().Say},
		},
		"releases of a product that is not there": {question{operator, "GET", "/products/prd_none/releases", nil, nil}, 404, []string{den.Missing().Say}},
		"a version of a scheme that is not there": {question{member, "GET", "/schemes/standard/99", nil, nil}, 404, []string{"There is no such scheme. Choose one from the list of schemes."}},
		"a version that is no number":             {question{member, "GET", "/schemes/standard/first", nil, nil}, 400, []string{"/version: Give a whole number for version."}},
		"a member without a department":           {question{stranger, "POST", "/trials", hash{}, nil}, 422, []string{"/department: Choose the department that runs the trial."}},
		"scores before the start": {
			question{evaluator, "PUT", trial + "/entries/" + string(draft.Trial.Entries[0].ID) + "/assessment", hash{"scores": hash{}}, nil},
			409,
			[]string{"This trial has not started. Score its products when they can be used."},
		},
		"an outcome before any": {
			question{member, "GET", trial + "/outcome", nil, nil},
			409,
			[]string{"There is no outcome to see yet. It is there once assessments are submitted, your own included."},
		},
		"the end of what has not begun": {question{member, "POST", trial + "/end", nil, nil}, 409, []string{"This trial is not running. It is a draft."}},
		"reading is all":                {question{auditor, "POST", trial + "/cancel", nil, nil}, 403, []string{"You can see this but not change it. Ask a member of its department or the operator to do it."}},
		"nobody": {
			question{nobody, "GET", "/trials", nil, nil},
			401,
			[]string{"Send a token: Authorization: Bearer den_… On the machine of the den it is in the file operator.token of the data folder."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := w.ask(c.question)
			a.t = t
			a.says(c.status, c.says...)
		})
	}
}

func TestADraftThatLacksThingsSaysThemAllAtTheStart(t *testing.T) {
	w := newWorld(t)
	made := into[contract.Trial](w.post(member, "/trials", hash{}).is(201))
	w.post(member, "/trials/"+made.Id+"/start", nil).says(422,
		"/question: Enter the question that the trial is to answer.", "/releases: Choose at least one product.")
}

func TestAHundredFaultsAreEnough(t *testing.T) {
	w := newWorld(t)
	body := hash{}
	for i := range 5000 {
		body[fmt.Sprintf("field-%d", i)] = 1
	}
	p := into[contract.Problem](w.post(operator, "/departments", body).is(422))
	if n := len(*p.Errors); n != 100 {
		t.Errorf("%d faults are told", n)
	}
	long := strings.Repeat("x", 5000)
	w.post(operator, "/departments", hash{"name": "a", long: 1}).says(422, "/"+long+": There is no field "+long[:64]+"… here. Check its spelling.")
}

func TestTheEngineThatIsDownOrFullIsSaidInWords(t *testing.T) {
	w := newWorld(t)
	draft := w.draft(1)
	w.engine.EngineDown(true)
	w.post(operator, "/host/sweep", nil).says(503, "The engine that runs the sandboxes does not answer, so nothing was removed. Try again in a few minutes.")
	a := w.post(member, "/trials/"+string(draft.ID)+"/start", nil).is(503)
	if a.header.Get("Retry-After") == "" {
		t.Error("it does not say when to try again")
	}
	w.get(member, "/trials/"+string(draft.ID)).is(200)
	if host := into[contract.Host](w.get(operator, "/host").is(200)); host.Up {
		t.Error("the host says that the engine is up")
	}
	w.engine.EngineDown(false)
	w.engine.FailNext("keep", fmt.Errorf("writing a layer: %w", errFull))
	w.post(operator, "/products/"+string(w.products[0].ID)+"/releases", hash{"version": "9", "image": oneImage}).says(507,
		"The den has no room for an image of this size just now, and kept nothing of it. Try again in some minutes, and tell the operator of the den if that does not help.")
}
