package web_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

func TestEveryErrorHasAPageOrAProblem(t *testing.T) {
	r := newRig(t)
	v := r.visitor("official")
	program := http.Header{"Accept": {"application/json"}}
	for name, one := range map[string]struct {
		method, path string
		header       http.Header
		status       int
		say, kind    string
	}{
		"not there":               {"GET", "/nothing", nil, 404, "There is nothing here that you can see", "text/html"},
		"not there, for programs": {"GET", "/api/v1/nothing", nil, 404, "There is nothing here", "application/problem+json"},
		"a wrong method":          {"POST", "/record", nil, 405, "Go back to the page you came from", "text/html"},
		"a wrong method, program": {"PUT", "/record", program, 405, "Use one of the methods", "application/problem+json"},
		"a wrong id":              {"GET", "/trials/x%00y", nil, 404, "There is nothing here", "text/html"},
	} {
		got := v.send(one.method, one.path, nil, one.header)
		if got.Status != one.status || !strings.Contains(got.Text, one.say) || !strings.HasPrefix(got.Header.Get("Content-Type"), one.kind) {
			t.Errorf("%s: %d %s %s", name, got.Status, got.Header.Get("Content-Type"), got.said())
		}
		if got.Header.Get("Content-Security-Policy") == "" || got.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s: no security headers or no reference", name)
		}
	}
	if got := v.send("POST", "/record", nil, nil); !strings.Contains(got.Header.Get("Allow"), "GET") {
		t.Errorf("405 allows %q", got.Header.Get("Allow"))
	}
}

// What somebody may see and is not there yet says so, with the same status to people and to
// programs; to whoever may not see it there is nothing, now as ever.
func TestWhatIsNotThereYetSaysSo(t *testing.T) {
	r := newRig(t)
	v := r.trial()
	trial, box := "/trials/"+string(v.ID), "/sandboxes/"+string(v.Entries[0].Sandbox.ID)
	official, stranger := r.visitor("official"), r.visitor("newcomer")
	for page, program := range map[string]string{
		trial + "/report": trial + "/report", trial + "/report/csv": trial + "/report/csv", trial + "/decide": trial + "/outcome", box + "/receipt": box + "/receipt",
		trial + "/entries/" + string(v.Entries[0].ID) + "/summary": trial + "/entries/" + string(v.Entries[0].ID) + "/summary",
	} {
		got := official.get(page)
		if got.Status != http.StatusConflict || text(got.one("h1")) != "Not there yet" || !strings.Contains(got.said(), "yet. It is") {
			t.Errorf("%s answers %d: %s", page, got.Status, got.said())
		}
		if got := official.send("GET", "/api/v1"+program, nil, nil); got.Status != http.StatusConflict || !strings.Contains(got.Text, `"title":"Not there yet"`) {
			t.Errorf("a program asks for %s: %d %s", program, got.Status, got.Text)
		}
		if got := stranger.get(page); got.Status != http.StatusNotFound || text(got.one("h1")) != "Page not found" {
			t.Errorf("%s answers a stranger %d: %s", page, got.Status, got.said())
		}
		if got := stranger.send("GET", "/api/v1"+program, nil, nil); got.Status != http.StatusNotFound {
			t.Errorf("a stranger's program asks for %s: %d %s", program, got.Status, got.Text)
		}
	}
}

func TestAnEngineThatIsDownIsSaidAndReadingGoesOn(t *testing.T) {
	r := newRig(t)
	trial := r.trial()
	v := r.visitor("official")
	r.runtime.EngineDown(true)
	page := v.get("/sandboxes/" + string(trial.Entries[0].Sandbox.ID))
	if page.Status != http.StatusOK {
		t.Errorf("a sandbox while the engine is down: %d", page.Status)
	}
	if got := r.visitor("operator").get("/host"); got.Status != http.StatusOK {
		t.Errorf("the host while the engine is down: %d", got.Status)
	}
}

// upload sends a release with a file.
func (v *visitor) upload(path string, fields url.Values, file []byte) *page {
	v.Helper()
	return v.sendFile(path, fields, sentFile{"archive", "booking.tar", file})
}

// sentFile is a file of a form.
type sentFile struct {
	field, name string
	content     []byte
}

// sendFile sends a form with a file as its last field.
func (v *visitor) sendFile(path string, fields url.Values, file sentFile) *page {
	v.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, values := range fields {
		if name == "compose-file" {
			part, err := form.CreateFormFile(name, "compose.yaml")
			v.must(err)
			_, err = part.Write([]byte(values[0]))
			v.must(err)
			continue
		}
		v.must(form.WriteField(name, values[0]))
	}
	part, err := form.CreateFormFile(file.field, file.name)
	v.must(err)
	_, err = part.Write(file.content)
	v.must(err)
	v.must(form.Close())
	q, err := http.NewRequestWithContext(context.Background(), http.MethodPost, v.server.URL+path, &body)
	v.must(err)
	q.Header.Set("Content-Type", form.FormDataContentType())
	q.Header.Set("Accept", "text/html")
	answer, err := v.client.Do(q)
	v.must(err)
	return v.read(answer)
}

