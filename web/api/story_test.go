package api_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/fake"
	"innovationden/web/api"
	"innovationden/web/api/contract"
)

// client is the generated client of one person.
func client(w *world, url, who string) *contract.ClientWithResponses {
	c, err := contract.NewClientWithResponses(url+api.Base, contract.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+who)
		return nil
	}))
	w.must(err)
	return c
}

// told reads one answer of the generated client.
func told[T any](w *world, model *T, err error, body []byte) T {
	w.t.Helper()
	w.must(err)
	if model == nil {
		w.t.Fatalf("the answer is another: %s", cut(string(body)))
	}
	return *model
}

// event is one of a stream.
type event struct{ id, name, data string }

// followLog reads the first event of a log that is followed, and leaves.
func (s *story) followLog(id string) {
	s.t.Helper()
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	watch, err := s.judge.WatchSandboxLog(ctx, id, nil)
	e, open := next(s.t, listen(s.t, watch, err))
	if !open || e.name != "log" || e.data != `"hello\n"` {
		s.t.Errorf("the log that is followed says %+v", e)
	}
}

// listen gives the events of a stream as they come; the channel is closed at its end.
func listen(t testing.TB, resp *http.Response, err error) <-chan event {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		body, _ := io.ReadAll(resp.Body)
		t.Fatalf("the stream answers %d: %s", resp.StatusCode, cut(string(body)))
	}
	out := make(chan event, 256)
	go func() {
		defer close(out)
		defer func() { _ = resp.Body.Close() }()
		lines := bufio.NewScanner(resp.Body)
		lines.Buffer(nil, 1<<20)
		var e event
		for lines.Scan() {
			field, text, _ := strings.Cut(lines.Text(), ": ")
			switch field {
			case "id":
				e.id = text
			case "event":
				e.name = text
			case "data":
				e.data = text
			case "":
				if e != (event{}) || text != "" {
					out <- event{e.id, e.name, e.data + text}
				}
				e = event{}
			}
		}
	}()
	return out
}

// next waits for an event that is not a comment.
func next(t testing.TB, events <-chan event) (event, bool) {
	t.Helper()
	patience := time.NewTimer(20 * time.Second)
	defer patience.Stop()
	for {
		select {
		case e, open := <-events:
			if open && e.name == "" {
				continue
			}
			return e, open
		case <-patience.C:
			t.Fatal("no event came")
		}
	}
}

// The whole of the main job, through the client that programs get, on real sockets.
// It does every operation of the contract at least once, and every one succeeds.
func TestTheWholeStoryThroughTheGeneratedClient(t *testing.T) {
	w := newWorld(t)
	w.run()
	url := w.serve().URL
	ctx := context.Background()
	ops, official, judge, vendor := client(w, url, operator), client(w, url, member), client(w, url, evaluator), client(w, url, seller)
	s := &story{w: w, url: url, t: t, ctx: ctx, ops: ops, official: official, judge: judge, vendor: vendor, guest: client(w, url, stranger)}
	s.tokens()
	s.members()
	s.offer()
	s.setUp()
	s.live()
	s.share()
	s.assess()
	s.panel()
	s.decide()
	s.summaries()
	s.report()
	s.cite()
	s.renew()
	s.end()
	s.look()
	s.approve()
	s.challenge()
	s.personal()
	for _, op := range everyOperation(w.check.doc) {
		if w.check.successes(op.id) == 0 {
			t.Errorf("no test has seen %s succeed", op.id)
		}
	}
}

type story struct {
	w                                   *world
	t                                   *testing.T
	url                                 string
	ctx                                 context.Context
	ops, official, judge, vendor, guest *contract.ClientWithResponses

	releases []string
	trial    contract.Trial
	events   <-chan event // of the trial
	box      <-chan event // of its first sandbox
}

