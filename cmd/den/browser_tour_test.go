package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// tours looks at the pages and states that no story comes by.
func (d *seenDen) tours(t *testing.T, made *seenTrial) {
	d.toursOfficial(t, made)
	d.toursApprovals(t)
	d.toursAssess(t, made)
	d.toursRest(t, made)
	d.toursMore(t, made)
	d.toursSupplier(t)
	d.toursOperator(t)
	d.toursReader(t, made)
}

func (d *seenDen) toursOfficial(t *testing.T, made *seenTrial) {
	b := made.official.in(t)
	b.open("/trials")
	b.look("trials")
	b.press("Booking appointments at local offices")
	demo := b.at()
	b.look("trial-scored")
	box := read[string](b, `document.querySelector('.den-column:last-child a[href^="/sandboxes/"]').pathname`)
	b.press("Give all products more time")
	b.look("trial-extend")
	b.write("#by", "90 days")
	b.press("Give it more time")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("trial-extend-wrong")

	b.open(box + "/receipt")
	b.look("receipt-none")
	b.open(box)
	b.press("Give it more time")
	b.look("sandbox-extend")
	b.write("#by", "2 hours")
	b.write("#why", "A colleague wants to see it.")
	b.press("Give it more time")
	b.shows(".govuk-notification-banner", "more time")
	b.press("Start it again")
	b.look("sandbox-restart")
	b.press("Start it again")
	b.shows(".govuk-notification-banner", "starting again")
	b.until(`document.querySelector('#now .govuk-tag').innerText.trim() === 'Ready'`)

	b.open("/trials/new")
	b.write("#name", "A draft that nobody needs")
	b.write("#question", "Why?")
	b.press("Save and continue")
	b.open(b.at() + "/check")
	b.look("set-up-check-empty")
	b.press("Start the trial")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("set-up-check-wrong")
	b.open(strings.TrimSuffix(strings.TrimSuffix(b.at(), "/start"), "/set-up/check") + "/set-up")
	b.press("Cancel this trial")
	b.look("trial-cancel")
	b.press("Cancel the trial")
	b.shows(".govuk-notification-banner", "cancelled")
	b.press("A draft that nobody needs")
	b.look("trial-cancelled")
	b.open("/trials?state=draft")
	b.look("trials-none")
	b.open(demo + "/report")
	b.look("report-demo")
	b.open(made.path + "/publish?part=finding&part=scores&part=names")
	b.look("publish")
	b.write("#why", "Others can use it.")
	b.press("Publish")
	b.shows(".govuk-notification-banner", "in the register")
	b.look("registered")
	published := strings.Replace(made.path, "/trials/", "/register/", 1)
	b.do(evaluate(fmt.Sprintf(`['%s/report/csv', '%s/csv', '/schemas/report-1.json'].forEach((one) => fetch(one)); 0`, made.path, published)))
	b.open("/register")
	b.look("register")
	b.open("/compare")
	b.look("compare-trials")
	b.open("/record")
	b.look("record-denied")
	b.open("/nothing")
	b.look("not-found")
	d.toursAccount(b)
	b.isQuiet()
}

// toursAccount looks at what is a person's own.
func (d *seenDen) toursAccount(b *tab) {
	b.open("/me")
	b.look("account")
	b.press("Where you are signed in")
	b.look("sessions")
	b.press("Back")
	b.press("Department for Local Services")
	b.look("members")
	b.press("Make the invitation")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("members-wrong")
	b.write("#for", "Grace")
	b.do(evaluate(`document.querySelector('[type=radio][name=role][value=member]').click()`))
	b.press("Make the invitation")
	b.until(`document.querySelector('#link')`)
	b.look("members-made")
	link := read[string](b, `document.querySelector('#link').innerText.replace(location.origin, '')`)
	b.open(link)
	b.look("join")
	d.toursNewcomer(b.T, link)
	b.open("/join?link=none")
	b.look("join-over")
	b.open("/sign-in/callback")
	b.look("no-provider")
	d.allowsAComputer(b)
	b.open("/me/tokens")
	b.look("tokens-one")
	b.press("Take back")
	b.look("tokens-empty")
	b.press("Make the token")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("tokens-wrong")
	b.write("#name", "nightly report")
	b.do(evaluate(`document.querySelector('[name=grants][value=read]').click()`))
	b.press("Make the token")
	b.until(`document.querySelector('#secret')`)
	b.look("tokens-made")
}

// toursNewcomer is somebody new with an invitation, who makes an account.
func (d *seenDen) toursNewcomer(t *testing.T, link string) {
	b := d.person(t)
	b.open(link)
	b.look("join-new")
	b.press("Make my account and join")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("join-new-wrong")
	b.write("#name", "Grace Hall")
	b.write("#email", "grace.hall@example.com")
	b.write("#password", "three words nobody guesses")
	b.press("Make my account and join")
	b.shows("body", "You have joined")
	b.open("/me/password")
	b.look("mypassword")
	b.open("/me/codes")
	b.look("codes")
	b.press("Ask me for a code from now on")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("codes-wrong")
	b.isQuiet()
}

