package web_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/sandbox/fake"
)

// files writes files that a browser can choose, by their names.
func (b *browser) files(all map[string]string) map[string][]string {
	b.Helper()
	folder, out := b.TempDir(), map[string][]string{}
	for name, text := range all {
		path := filepath.Join(folder, name)
		b.must(os.WriteFile(path, []byte(text), 0o600))
		out[name] = []string{path}
	}
	return out
}

// press presses the button or link of the page that begins with some words, and waits for
// the page that comes of it.
func (b *browser) press(words string) {
	b.Helper()
	click := fmt.Sprintf(`[...document.querySelectorAll('main button, main a')].find((one) => one.innerText.trim().startsWith(%q)).click()`, words)
	if _, err := chromedp.RunResponse(b.ctx, chromedp.Evaluate(click, nil)); err != nil {
		b.Fatalf("pressing %q: %v\n%s", words, err, b.reads(`document.querySelector('main').innerText`))
	}
}

// A supplier's files go through a real browser: an archive and a compose file that are
// refused and put right, a parts list, and the token with which docker pushes.
func TestChromiumASupplierBringsReleases(t *testing.T) {
	r := newRig(t)
	archive := strings.Repeat("an image", 50_000)
	r.runtime.AddArchive([]byte(archive), sandbox.Image{Names: []string{"bookwell:2"}, Ports: []int{8080}}, fake.Behaviour{})
	r.runtime.AddArchive([]byte("all images"), sandbox.Image{Names: []string{"stack:3"}, Ports: []int{8080}}, fake.Behaviour{})
	b := r.browser()
	b.width(1280)
	files := b.files(map[string]string{
		"bookwell.tar": archive, "junk.tar": "no image", "all.tar": "all images", "compose.yaml": "stack:3", "bad.yaml": "privileged\nstack:3",
		"parts.cdx.json": `{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"name": "left-pad", "version": "1.3.0"}]}`,
	})
	product := "/products/" + string(r.bookwell.ID)
	b.as("engineer")

	b.open(product + "/releases/new")
	b.do(chromedp.SendKeys("#version", "2.0"), chromedp.SendKeys("#notes", "Quicker."), chromedp.SetUploadFiles("#archive", files["junk.tar"]))
	b.press("Add the release")
	b.says([]string{"docker save"})
	b.check("release-junk")
	var kept string
	b.do(chromedp.Value("#notes", &kept))
	if kept != "Quicker." {
		b.Errorf("what was typed is %q now", kept)
	}
	b.do(chromedp.SetUploadFiles("#archive", files["bookwell.tar"]))
	b.press("Add the release")
	b.says([]string{"2.0", "an archive"})

	b.open(product + "/releases/new")
	b.do(chromedp.SendKeys("#version", "3.0"), chromedp.SetUploadFiles("#compose-file", files["bad.yaml"]), chromedp.SetUploadFiles("#archive", files["all.tar"]))
	b.press("Add the release")
	b.says([]string{"Line 1: services.web.privileged: It may not. Instead: Leave it out."})
	b.do(chromedp.SetUploadFiles("#compose-file", files["compose.yaml"]), chromedp.SetUploadFiles("#archive", files["all.tar"]))
	b.press("Add the release")
	b.says([]string{"3.0", "compose.yaml"})

	v, err := r.den.Product(r.Context(), den.System(), r.bookwell.ID)
	r.must(err)
	if v.Releases[0].Version != "3.0" || v.Releases[1].Version != "2.0" {
		t.Fatalf("the releases are %+v", v.Releases)
	}
	release := "/releases/" + string(v.Releases[1].ID)
	b.open(release)
	b.do(chromedp.SetUploadFiles(`input[type=file]`, files["parts.cdx.json"]))
	b.press("Add the SBOM")
	b.says([]string{"CycloneDX 1.5, 1 component"})
	b.open(release + "/sbom")
	b.says([]string{"left-pad", "1.3.0"})
	b.check("sbom")

	b.open("/me/tokens")
	b.do(chromedp.SendKeys("#name", "docker on my laptop"), chromedp.Click(`input[name=grants][value=push]`))
	b.press("Make the token")
	var secret string
	b.do(chromedp.Text("#secret", &secret))
	if len(secret) < 20 {
		b.Errorf("the token is %q", secret)
	}
	b.check("token-made")
	b.open("/me/tokens")
	b.says([]string{"docker on my laptop"})
	if strings.Contains(b.reads(`document.querySelector('main').innerText`), secret) {
		b.Error("the token is shown a second time")
	}
	b.press("Take back")
	b.says([]string{"You have no tokens"})
	b.isQuiet()
}

// Somebody who works for two suppliers answers for each by itself, and takes back what they
// answered for one.
func TestChromiumAnAnswerToAChallengeAndBack(t *testing.T) {
	r := newRig(t)
	by := r.people["official"].Act()
	c, err := r.den.AddChallenge(r.Context(), by, problem("Appointments"))
	r.must(err)
	_, err = r.den.PublishChallenge(r.Context(), by, c.ID, 0)
	r.must(err)
	r.people["both"], err = r.den.AddPerson(r.Context(), den.System(), den.Person{Name: "Bea Both", Demo: true, Memberships: []den.Membership{
		{Role: den.SupplierMember, In: r.northbridge.ID}, {Role: den.SupplierMember, In: r.harbour.ID},
	}})
	r.must(err)
	b := r.browser()
	b.width(320)
	b.as("both")
	path := "/challenges/" + string(c.ID)
	answers := func() (names []string) {
		v, err := r.den.Challenge(r.Context(), by, c.ID)
		r.must(err)
		for _, i := range v.Interests {
			names = append(names, i.Advice)
		}
		return names
	}
	for name, advice := range map[string]string{"Northbridge Software": "Ask for less.", "Harbour & Finch": "Ask for more."} {
		b.open(path + "/interest")
		b.check("challenge-whose-answer")
		b.press(name)
		b.do(chromedp.Click(`input[name=products]`), chromedp.SendKeys("#advice", advice))
		b.check("challenge-answer")
		b.press("Send the answer")
	}
	if got := answers(); len(got) != 2 {
		t.Fatalf("the answers are %q", got)
	}
	b.open(path + "/interest")
	b.press("Harbour & Finch")
	b.press("Take")
	b.check("challenge-take-back")
	b.press("Take")
	if got := answers(); len(got) != 1 || got[0] != "Ask for less." {
		t.Errorf("the answers are %q, want that of the other supplier alone", got)
	}
	b.isQuiet()
}