func TestASupplierAddsAReleaseByFileAndByName(t *testing.T) {
	r := newRig(t)
	v, path := r.visitor("engineer"), "/products/"+string(r.bookwell.ID)
	archive := bytes.Repeat([]byte("an image"), 100_000)
	r.runtime.AddArchive(archive, sandbox.Image{Names: []string{"bookwell:2"}, Ports: []int{8080}}, fake.Behaviour{})

	wrong := v.upload(path+"/releases", url.Values{"version": {""}, "port": {"99999"}}, archive)
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Errorf("no version: %d", wrong.Status)
	}
	wrong.shows(`.govuk-error-summary a[href="#version"]`, "Enter a version")
	wrong.shows(`.govuk-error-summary a[href="#port"]`, "Enter a port between 1 and 65535")
	if got := attribute(wrong.one("#port"), "value"); got != "99999" {
		t.Errorf("what was typed is %q now", got)
	}
	done := v.follow(v.upload(path+"/releases", url.Values{"version": {"2.0"}}, archive))
	done.shows("table", "2.0")

	junk := v.upload(path+"/releases", url.Values{"version": {"3.0"}}, []byte("not an image"))
	if junk.Status != http.StatusUnprocessableEntity {
		t.Errorf("junk: %d", junk.Status)
	}
	junk.shows(".govuk-error-summary", "docker save")

	none := v.upload(path+"/releases", url.Values{"version": {"3.0"}, "image": {"no-such:1"}}, nil)
	none.shows(`.govuk-error-summary`, "one of the three")
	if got := r.visitor("rival").upload(path+"/releases", url.Values{"version": {"4.0"}}, archive); got.Status != http.StatusForbidden {
		t.Errorf("a rival's release: %d", got.Status)
	}
	product, err := r.den.Product(context.Background(), den.System(), r.bookwell.ID)
	r.must(err)
	if len(product.Releases) != 2 {
		t.Errorf("%d releases, want 2", len(product.Releases))
	}
}

// lines reads a compose file of a form of its own: each line is an image, or refused.
type lines struct{}

func (lines) Read(_ context.Context, f orchestrator.StackFile, _ den.Size) (read orchestrator.StackReading, err error) {
	var faults den.Faults
	for n, line := range strings.Split(f.Text, "\n") {
		if !strings.Contains(line, ":") {
			faults.Add(den.Bad("compose", "Line %d: services.web.%s: It may not. Instead: Leave it out.", n+1, line))
			continue
		}
		read.Services = append(read.Services, orchestrator.StackService{Name: "web", Image: line, Ports: []int{8080}})
		read.Images = append(read.Images, line)
	}
	return read, faults.Err()
}

func (lines) Spec(context.Context, sandbox.ID, den.Release, den.Size) (sandbox.Spec, error) {
	return sandbox.Spec{}, sandbox.ErrSpec
}

func TestASupplierAddsAComposeFileAndLosesNothing(t *testing.T) {
	r := newRig(t)
	v, path := r.visitor("engineer"), "/products/"+string(r.bookwell.ID)
	archive := []byte("all images")
	r.runtime.AddArchive(archive, sandbox.Image{Names: []string{"stack:2"}, Ports: []int{8080}}, fake.Behaviour{})
	form := url.Values{"version": {"2.0"}, "compose": {"privileged\r\n<script>\r\nstack:2"}, "front": {"web"}}
	wrong := v.upload(path+"/releases", form, archive)
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Errorf("a refused file: %d", wrong.Status)
	}
	wrong.shows(`.govuk-error-summary a[href="#compose"]`, "Line 1: services.web.privileged: It may not. Instead: Leave it out.")
	wrong.shows(`.govuk-error-summary`, "Line 2: services.web.<script>: It may not.")
	wrong.shows("textarea#compose", "privileged <script> stack:2")
	if got := attribute(wrong.one("#front"), "value"); got != "web" {
		t.Errorf("the service is %q now", got)
	}
	form.Del("compose")
	form.Set("compose-file", "  odd\n")
	chosen := v.upload(path+"/releases", form, archive)
	chosen.shows(`.govuk-error-summary a[href="#compose"]`, "odd: It may not.")
	chosen.shows("textarea#compose", "odd")
	form.Set("compose-file", "stack:2")
	done := v.follow(v.upload(path+"/releases", form, archive))
	done.shows("table", "2.0")
	product, err := r.den.Product(context.Background(), den.System(), r.bookwell.ID)
	r.must(err)
	if made := product.Releases[0]; made.Compose != "stack:2" || made.Front != "web" || made.Images["stack:2"] != made.Image {
		t.Errorf("the release is %+v", made)
	} else if made.Profile != "standard" {
		t.Errorf("nobody said how tightly it is fenced, and it is %s: images of several services start as root", made.Profile)
	}
	if fresh := v.get(path + "/releases/new"); fresh.has(`input[name="profile"][checked]`) || !fresh.has(`input[name="profile"]`) {
		t.Error("the form chooses a profile before anybody says whether there are several services")
	}
}

func TestProgramsOfThePageLearnWhatHappened(t *testing.T) {
	r := newRig(t)
	trial := r.trial()
	v, path := r.visitor("evaluator"), "/trials/"+string(trial.ID)+"/entries/"+string(trial.Entries[0].ID)+"/assess/autosave"
	script := http.Header{"Accept": {"application/json"}}
	first := v.send("POST", path, url.Values{"note": {"so far"}, "rev": {"0"}}, script)
	if first.Status != http.StatusNoContent || first.Header.Get("Den-Revision") != "1" {
		t.Errorf("saved: %d, revision %q", first.Status, first.Header.Get("Den-Revision"))
	}
	if got := v.send("POST", path, url.Values{"note": {"late"}, "rev": {"7"}}, script); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("another revision: %d", got.Status)
	}
	if got := v.send("POST", path, url.Values{"note": {strings.Repeat("x", 5000)}}, script); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("too long: %d", got.Status)
	}
	v.forget()
	if got := v.send("POST", path, url.Values{"note": {"so far"}}, script); got.Status != http.StatusUnauthorized {
		t.Errorf("without a session: %d", got.Status)
	}
}
