package web_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"innovationden/orchestrator/den"
)

// Somebody signs in by the provider in Chromium, lands where they wanted to go, and sees
// at once that they are no longer of the department.
func TestChromiumSignInByTheProvider(t *testing.T) {
	r, p, _ := provided(t)
	p.put("id1", "local-services")
	trial := r.trial()
	b := r.browser()
	b.width(1280)
	b.open("/trials/" + string(trial.ID))
	b.check("sign-in-provider-1280")
	b.do(chromedp.Click(`form[action="/sign-in/provider"] button`), chromedp.WaitVisible(`#username`))
	b.do(chromedp.SendKeys(`#username`, firstUser), chromedp.SendKeys(`#password`, "verysecure"), chromedp.Click(`button[type=submit]`), chromedp.WaitVisible(`.den-column`))
	b.until(`location.pathname === '/trials/` + string(trial.ID) + `' && document.querySelectorAll('.den-column').length === 2`)
	b.until(`document.body.innerText.includes('Test User')`)

	everybody, err := r.den.Everybody(t.Context(), den.System(), den.Filter{})
	r.must(err)
	for _, one := range everybody.Items {
		if one.Name == "Test User" {
			_, err := r.den.RemoveMember(t.Context(), den.System(), r.department.ID, one.ID, "Moved to another department")
			r.must(err)
		}
	}
	began := time.Now()
	b.do(chromedp.WaitNotPresent(`.den-column`), chromedp.WaitVisible(`h1`))
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("the open page noticed after %s", took)
	}
}