// tokens makes a token, sees it and takes it back.
func (s *story) tokens() {
	add, err := s.official.AddTokenWithResponse(s.ctx, nil, contract.NewToken{Name: "nightly", Grants: []contract.Grant{contract.Read}, LastsSeconds: 3600})
	made := told(s.w, add.JSON201, err, add.Body)
	if who, err := s.w.o.Who(s.ctx, made.Secret); err != nil || who.ID != s.w.people[member].ID || who.Changes() {
		s.t.Errorf("the token stands for %+v: %v", who, err)
	}
	list, err := s.official.ListTokensWithResponse(s.ctx)
	if got := told(s.w, list.JSON200, err, list.Body); len(got.Items) != 1 || strings.Contains(string(list.Body), made.Secret) {
		s.t.Errorf("the tokens are %s", list.Body)
	}
	link, err := s.ops.AddSignInLinkWithResponse(s.ctx, string(s.w.people[member].ID))
	if who, err := s.w.o.SignIn(s.ctx, told(s.w, link.JSON201, err, link.Body).Secret); err != nil || who.ID != s.w.people[member].ID {
		s.t.Errorf("the link signs in %+v: %v", who, err)
	}
	back, err := s.official.RevokeTokenWithResponse(s.ctx, made.Token.Id)
	if got := told(s.w, back.JSON200, err, back.Body); len(got.Items) != 0 {
		s.t.Errorf("left: %+v", got)
	}
}

// describe says what a supplier and a product are, in the words of the den.
func (s *story) describe(added string) {
	w, ctx := s.w, s.ctx
	words, err := s.vendor.GetCapabilitiesWithResponse(ctx)
	first := told(w, words.JSON200, err, words.Body).Groups[0].Capabilities[0].Id
	chs, err := s.ops.ChangeSupplierWithResponse(ctx, added, nil, contract.SupplierEntry{Name: "Tryware", Place: new("Leeds"), Contacts: &[]contract.Contact{{Name: "Sales"}}})
	told(w, chs.JSON200, err, chs.Body)
	han, err := s.ops.HandOverSupplierWithResponse(ctx, added, nil)
	told(w, han.JSON200, err, han.Body)
	sup, err := s.official.GetSupplierWithResponse(ctx, added)
	if got := told(w, sup.JSON200, err, sup.Body); *got.Place != "Leeds" || (*got.Contacts)[0].Name != "Sales" || got.HandedOverAt == nil || sup.HTTPResponse.Header.Get("ETag") == "" {
		s.t.Errorf("the supplier is %+v", got)
	}
	own := string(w.products[0].ID)
	chp, err := s.vendor.ChangeProductWithResponse(ctx, own, nil, contract.ProductEntry{
		Name: w.products[0].Name, Capabilities: &[]string{first}, Price: &contract.StatedPrice{Basis: contract.UserMonth, Pence: new(int64(1240))},
	})
	told(w, chp.JSON200, err, chp.Body)
	pro, err := s.official.GetProductWithResponse(ctx, own)
	if got := told(w, pro.JSON200, err, pro.Body); (*got.Capabilities)[0] != first || *got.Price.Pence != 1240 {
		s.t.Errorf("the product is %+v", got)
	}
}

