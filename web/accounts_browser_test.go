package web_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// Somebody new joins in Chromium, changes the password and signs in with it.
func TestAnAccountInChromium(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	link := r.joinLink()
	for _, width := range []int64{320, 1280} {
		name := map[int64]string{320: "-320", 1280: "-1280"}[width]
		b.width(width)
		b.open(link)
		b.check("join-new" + name)
		b.do(chromedp.Click(`form[action="/join/new"] button[type=submit]`), chromedp.WaitVisible(`.govuk-error-summary`))
		b.check("join-new-wrong" + name)
		b.open("/sign-in")
		b.check("sign-in" + name)
	}
	b.open(link)
	b.do(chromedp.SendKeys(`#name`, "Grace"), chromedp.SendKeys(`#email`, "grace@example.com"), chromedp.SendKeys(`#password`, goodPassword),
		chromedp.Click(`form[action="/join/new"] button[type=submit]`), chromedp.WaitVisible(`.govuk-notification-banner`))
	const next = "three other words"
	b.open("/me/password")
	b.check("mypassword-1280")
	b.width(320)
	b.check("mypassword-320")
	b.do(chromedp.SendKeys(`#old-password`, goodPassword), chromedp.SendKeys(`#password`, next),
		chromedp.Click(`form[action="/me/password"] button[type=submit]`), chromedp.WaitVisible(`.govuk-notification-banner`))
	b.check("account-password-320")
	b.isQuiet()
}