func (d *seenDen) toursSupplier(t *testing.T) {
	b := d.person(t)
	b.open("/products/new")
	b.signIn("Kasia Nowak")
	b.look("product-new")
	b.press("Add the product")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("product-new-wrong")
	b.write("#name", "Bookwell Plus")
	b.press("Add the product")
	b.look("product-empty")
	b.press("Add a release")
	b.look("release-new")
	b.write("#version", "1.0")
	b.write("#image", "northbridge/nothing:1.0")
	b.press("Add the release")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("release-new-wrong")
	b.open("/me")
	b.press("Northbridge Software")
	b.look("members-supplier")
	b.open("/products")
	b.look("products")
	b.press("Bookwell")
	b.look("product")
	b.open("/")
	b.look("home-supplier")
	b.open(read[string](b, `document.querySelector('main a[href^="/sandboxes/"]').pathname`))
	b.look("sandbox-supplier")
	b.open(b.at() + "/renewals")
	b.look("renewals")
	b.open("/register")
	b.press("Registering a birth")
	b.press("Reply for Bookwell")
	b.look("reply")
	b.isQuiet()
}

func (d *seenDen) toursOperator(t *testing.T) {
	b := d.person(t)
	b.open("/host/sweep")
	b.signIn("Sam Whitfield")
	b.look("sweep")
	for _, kind := range []string{"department", "supplier"} {
		b.open("/" + kind + "s/new")
		b.look(kind + "-new")
		b.press("Add")
		b.until(`document.querySelector('.govuk-error-summary')`)
		b.look(kind + "-new-wrong")
	}
	b.open("/people")
	b.look("everybody")
	b.press("Operators and auditors")
	b.look("members-den")
	b.open("/")
	b.look("home-operator")
	b.open("/healthz")
	b.open("/readyz")
	b.isQuiet()
}

func (d *seenDen) toursReader(t *testing.T, made *seenTrial) {
	b := d.person(t)
	b.open("/sign-in")
	b.click("summary", "Sign in another way")
	b.write("#secret", "den_wrong")
	b.press("Use the link or token")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("sign-in-wrong")
	b.open("/sign-in")
	b.click("summary", "Sign in another way")
	b.write("#email", "nobody@example.com")
	b.write("#password", "a wrong password")
	b.press("Sign in")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("sign-in-password-wrong")
	b.open("/help")
	b.look("help")
	for _, guide := range read[[]string](b, `[...document.querySelectorAll('main a[href^="/help/"]')].map((one) => one.pathname)`) {
		b.open(guide)
		b.look(strings.ReplaceAll(guide[1:], "/", "-"))
	}
	b.open("/api/docs")
	b.look("api-docs")
	b.open("/record")
	b.signIn("Ruth Adeyemi")
	b.look("record")
	b.open(made.path)
	b.look("trial-auditor")
	b.isQuiet()
}

// empties looks at a den in which nothing is yet, as its operator, who comes by the link
// of the first start.
func empties(t *testing.T, d *seenDen) {
	b := d.person(t)
	b.open(d.link)
	b.look("sign-in-link")
	b.press("Sign in")
	for _, path := range []string{"/", "/trials", "/challenges", "/challenges/new", "/products", "/host", "/record", "/trials/new", "/products/new", "/host/sweep"} {
		b.open(path)
		b.look("empty" + strings.ReplaceAll(path, "/", "-"))
	}
	b.open("/trials/new")
	b.press("Add a department")
	b.write("#name", "Department for Local Services")
	b.press("Add")
	b.open("/trials/new")
	b.shows("label", "Name of the trial")
	b.press("Sign out")
	b.shows("body", "signed out")
	b.look("signed-out")
	b.open(d.link)
	b.press("Sign in")
	b.until(`document.querySelector('.govuk-error-summary')`)
	b.look("sign-in-link-used")
	b.isQuiet()
	d.faults(t)
}

// unvisited lists the pages of web/routes.go that nobody has asked for.
func (s *sights) unvisited(t *testing.T) []string {
	t.Helper()
	source, err := os.ReadFile("../../web/routes.go")
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var left []string
	routes := regexp.MustCompile(`\{get, "([^"]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(routes) < 30 {
		t.Fatalf("only %d pages are found in web/routes.go", len(routes))
	}
	for _, one := range routes {
		pattern := regexp.MustCompile(`\*[a-z]+`).ReplaceAllString(regexp.MustCompile(`:[a-z]+`).ReplaceAllString(one[1], `[^/]+`), `.+`)
		whole := regexp.MustCompile(fmt.Sprintf(`^%s$`, pattern))
		isVisited := false
		for path := range s.visited {
			// Fixed words are pages of their own: /trials/new is not a trial.
			isVisited = isVisited || whole.MatchString(path) && (!strings.Contains(one[1], ":") || !strings.HasSuffix(path, "/new") || strings.HasSuffix(one[1], "/new"))
		}
		if !isVisited {
			left = append(left, one[1])
		}
	}
	return left
}

func (s *sights) leftNothingOut(t *testing.T) {
	for _, route := range s.unvisited(t) {
		t.Errorf("no story comes by GET %s: add it to one", route)
	}
}

func (s *sights) keepTheRules(t *testing.T) {
	if s.pages < 80 {
		t.Errorf("only %d pages were looked at", s.pages)
	}
	for _, one := range validate(t, s.folder) {
		t.Error(one)
	}
}