// sheets gives and takes the techmap as CSV, and searches it.
func (s *story) sheets() {
	w, ctx := s.w, s.ctx
	exp, err := s.ops.ExportSheetWithResponse(ctx, contract.ExportSheetParamsSheetProducts)
	if s.w.must(err); exp.HTTPResponse.StatusCode != 200 || !strings.HasPrefix(string(exp.Body), "id,supplier,name,") {
		s.t.Errorf("the sheet is %d %s", exp.HTTPResponse.StatusCode, exp.Body)
	}
	imp, err := s.ops.ImportSheetWithResponse(ctx, contract.ImportSheetParamsSheetProducts, contract.NewSheet{Csv: string(exp.Body)})
	if got := told(w, imp.JSON200, err, imp.Body); got.Added != 0 || got.Changed == 0 {
		s.t.Errorf("the import did %+v", got)
	}
	fnd, err := s.official.FindEntriesWithResponse(ctx, &contract.FindEntriesParams{Text: new("northbrige"), Sme: &[]string{"no-such"}})
	if got := told(w, fnd.JSON200, err, fnd.Body); got.Total != 0 {
		s.t.Errorf("found %+v", got)
	}
	fnd, err = s.official.FindEntriesWithResponse(ctx, &contract.FindEntriesParams{Text: new("northbrige")})
	if got := told(w, fnd.JSON200, err, fnd.Body); got.Total == 0 || got.Items[0].SupplierName != "Northbridge Software" {
		s.t.Errorf("found %+v", got)
	}
}

// offer adds organisations, a product and a release of each kind.
func (s *story) offer() {
	w, ctx := s.w, s.ctx
	dep, err := s.ops.AddDepartmentWithResponse(ctx, nil, contract.NewOrganisation{Name: "Department of Trying"})
	told(w, dep.JSON201, err, dep.Body)
	sup, err := s.ops.AddSupplierWithResponse(ctx, nil, contract.NewSupplier{Name: "Tryware"})
	supplier := told(w, sup.JSON201, err, sup.Body)
	pro, err := s.ops.AddProductWithResponse(ctx, nil, contract.NewProduct{Name: "Try", Supplier: supplier.Id})
	told(w, pro.JSON201, err, pro.Body)
	s.describe(supplier.Id)
	s.sheets()
	own := string(w.products[0].ID)
	rel, err := s.vendor.AddReleaseWithResponse(ctx, own, nil, contract.NewRelease{Version: "2.0", Image: new(oneImage), Env: &[]string{"MODE=trial"}, Notes: new("It is quicker."), Needs: new("A list of rooms.")})
	first := told(w, rel.JSON201, err, rel.Body)
	s.built(first.Id)
	archive := []byte("what docker save writes")
	w.engine.AddArchive(archive, sandbox.Image{Ports: []int{8080}}, fake.Behaviour{ListensAfter: 200 * time.Millisecond, Use: sandbox.Use{Memory: 2 << 20}, Log: "hello\n"})
	arc, err := s.vendor.AddReleaseArchiveWithBodyWithResponse(ctx, own, &contract.AddReleaseArchiveParams{Version: "3.0"}, "application/x-tar", bytes.NewReader(archive))
	second := told(w, arc.JSON201, err, arc.Body)
	s.releases = []string{first.Id, second.Id}
	sta, err := s.vendor.AddStackWithResponse(ctx, own, nil, contract.NewStack{Version: "4.0", Compose: "web " + oneImage})
	if got := told(w, sta.JSON201, err, sta.Body); got.Services == nil || (*got.Services)[0] != "web" || (*got.Images)[oneImage] != got.Image {
		s.t.Errorf("the stack is %+v", got)
	}
	w.engine.AddArchive([]byte("two"), sandbox.Image{Names: []string{"come:along"}, Ports: []int{8080}}, fake.Behaviour{})
	com, err := s.vendor.AddStackArchiveWithBodyWithResponse(ctx, own, "multipart/form-data; boundary=edge", strings.NewReader(stackBody("web come:along", "two")))
	if got := told(w, com.JSON201, err, com.Body); got.From != "compose.yaml" || (*got.Images)["come:along"] != got.Image {
		s.t.Errorf("the stack is %+v", got)
	}

	one, err := s.vendor.GetReleaseWithResponse(ctx, second.Id)
	if got := told(w, one.JSON200, err, one.Body); got.Version != "3.0" {
		s.t.Errorf("the release is %+v", got)
	}
	flight, err := s.vendor.StartPreflightWithResponse(ctx, first.Id, nil)
	tried := told(w, flight.JSON201, err, flight.Body)
	same, err := s.vendor.GetPreflightWithResponse(ctx, tried.Id)
	flights, err2 := s.vendor.ListPreflightsWithResponse(ctx, first.Id)
	if got := told(w, same.JSON200, err, same.Body); got.Id != tried.Id || len(told(w, flights.JSON200, err2, flights.Body).Items) != 1 || len(got.Checks) != 8 {
		s.t.Errorf("the preflight is %+v", got)
	}
	pushes, err := s.vendor.ListPushesWithResponse(ctx, own)
	if got := told(w, pushes.JSON200, err, pushes.Body); len(got.Items) != 0 {
		s.t.Errorf("pushed: %+v", got.Items)
	}
	all, err := s.vendor.ListReleasesWithResponse(ctx, own, nil)
	if got := told(w, all.JSON200, err, all.Body); len(got.Items) != 5 {
		s.t.Errorf("there are %d releases", len(got.Items))
	}
	view, err := s.vendor.GetProductWithResponse(ctx, own)
	if got := told(w, view.JSON200, err, view.Body); len(got.Releases) != 5 {
		s.t.Errorf("the product has %d releases", len(got.Releases))
	}
	deps, err := s.vendor.ListDepartmentsWithResponse(ctx, nil)
	told(w, deps.JSON200, err, deps.Body)
	sups, err := s.vendor.ListSuppliersWithResponse(ctx, nil)
	told(w, sups.JSON200, err, sups.Body)
	pros, err := s.vendor.ListProductsWithResponse(ctx, nil)
	told(w, pros.JSON200, err, pros.Body)
}

