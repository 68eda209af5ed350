package web_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"innovationden/orchestrator/den"
)

// Somebody new joins in Chromium, changes the password and signs in with it.
func TestChromiumAccount(t *testing.T) {
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

	b.open("/me/codes")
	b.check("codes-320")
	var secret string
	b.do(chromedp.Evaluate(`document.querySelector('#codes-secret').innerText.replaceAll(' ', '')`, &secret))
	press := chromedp.Click(`main form button[type=submit]`)
	b.do(chromedp.SendKeys(`#code`, "12345"), press, chromedp.WaitVisible(`.govuk-error-summary`))
	b.check("codes-wrong-320")
	step := den.StepOf(time.Now())
	b.do(chromedp.SetValue(`#code`, den.TimeCode(secret, step)), press, chromedp.WaitVisible(`#recovery`))
	b.check("codes-made-320")
	b.width(1280)
	b.open("/me/codes")
	b.check("codes-on-1280")
	b.do(chromedp.Click(`form[action="/sign-out"] button`), chromedp.WaitVisible(`#other-ways`))
	b.do(chromedp.Click(`#other-ways summary`), chromedp.SendKeys(`#email`, "grace@example.com"), chromedp.SendKeys(`#password`, next), chromedp.Click(`form[action="/sign-in/password"] button[type=submit]`), chromedp.WaitVisible(`#code`))
	b.check("code-1280")
	b.width(320)
	b.check("code-320")
	b.do(chromedp.SendKeys(`#code`, den.TimeCode(secret, step+1)), press, chromedp.WaitVisible(`.den-who`))
	b.isQuiet()
}
