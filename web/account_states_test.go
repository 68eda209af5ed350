package web_test

// accountPages are those of what is a person's own, and of who belongs where.
func (r *rig) accountPages() []shown {
	department, supplier := "/departments/"+string(r.department.ID)+"/members", "/suppliers/"+string(r.northbridge.ID)+"/members"
	theirs := "/people/" + string(r.people["evaluator"].ID) + "/data"
	const removes = `document.querySelector('main form[action$="/data/remove"]').requestSubmit()`
	const invites = `document.querySelector('main form[action$="/members"]').requestSubmit()`
	return []shown{
		{"account", "official", "/me", ""}, {"account-newcomer", "newcomer", "/me", ""}, {"sessions", "official", "/me/sessions", ""},
		{"tokens", "official", "/me/tokens", ""}, {"tokens-wrong", "official", "/me/tokens", `document.querySelector('main form[action="/me/tokens"]').requestSubmit()`},
		{"data", "official", "/me/data", ""}, {"data-newcomer", "newcomer", "/me/data", ""}, {"data-remove", "official", "/me/data/remove", ""}, {"data-wrong", "official", "/me/data/remove", removes},
		{"data-of", "operator", theirs, ""}, {"data-of-remove", "operator", theirs + "/remove", ""}, {"data-of-wrong", "operator", theirs + "/remove", removes},
		{"retention", "operator", "/host/retention", ""}, {"retention-auditor", "auditor", "/host/retention", ""},
		{"members", "approver", department, ""}, {"members-wrong", "approver", department, invites}, {"members-auditor", "auditor", department, ""},
		{"members-supplier", "engineer", supplier, ""}, {"members-den", "operator", "/people/members", ""}, {"everybody", "operator", "/people", ""},
		{"join-over", "", "/join?link=none", ""},
		{"mypassword-none", "official", "/me/password", ""},
		{"codes-none", "official", "/me/codes", ""},
		{"join-new", "", r.joinLink(), ""}, {"join-new-wrong", "", r.joinLink(), `document.querySelector('main form[action="/join/new"]').requestSubmit()`}, {"join-known", "newcomer", r.joinLink(), ""},
		{"sign-in-password-wrong", "", "/sign-in", `document.querySelector('main form[action="/sign-in/password"]').requestSubmit()`},
	}
}