// setUp drafts a trial, throws one away, changes the other and starts it.
func (s *story) setUp() {
	w, ctx := s.w, s.ctx
	me, err := s.official.GetMeWithResponse(ctx)
	if got := told(w, me.JSON200, err, me.Body); got.Name != member {
		s.t.Errorf("I am %s", got.Name)
	}
	schemes, err := s.official.ListSchemesWithResponse(ctx)
	first := told(w, schemes.JSON200, err, schemes.Body).Items[0]
	scheme, err := s.official.GetSchemeWithResponse(ctx, first.Id, first.Version)
	told(w, scheme.JSON200, err, scheme.Body)
	sizes, err := s.official.ListSizesWithResponse(ctx)
	told(w, sizes.JSON200, err, sizes.Body)
	people, err := s.official.ListPeopleWithResponse(ctx)
	if got := told(w, people.JSON200, err, people.Body); len(got.Items) != len(everybody) {
		s.t.Errorf("there are %d people", len(got.Items))
	}
	draft := func() contract.Trial {
		made, err := s.official.AddTrialWithResponse(ctx, nil, contract.NewTrial{})
		return told(w, made.JSON201, err, made.Body)
	}
	dropped, err := s.official.CancelTrialWithResponse(ctx, draft().Id, nil, contract.Reason{Why: new("Not needed.")})
	if got := told(w, dropped.JSON200, err, dropped.Body); got.State != contract.Cancelled {
		s.t.Errorf("the draft is %s", got.State)
	}
	made := draft()
	changed, err := s.official.ChangeTrialWithResponse(ctx, made.Id, nil, contract.NewTrial{
		Name: new("Booking, compared"), Question: new("Which is easier?"),
		Releases: &s.releases, Evaluators: &[]string{string(w.people[evaluator].ID)}, Tasks: &[]string{"Book", "Cancel"},
	})
	told(w, changed.JSON200, err, changed.Body)
	kept, err := s.official.SetTrialDataWithBodyWithResponse(ctx, made.Id, &contract.SetTrialDataParams{Name: "people.csv"}, "application/octet-stream", strings.NewReader("name\nAda\n"))
	if got := told(w, kept.JSON200, err, kept.Body); got.Data == nil || got.Data.Files != 1 || len(got.Data.Sha256) != 64 {
		s.t.Errorf("the data is %+v", got.Data)
	}
	bare, err := s.official.DropTrialDataWithResponse(ctx, made.Id, nil)
	if got := told(w, bare.JSON200, err, bare.Body); got.Data != nil {
		s.t.Errorf("the data is still %+v", got.Data)
	}
	changed, err = s.official.ChangeTrialWithResponse(ctx, made.Id, nil, contract.NewTrial{
		Name: new("Booking, compared"), Question: new("Which is easier?"),
		Releases: &s.releases, Evaluators: &[]string{string(w.people[evaluator].ID)}, Tasks: &[]string{"Book", "Cancel"},
	})
	told(w, changed.JSON200, err, changed.Body)
	watch, err := s.official.WatchTrial(ctx, made.Id, nil)
	s.events = listen(s.t, watch, err)
	started, err := s.official.StartTrialWithResponse(ctx, made.Id, &contract.StartTrialParams{IfMatch: new(changed.HTTPResponse.Header.Get("ETag"))})
	s.trial = told(w, started.JSON202, err, started.Body)
	list, err := s.official.ListTrialsWithResponse(ctx, &contract.ListTrialsParams{State: new(contract.Running)})
	if got := told(w, list.JSON200, err, list.Body); len(got.Items) != 1 || got.Items[0].Protocol == nil {
		s.t.Errorf("running are %+v", got.Items)
	}
}

