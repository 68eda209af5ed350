package pages

import (
	"maps"
	"testing"
	"time"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// A page that cannot be shown is found here, not by its first visitor: the templates
// that are tried are those that are built in.
func TestEveryPageCanBeShown(t *testing.T) {
	v, err := view.New(view.Config{Pages: templates, Zone: time.UTC, Now: func() time.Time { return time.Time{} }})
	if err != nil {
		t.Fatal(err)
	}
	all := samples()
	maps.Copy(all, challengeSamples())
	if err := v.Try(all); err != nil {
		t.Error(err)
	}
	delete(all, "home")
	if v.Try(all) == nil {
		t.Error("a page without a sample is not seen")
	}
}

// challengeSamples are what each page of challenges is tried with.
func challengeSamples() map[string]view.Page {
	return map[string]view.Page{
		"challenge":          challengePage{},
		"challenge-answers":  challengeAnswersPage{},
		"challenge-ask":      challengeAskPage{},
		"challenge-check":    challengeCheckPage{},
		"challenge-interest": challengeInterestPage{},
		"challenge-new":      newChallengePage{},
		"challenge-notice":   noticePage{},
		"challenge-pack":     packPage{},
		"challenge-question": challengeQuestionPage{},
		"challenge-set-up":   challengeSetUpPage{},
		"challenge-step":     challengeStepPage{},
		"challenge-thank":    challengeThankPage{},
		"challenges":         challengesPage{},
	}
}

// samples are what each page is tried with.
func samples() map[string]view.Page {
	return map[string]view.Page{
		"approval": approvalPage{}, "approvals": approvalsPage{}, "budget": budgetPage{}, "deliveries": deliveriesPage{}, "more-time": morePage{}, "renewals": renewalsPage{},
		"notice-choices": choicesPage{}, "notices": noticesPage{}, "rules": rulesPage{},
		"account": accountPage{}, "away": awayPage{}, "everybody": everybodyPage{}, "join": joinPage{}, "members": membersPage{}, "code": codePage{}, "computer": computerPage{}, "codes": codesPage{}, "mypassword": mypasswordPage{}, "sessions": sessionsPage{}, "tokens": tokensPage{},
		"assess":       assessPage{},
		"amend":        amendPage{},
		"consensus":    consensusPage{},
		"declare":      declarePage{},
		"exhibit":      exhibitPage{},
		"cite":         citePage{},
		"citable":      citablePage{},
		"interest":     interestPage{},
		"interests":    interestsPage{},
		"lock":         lockPage{},
		"prices":       pricesPage{},
		"protocol":     protocolPage{},
		"scheme":       schemeViewPage{},
		"scheme-edit":  schemeEditPage{},
		"schemes":      schemesPage{},
		"summary":      summaryPage{},
		"ask":          askPage{},
		"decide":       decidePage{},
		"extend":       extendPage{},
		"guide":        guidePage{},
		"help":         helpPage{},
		"home":         homePage{},
		"host":         hostPage{},
		"host-list":    hostSandboxesPage{},
		"kept":         keptPage{},
		"mails":        mailsPage{},
		"organisation": organisationPage{},
		"overview":     overviewPage{},
		"problem":      problemPage{},
		"product":      productPage{},
		"product-new":  newProductPage{},
		"product-edit": productEditPage{},
		"receipt":      receiptPage{},
		"released":     releasedPage{},
		"sbom":         sbomPage{},
		"preflight":    preflightPage{},
		"event":        eventPage{},
		"record":       recordPage{},
		"shares":       sharesPage{}, "shared": sharedPage{}, "visit": visitPage{},
		"record-key":     recordKeyPage{},
		"reference":      referencePage{},
		"release":        releasePage{},
		"report":         reportPage{},
		"publish":        publishPage{},
		"register":       registerPage{},
		"registered":     registeredPage{},
		"compare-trials": trialsComparedPage{},
		"reply":          replyPage{},
		"sandbox":        sandboxPage{},
		"set-up":         setUpPage{},
		"set-up-about":   aboutPage{}, "set-up-data": dataPage{}, "set-up-check": checkPage{}, "set-up-people": peoplePage{}, "set-up-products": entriesPage{},
		"set-up-scheme": schemePage{}, "set-up-size": sizePage{}, "set-up-tasks": tasksPage{}, "set-up-measuring": measuringPage{}, "measured": measuredPage{}, "set-up-ways": waysPage{}, "set-up-weights": weightsPage{},
		"sign-in": signInPage{},
		"techmap": techmapPage{}, "sheets": sheetsPage{}, "techmap-map": mapPage{}, "compare": comparePage{}, "supplier": supplierPage{}, "supplier-edit": supplierEditPage{},
		"profiles": profilesPage{}, "personal": personalPage{}, "personal-remove": removePage{}, "retention": retentionPage{},
		"sweep":  sweepPage{Images: []den.IdleImage{{Image: "sha256:1", State: den.ImageDue}, {Image: "sha256:2", Pushed: true, State: den.ImageLater}}},
		"trial":  trialPage{},
		"trials": trialsPage{},
	}
}