// live follows the trial until both products can be opened, then tries every verb.
func (s *story) live() {
	w, ctx := s.w, s.ctx
	for live := 0; live < 2; {
		e, open := next(s.t, s.events)
		if !open || e.name != "trial" {
			s.t.Fatalf("the stream says %+v", e)
		}
		w.must(json.Unmarshal([]byte(e.data), &s.trial))
		live = 0
		for _, one := range s.trial.Entries {
			if one.Sandbox != nil && one.Sandbox.Phase == contract.PhaseLive {
				live++
			}
		}
	}
	box := s.trial.Entries[0].Sandbox
	if box.Url == "" || box.LaunchMs == nil || *box.LaunchMs <= 0 {
		s.t.Errorf("the sandbox is %+v", box)
	}
	list, err := s.vendor.ListSandboxesWithResponse(ctx, nil)
	told(w, list.JSON200, err, list.Body)
	use, err := s.official.GetSandboxUseWithResponse(ctx, s.trial.Entries[1].Sandbox.Id)
	if got := told(w, use.JSON200, err, use.Body); got.MemoryBytes != 2<<20 {
		s.t.Errorf("it uses %d bytes", got.MemoryBytes)
	}
	log, err := s.judge.GetSandboxLogWithResponse(ctx, s.trial.Entries[1].Sandbox.Id, nil)
	w.must(err)
	if string(log.Body) != "hello\n" {
		s.t.Errorf("it printed %q", log.Body)
	}
	mails, err := s.judge.ListMailsWithResponse(ctx, s.trial.Entries[1].Sandbox.Id)
	if got := told(w, mails.JSON200, err, mails.Body); len(got.Items) != 0 {
		s.t.Errorf("a product that may send no mail sent %v", got.Items)
	}
	s.followLog(s.trial.Entries[1].Sandbox.Id)
	watch, err := s.vendor.WatchSandbox(ctx, box.Id, nil)
	s.box = listen(s.t, watch, err)
	until := func(what string, is func(contract.Sandbox) bool) {
		for {
			e, open := next(s.t, s.box)
			if !open {
				s.t.Fatalf("the stream ended before %s", what)
			}
			var now contract.Sandbox
			w.must(json.Unmarshal([]byte(e.data), &now))
			if is(now) {
				return
			}
		}
	}
	phase := func(p contract.Phase) func(contract.Sandbox) bool {
		return func(b contract.Sandbox) bool { return b.Phase == p }
	}
	pause, err := s.official.PauseSandboxWithResponse(ctx, box.Id, nil)
	told(w, pause.JSON202, err, pause.Body)
	until("the pause", phase(contract.PhasePaused))
	resume, err := s.official.ResumeSandboxWithResponse(ctx, box.Id, nil)
	told(w, resume.JSON202, err, resume.Body)
	until("going on", phase(contract.PhaseLive))
	again, err := s.vendor.RestartSandboxWithResponse(ctx, box.Id, nil, contract.Reason{Why: new("A new start.")})
	told(w, again.JSON202, err, again.Body)
	until("the second start", func(b contract.Sandbox) bool { return b.Phase == contract.PhaseLive && b.Lost })
	longer, err := s.official.ExtendSandboxWithResponse(ctx, box.Id, nil, contract.Extension{BySeconds: new(int64(3600))})
	if got := told(w, longer.JSON200, err, longer.Body); !got.EndsAt.Equal(box.EndsAt.Add(time.Hour)) {
		s.t.Errorf("it ends at %s", got.EndsAt)
	}
	all, err := s.official.ExtendTrialWithResponse(ctx, s.trial.Id, nil, contract.Extension{BySeconds: new(int64(60))})
	told(w, all.JSON200, err, all.Body)
	now, err := s.vendor.GetSandboxWithResponse(ctx, box.Id)
	told(w, now.JSON200, err, now.Body)
}

// assess submits the evaluator's scores for both entries.
func (s *story) assess() {
	w, ctx := s.w, s.ctx
	scheme, err := s.judge.GetSchemeWithResponse(ctx, s.trial.Scheme.Id, s.trial.Scheme.Version)
	themes := told(w, scheme.JSON200, err, scheme.Body).Themes
	declared, err := s.judge.DeclareWithResponse(ctx, s.trial.Id, contract.NewDeclaration{Interest: contract.NewDeclarationInterestNone})
	if got := told(w, declared.JSON200, err, declared.Body); got.Decision != "continue" {
		s.t.Errorf("the declaration is %+v", got)
	}
	for i, e := range s.trial.Entries {
		blank, err := s.judge.GetAssessmentWithResponse(ctx, s.trial.Id, e.Id)
		if got := told(w, blank.JSON200, err, blank.Body); got.Submitted || got.Revision != 0 {
			s.t.Errorf("the assessment is %+v", got)
		}
		scores := map[string]contract.Score{}
		for _, theme := range themes {
			for _, c := range theme.Criteria {
				if c.ScoredBy == contract.People {
					scores[c.Id] = contract.Score{Mark: new(int32(3 + i)), Reason: new("Tried it.")}
				}
			}
		}
		if i == 0 {
			s.exhibits(e.Id)
		}
		saved, err := s.judge.SaveAssessmentWithResponse(ctx, s.trial.Id, e.Id, nil, contract.NewAssessment{Scores: scores, Submit: new(true)})
		if got := told(w, saved.JSON200, err, saved.Body); !got.Submitted || got.GivenAt == nil || len(*got.GivenAt) != len(scores) {
			s.t.Errorf("the assessment is not submitted, or does not say when its answers were given: %+v", got)
		}
	}
	for told := false; !told; {
		e, open := next(s.t, s.events)
		if !open {
			s.t.Fatal("the stream of the trial ended before its outcome")
		}
		w.must(json.Unmarshal([]byte(e.data), &s.trial))
		told = s.trial.Outcome != nil && s.trial.Outcome.Results[1].Rank == 1
	}
}

func (s *story) decide() {
	w, ctx := s.w, s.ctx
	out, err := s.official.GetOutcomeWithResponse(ctx, s.trial.Id)
	got := told(w, out.JSON200, err, out.Body)
	if got.Results[1].Rank != 1 || got.Results[0].Rank != 2 || got.Finding == "" {
		s.t.Errorf("the outcome is %+v", got)
	}
	made, err := s.official.DecideWithResponse(ctx, s.trial.Id, &contract.DecideParams{IfMatch: new(out.HTTPResponse.Header.Get("ETag"))},
		contract.NewDecision{Decision: contract.Proceed, Why: "It was easier.", Chosen: new(got.Results[1].Entry)})
	if got := told(w, made.JSON200, err, made.Body); *got.Decision != contract.Proceed || *got.DecidedBy != string(w.people[member].ID) {
		s.t.Errorf("the decision is %+v", got)
	}
}

// end removes one sandbox, then the rest; the stream of the trial closes by itself.
func (s *story) end() {
	w, ctx := s.w, s.ctx
	one, err := s.official.EndSandboxWithResponse(ctx, s.trial.Entries[0].Sandbox.Id, nil, contract.Reason{Why: new("Enough seen.")})
	told(w, one.JSON202, err, one.Body)
	rest, err := s.official.EndTrialWithResponse(ctx, s.trial.Id, nil, contract.Reason{})
	told(w, rest.JSON202, err, rest.Body)
	for {
		e, open := next(s.t, s.events)
		if !open {
			break
		}
		w.must(json.Unmarshal([]byte(e.data), &s.trial))
	}
	for open := true; open; {
		_, open = next(s.t, s.box)
	}
	if s.trial.State != contract.Finished {
		s.t.Errorf("the stream ended with the trial %s", s.trial.State)
	}
	for _, e := range s.trial.Entries {
		got, err := s.vendor.GetReceiptWithResponse(ctx, e.Sandbox.Id)
		if r := told(w, got.JSON200, err, got.Body); r.Left != 0 || len(r.Looks) != 2 || len(r.Found.Containers) == 0 || r.Reason != contract.EndReasonAsked {
			s.t.Errorf("the receipt is %+v", r)
		}
	}
	all, err := s.official.ListReceiptsWithResponse(ctx, s.trial.Id, nil)
	if got := told(w, all.JSON200, err, all.Body); len(got.Items) != 2 {
		s.t.Errorf("there are %d receipts", len(got.Items))
	}
}

// look reads the record and the host.
func (s *story) look() {
	w, ctx := s.w, s.ctx
	record, err := s.official.ListEventsWithResponse(ctx, &contract.ListEventsParams{Subject: &s.trial.Id, Limit: new(int32(200))})
	acts := map[string]bool{}
	for _, e := range told(w, record.JSON200, err, record.Body).Items {
		acts[e.Act] = true
	}
	for _, act := range []string{"trial.added", "trial.changed", "trial.started", "lease.live", "lease.extended", "assessment.submitted", "trial.decided", "lease.ended", "trial.finished"} {
		if !acts[act] {
			s.t.Errorf("the record does not have %s: %v", act, acts)
		}
	}
	s.prove(told(w, record.JSON200, err, record.Body).Items[0].Seq)
	host, err := s.ops.GetHostWithResponse(ctx)
	if got := told(w, host.JSON200, err, host.Body); !got.Up || *got.RecordSize == 0 {
		s.t.Errorf("the host is %+v", got)
	}
	made, err := s.ops.MakeBackupWithResponse(ctx)
	if got := told(w, made.JSON201, err, made.Body); got.Where == "" {
		s.t.Errorf("the backup is %+v", got)
	}
	taken, err := s.ops.GetBackupWithResponse(ctx)
	w.must(err)
	if string(taken.Body) != "a backup" {
		s.t.Errorf("the backup holds %q", taken.Body)
	}
	swept, err := s.ops.SweepWithResponse(ctx, nil)
	if got := told(w, swept.JSON200, err, swept.Body); len(got.Items) != 0 {
		s.t.Errorf("the sweep found %+v", got.Items)
	}
	got, err := s.official.GetTrialWithResponse(ctx, s.trial.Id)
	told(w, got.JSON200, err, got.Body)
}
