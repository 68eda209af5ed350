package web_test

import "strings"

// row says who may use a route, written by hand from the policy and not computed from
// it: what it is asked about, who may with a thing of ours and with one of theirs, and,
// where that is not nobody, with an id of nothing.
//
// Things: draft, running, finished (trials), live, ended (sandboxes of running and
// finished), product, release, department, supplier, person, event, share; "" is nothing in
// particular. A new kind of thing is made in sides (sides_test.go).
type row struct {
	about string
	ours  may
	their may
	none  may
}

// may is who gets an answer, and who only learns that the thing is there and not
// theirs to change (403). Everybody else who is known gets what they get for things
// that are not there (404); nobody is sent to the sign-in.
type may struct{ yes, look string }

// The people. Ours is the department of official, approver and colleague; the
// evaluator assesses ours; engineer is of the supplier of ours, rival of theirs;
// stranger is of another department. Idle may assess a trial that is not there,
// newcomer has no role at all.
const (
	all    = "operator auditor official approver colleague stranger evaluator idle engineer rival newcomer"
	roles  = "operator auditor official approver colleague stranger idle engineer rival"
	ourTop = "operator official approver colleague"
)

var (
	anybody  = may{yes: all + " nobody"}
	known    = may{yes: all}
	withRole = may{yes: roles}
	no       = may{}
	same     = may{yes: "as ours"} // for a thing of theirs: as for one of ours

	seeOur, seeTheir     = may{yes: ourTop + " auditor evaluator"}, may{yes: "operator auditor stranger"}
	runOur, runTheir     = may{ourTop, "auditor evaluator"}, may{"operator stranger", "auditor"}
	scoreOur, scoreTheir = may{"evaluator", ourTop + " auditor"}, may{"operator stranger", "auditor"} // ours names the evaluator, the others nobody
	boxOur, boxTheir     = may{yes: ourTop + " auditor evaluator engineer"}, may{yes: "operator auditor stranger rival"}
	endOur, endTheir     = may{ourTop, "auditor evaluator engineer"}, may{"operator stranger", "auditor rival"}
	againOur, againTheir = may{ourTop + " engineer", "auditor evaluator"}, may{"operator stranger rival", "auditor"}
	proposeOur           = may{"operator engineer", "official approver colleague auditor evaluator"}
	proposeTheir         = may{"operator rival", "auditor stranger"}
	openOur, openTheir   = may{yes: ourTop + " evaluator engineer"}, may{yes: "operator stranger rival"}
	offerOur, offerTheir = may{"operator engineer", except(roles, "operator", "engineer")}, may{"operator rival", except(roles, "operator", "rival")}
	sbomOur, sbomTheir   = may{except(roles, "idle", "rival"), "idle rival"}, may{except(roles, "idle", "engineer"), "idle engineer"}
	addTrial             = may{ourTop + " stranger", except(all, "operator", "official", "approver", "colleague", "stranger")}
	addEntry             = addTrial
	writes               = may{addTrial.yes + " engineer rival", "auditor evaluator idle newcomer"}
	readTheir            = may{yes: "operator auditor stranger"}
	readsAll             = may{yes: "operator auditor"}

	draftOur, draftTheir   = may{ourTop, "auditor"}, may{"operator stranger", "auditor"}
	writeOur, writeTheir   = may{ourTop, except(roles, "operator", "official", "approver", "colleague")}, may{"operator stranger", except(roles, "operator", "stranger")}
	insideOur, insideTheir = may{ourTop + " auditor", "stranger idle engineer rival"}, may{"operator auditor stranger", "official approver colleague idle engineer rival"}
	replies                = may{"engineer rival", except(roles, "engineer", "rival")}
	memberOur, memberTheir = may{yes: ourTop + " auditor"}, may{yes: "operator auditor stranger"}
	operatesAll            = may{"operator", except(all, "operator")}
	operates               = may{"operator", "auditor"}
)

// verdicts is one line for each route. Add yours where its room is.
var verdicts = map[string]row{
	// the door
	"GET /healthz":           {"", anybody, no, no},
	"GET /readyz":            {"", anybody, no, no},
	"GET /static/*file":      {"", anybody, no, no},
	"HEAD /static/*file":     {"", anybody, no, no},
	"GET /sign-in":           {"", anybody, no, no},
	"POST /sign-in":          {"", anybody, no, no},
	"POST /sign-in/password": {"", anybody, no, no},
	"POST /sign-in/code":     {"", anybody, no, no},
	"POST /sign-in/provider": {"", anybody, no, no},
	"POST /sign-in/computer": {"", anybody, no, no},
	"GET /sign-in/callback":  {"", anybody, no, no},
	"POST /sign-out":         {"", anybody, no, no},
	"GET /help":              {"", anybody, no, no},
	"GET /help/:guide":       {"", anybody, no, no},
	"GET /schemas/*name":     {"", anybody, no, no},
	"GET /api/docs":          {"", anybody, no, no},
	"GET /":                  {"", known, no, no},
	"GET /departments/new":   {"", may{"operator", except(all, "operator")}, no, no},
	"GET /metrics":           {"", readsAll, no, no},
	"POST /host/backup":      {"", operates, no, no},
	"POST /departments":      {"", may{"operator", except(all, "operator")}, no, no},

	// what is one's own: somebody else's token is not there
	"GET /me":                    {"", known, no, no},
	"GET /me/password":           {"", known, no, no},
	"POST /me/password":          {"", known, no, no},
	"GET /me/codes":              {"", known, no, no},
	"POST /me/codes":             {"", known, no, no},
	"POST /me/codes/drop":        {"", known, no, no},
	"GET /me/sessions":           {"", known, no, no},
	"POST /me/sessions/end":      {"", known, no, no},
	"POST /me/sessions/:id/end":  {"token", no, no, no},
	"GET /me/tokens":             {"", known, no, no},
	"GET /me/computers/new":      {"", known, no, no},
	"POST /me/computers":         {"", known, no, no},
	"POST /me/tokens":            {"", known, no, no},
	"POST /me/tokens/:id/revoke": {"token", no, no, no},
	"GET /me/data":               {"", known, no, no},
	"GET /me/data/file":          {"", known, no, no},
	"GET /me/data/remove":        {"", known, no, no},
	"POST /me/data/remove":       {"", known, no, no},

	"GET /people/:id/data":         {"someone", operates, operates, may{look: "auditor"}},
	"GET /people/:id/data/file":    {"someone", operates, operates, may{look: "auditor"}},
	"GET /people/:id/data/remove":  {"someone", operates, operates, may{look: "auditor"}},
	"POST /people/:id/data/remove": {"someone", operates, operates, may{look: "auditor"}},
	"GET /host/retention":          {"", readsAll, no, no},

	// who belongs where: an invitation or a person that is not there is not there for all
	"GET /join":                     {"", anybody, no, no},
	"POST /join":                    {"", known, no, no},
	"POST /join/new":                {"", anybody, no, no},
	"GET /departments/:id/members":  {"department", memberOur, memberTheir, no},
	"POST /departments/:id/members": {"department", may{ourTop, "auditor"}, may{"operator stranger", "auditor"}, no},
	"POST /departments/:id/members/invitations/:invitation/take-back": {"department", no, no, no},
	"POST /departments/:id/members/:person/roles":                     {"department", may{ourTop, "auditor"}, may{"operator stranger", "auditor"}, may{"operator", "auditor"}},
	"GET /suppliers/:id/members":                                      {"supplier", may{yes: "operator auditor engineer"}, may{yes: "operator auditor rival"}, no},
	"POST /suppliers/:id/members":                                     {"supplier", may{"operator engineer", "auditor"}, may{"operator rival", "auditor"}, no},
	"POST /suppliers/:id/members/invitations/:invitation/take-back":   {"supplier", no, no, no},
	"POST /suppliers/:id/members/:person/roles":                       {"supplier", may{"operator engineer", "auditor"}, may{"operator rival", "auditor"}, may{"operator", "auditor"}},
	"GET /people":          {"", readsAll, no, no},
	"GET /people/members":  {"", readsAll, no, no},
	"POST /people/members": {"", operates, no, no},
	"POST /people/members/invitations/:invitation/take-back": {"", no, no, no},
	"POST /people/members/:person/roles":                     {"", operates, no, no},
	"POST /people/:id/left":                                  {"someone", operates, operates, may{look: "auditor"}},

	// trials
	"GET /trials":                                               {"", known, no, no},
	"GET /trials/new":                                           {"", addTrial, no, no},
	"POST /trials":                                              {"", addTrial, no, no},
	"GET /trials/:id":                                           {"running", seeOur, seeTheir, no},
	"GET /trials/:id/live":                                      {"finished", seeOur, seeTheir, no},
	"GET /trials/:id/set-up":                                    {"draft", runOur, runTheir, no},
	"GET /trials/:id/set-up/about":                              {"draft", runOur, runTheir, no},
	"POST /trials/:id/set-up/about":                             {"draft", runOur, runTheir, no},
	"GET /trials/:id/set-up/products":                           {"draft", runOur, runTheir, no},
	"POST /trials/:id/set-up/products":                          {"draft", runOur, runTheir, no},
	"GET /trials/:id/set-up/scheme":                             {"draft", runOur, runTheir, no},
	"POST /trials/:id/set-up/scheme":                            {"draft", runOur, runTheir, no},
	"GET /trials/:id/set-up/weights":                            {"draft", runOur, runTheir, no},
	"POST /trials/:id/set-up/weights":                           {"draft", runOur, runTheir, no},
	"GET /trials/:id/set-up/tasks":                              {"draft", runOur, runTheir, no},
	"POST /trials/:id/set-up/tasks":                             {"draft", runOur, runTheir, no},
	"GET /trials/:id/set-up/measuring":                          {"draft", runOur, runTheir, no},
	"POST /trials/:id/set-up/measuring":                         {"draft", runOur, runTheir, no},
	"GET /trials/:id/set-up/ways":                               {"draft", runOur, runTheir, no},
	"POST /trials/:id/set-up/ways":                              {"draft", runOur, runTheir, no},
	"GET /trials/:id/set-up/data":                               {"draft", runOur, runTheir, no},
	"POST /trials/:id/set-up/data":                              {"draft", runOur, runTheir, no},
	"GET /trials/:id/set-up/people":                             {"draft", runOur, runTheir, no},
	"POST /trials/:id/set-up/people":                            {"draft", runOur, runTheir, no},
	"GET /trials/:id/set-up/size":                               {"draft", runOur, runTheir, no},
	"POST /trials/:id/set-up/size":                              {"draft", runOur, runTheir, no},
	"GET /trials/:id/set-up/check":                              {"draft", runOur, runTheir, no},
	"POST /trials/:id/start":                                    {"draft", runOur, runTheir, no},
	"GET /trials/:id/cancel":                                    {"draft", runOur, runTheir, no},
	"POST /trials/:id/cancel":                                   {"draft", runOur, runTheir, no},
	"GET /trials/:id/end":                                       {"running", runOur, runTheir, no},
	"POST /trials/:id/end":                                      {"running", runOur, runTheir, no},
	"GET /trials/:id/extend":                                    {"running", runOur, runTheir, no},
	"POST /trials/:id/extend":                                   {"running", runOur, runTheir, no},
	"GET /trials/:id/shares":                                    {"running", runOur, runTheir, no},
	"POST /trials/:id/shares":                                   {"running", runOur, runTheir, no},
	"POST /trials/:id/shares/:share/withdraw":                   {"share", runOur, runTheir, no},
	"GET /shared":                                               {"", known, no, no},
	"GET /visit/:secret":                                        {"", anybody, no, no},
	"POST /visit/:secret":                                       {"", anybody, no, no},
	"GET /trials/:id/report":                                    {"finished", seeOur, seeTheir, no},
	"GET /trials/:id/publish":                                   {"finished", runOur, runTheir, no},
	"POST /trials/:id/publish":                                  {"finished", runOur, runTheir, no},
	"POST /trials/:id/withdraw":                                 {"finished", runOur, runTheir, no},
	"GET /compare":                                              {"", known, no, no},
	"GET /register":                                             {"", known, no, no},
	"GET /register/:id":                                         {"published", known, same, no},
	"GET /register/:id/:form":                                   {"published", known, same, no},
	"GET /register/:id/reply/:entry":                            {"published", may{yes: "engineer"}, may{yes: "rival"}, no},
	"POST /register/:id/reply/:entry":                           {"published", may{yes: "engineer"}, may{yes: "rival"}, no},
	"GET /trials/:id/measured":                                  {"running", seeOur, seeTheir, no},
	"POST /trials/:id/load":                                     {"running", runOur, runTheir, no},
	"GET /trials/:id/measured/data":                             {"running", seeOur, seeTheir, no},
	"GET /trials/:id/report/:form":                              {"finished", seeOur, seeTheir, no},
	"GET /trials/:id/decide":                                    {"finished", runOur, runTheir, no},
	"POST /trials/:id/decide":                                   {"finished", runOur, runTheir, no},
	"GET /trials/:id/protocol":                                  {"finished", seeOur, seeTheir, no},
	"GET /trials/:id/amend":                                     {"running", runOur, runTheir, no},
	"POST /trials/:id/amend":                                    {"running", runOur, runTheir, no},
	"GET /trials/:id/declare":                                   {"running", scoreOur, scoreTheir, no},
	"POST /trials/:id/declare":                                  {"running", scoreOur, scoreTheir, no},
	"GET /trials/:id/interests":                                 {"running", seeOur, seeTheir, no},
	"GET /trials/:id/interests/:person":                         {"running", may{"", "auditor evaluator"}, may{"", "auditor"}, no},
	"POST /trials/:id/interests/:person":                        {"running", may{"", "auditor evaluator"}, may{"", "auditor"}, no},
	"GET /trials/:id/prices":                                    {"running", runOur, runTheir, no},
	"POST /trials/:id/prices":                                   {"running", runOur, runTheir, no},
	"GET /trials/:id/consensus":                                 {"finished", seeOur, seeTheir, no},
	"POST /trials/:id/consensus":                                {"finished", runOur, runTheir, no},
	"POST /trials/:id/consensus/dissent":                        {"finished", scoreOur, scoreTheir, no},
	"GET /trials/:id/consensus/lock":                            {"finished", runOur, runTheir, no},
	"POST /trials/:id/consensus/lock":                           {"finished", runOur, runTheir, no},
	"GET /trials/:id/entries/:entry/summary":                    {"finished", may{ourTop + " auditor engineer", "evaluator"}, may{yes: "operator auditor stranger rival"}, no},
	"GET /trials/:id/entries/:entry/evidence":                   {"running", scoreOur, scoreTheir, no},
	"POST /trials/:id/entries/:entry/evidence":                  {"running", scoreOur, scoreTheir, no},
	"GET /trials/:id/entries/:entry/evidence/:evidence/remove":  {"running", may{look: scoreOur.look}, may{look: scoreTheir.look}, no},
	"POST /trials/:id/entries/:entry/evidence/:evidence/remove": {"running", may{look: scoreOur.look}, may{look: scoreTheir.look}, no},
	"GET /trials/:id/cite":                                      {"finished", runOur, runTheir, no},
	"GET /trials/:id/cite/:cited":                               {"finished", runOur, runTheir, no},
	"POST /trials/:id/cite/:cited":                              {"finished", runOur, runTheir, no},
	"GET /trials/:id/cite/:cited/remove":                        {"finished", may{look: runOur.look}, may{look: runTheir.look}, no},
	"POST /trials/:id/cite/:cited/remove":                       {"finished", may{look: runOur.look}, may{look: runTheir.look}, no},
	"GET /trials/:id/evidence/:evidence":                        {"running", no, no, no},
	"GET /schemes":                                              {"", known, no, no},
	"GET /schemes/:scheme/:version":                             {"", known, no, no},
	"GET /schemes/:scheme/:version/edit":                        {"", operatesAll, no, no},
	"POST /schemes/:scheme/:version/edit":                       {"", operatesAll, no, no},
	"GET /trials/:id/entries/:entry/assess":                     {"running", scoreOur, scoreTheir, no},
	"POST /trials/:id/entries/:entry/assess":                    {"running", scoreOur, scoreTheir, no},
	"POST /trials/:id/entries/:entry/assess/autosave":           {"running", scoreOur, scoreTheir, no},

	// sandboxes
	"GET /sandboxes/:id":          {"live", boxOur, boxTheir, no},
	"GET /sandboxes/:id/live":     {"ended", boxOur, boxTheir, no},
	"GET /sandboxes/:id/mails":    {"live", boxOur, boxTheir, no},
	"GET /sandboxes/:id/receipt":  {"ended", boxOur, boxTheir, no},
	"GET /sandboxes/:id/end":      {"live", endOur, endTheir, no},
	"POST /sandboxes/:id/end":     {"live", endOur, endTheir, no},
	"GET /sandboxes/:id/extend":   {"live", endOur, endTheir, no},
	"POST /sandboxes/:id/extend":  {"live", endOur, endTheir, no},
	"GET /sandboxes/:id/restart":  {"live", againOur, againTheir, no},
	"POST /sandboxes/:id/restart": {"live", againOur, againTheir, no},
	"GET /sandboxes/:id/pause":    {"live", endOur, endTheir, no},
	"POST /sandboxes/:id/pause":   {"live", endOur, endTheir, no},
	"GET /sandboxes/:id/resume":   {"live", endOur, endTheir, no},
	"POST /sandboxes/:id/resume":  {"live", endOur, endTheir, no},
	"GET /open/:name":             {"live", openOur, openTheir, no},

	// challenges
	"GET /challenges":                            {"", withRole, no, no},
	"GET /challenges/new":                        {"", addTrial, no, no},
	"POST /challenges":                           {"", addTrial, no, no},
	"GET /challenges/:id":                        {"challenge", withRole, same, no},
	"GET /challenges/:id/set-up":                 {"challenge-draft", draftOur, draftTheir, no},
	"GET /challenges/:id/set-up/:step":           {"challenge-draft", draftOur, draftTheir, no},
	"POST /challenges/:id/set-up/:step":          {"challenge-draft", draftOur, draftTheir, no},
	"POST /challenges/:id/set-up/:step/autosave": {"challenge-draft", draftOur, draftTheir, no},
	"GET /challenges/:id/preview":                {"challenge-draft", draftOur, draftTheir, no},
	"GET /challenges/:id/check":                  {"challenge-draft", draftOur, draftTheir, no},
	"POST /challenges/:id/publish":               {"challenge-draft", draftOur, draftTheir, no},
	"GET /challenges/:id/close":                  {"challenge", writeOur, writeTheir, no},
	"POST /challenges/:id/close":                 {"challenge", writeOur, writeTheir, no},
	"GET /challenges/:id/withdraw":               {"challenge", writeOur, writeTheir, no},
	"POST /challenges/:id/withdraw":              {"challenge", writeOur, writeTheir, no},
	"GET /challenges/:id/ask":                    {"challenge", replies, same, no},
	"POST /challenges/:id/ask":                   {"challenge", replies, same, no},
	"GET /challenges/:id/interest":               {"challenge", replies, same, no},
	"POST /challenges/:id/interest":              {"challenge", replies, same, no},
	"GET /challenges/:id/interest/take-back":     {"challenge", replies, same, no},
	"POST /challenges/:id/interest/take-back":    {"challenge", replies, same, no},
	"GET /challenges/:id/answers":                {"challenge", insideOur, insideTheir, no},
	"POST /challenges/:id/invite":                {"challenge", writeOur, writeTheir, no},
	"POST /challenges/:id/trial":                 {"challenge", writeOur, writeTheir, no},
	"GET /challenges/:id/pack":                   {"challenge", withRole, same, no},
	"GET /challenges/:id/pack/text":              {"challenge", withRole, same, no},
	"GET /challenges/:id/pack/html":              {"challenge", withRole, same, no},
	"GET /challenges/:id/notice":                 {"challenge", insideOur, insideTheir, no},
	"GET /challenges/:id/notice/text":            {"challenge", insideOur, insideTheir, no},
	"GET /questions/:id":                         {"question", may{ourTop, "auditor"}, may{"operator stranger", "auditor"}, no},
	"POST /questions/:id":                        {"question", may{ourTop, "auditor"}, may{"operator stranger", "auditor"}, no},
	"GET /interests/:id/thank":                   {"interest", may{ourTop, "auditor engineer"}, may{"operator stranger", "auditor rival"}, no},
	"POST /interests/:id/thank":                  {"interest", may{ourTop, "auditor engineer"}, may{"operator stranger", "auditor rival"}, no},

	// the techmap
	"GET /techmap":                   {"", withRole, no, no},
	"GET /techmap/map":               {"", withRole, no, no},
	"GET /techmap/compare":           {"", withRole, no, no},
	"GET /techmap/suppliers.csv":     {"", withRole, no, no},
	"GET /techmap/products.csv":      {"", withRole, no, no},
	"GET /techmap/import":            {"", writes, no, no},
	"POST /techmap/import":           {"", writes, no, no},
	"GET /products":                  {"", withRole, no, no},
	"GET /products/new":              {"", writes, no, no},
	"POST /products":                 {"", writes, no, no},
	"GET /products/:id":              {"product", withRole, same, no},
	"GET /products/:id/edit":         {"product", offerOur, offerTheir, no},
	"POST /products/:id/edit":        {"product", offerOur, offerTheir, no},
	"GET /suppliers/new":             {"", addEntry, no, no},
	"POST /suppliers":                {"", addEntry, no, no},
	"GET /suppliers/:id":             {"supplier", withRole, same, no},
	"GET /suppliers/:id/edit":        {"supplier", offerOur, offerTheir, no},
	"GET /suppliers/:id/overview":    {"supplier", may{"operator auditor engineer", except(roles, "operator", "auditor", "engineer")}, may{"operator auditor rival", except(roles, "operator", "auditor", "rival")}, no},
	"POST /suppliers/:id/edit":       {"supplier", offerOur, offerTheir, no},
	"GET /suppliers/:id/hand-over":   {"supplier", may{"operator", except(roles, "operator")}, same, no},
	"POST /suppliers/:id/hand-over":  {"supplier", may{"operator", except(roles, "operator")}, same, no},
	"GET /products/:id/releases/new": {"product", offerOur, offerTheir, no},
	"POST /products/:id/releases":    {"product", offerOur, offerTheir, no},
	"GET /releases/:id":              {"release", withRole, same, no},
	"GET /releases/:id/sbom":         {"release", sbomOur, sbomTheir, no},
	"POST /releases/:id/sbom":        {"release", offerOur, offerTheir, no},
	"GET /releases/:id/sbom/file":    {"release", sbomOur, sbomTheir, no},
	"POST /releases/:id/preflights":  {"release", offerOur, offerTheir, no},
	"GET /preflights/:id":            {"preflight", withRole, withRole, no},
	"GET /preflights/:id/live":       {"preflight", withRole, withRole, no},

	// approvals, rules and budgets
	"GET /approvals":                        {"", known, no, no},
	"GET /approvals/:id":                    {"approval", may{yes: ourTop + " auditor"}, seeTheir, no},
	"POST /approvals/:id":                   {"approval", may{"operator official approver", "auditor colleague"}, may{"operator", "auditor stranger"}, no},
	"GET /departments/:id/rules":            {"department", may{yes: ourTop + " auditor"}, seeTheir, no},
	"POST /departments/:id/rules":           {"department", may{"operator official approver", "auditor colleague"}, may{"operator", "auditor stranger"}, no},
	"GET /departments/:id/budget":           {"department", may{yes: ourTop + " auditor"}, seeTheir, no},
	"GET /sandboxes/:id/renewals":           {"live", boxOur, boxTheir, no},
	"POST /sandboxes/:id/renewals":          {"live", proposeOur, proposeTheir, no},
	"POST /sandboxes/:id/renewals/withdraw": {"live", proposeOur, proposeTheir, no},
	"POST /sandboxes/:id/renewals/decide":   {"live", endOur, endTheir, no},
	"GET /sandboxes/:id/more":               {"live", endOur, endTheir, no},
	"POST /sandboxes/:id/more":              {"live", endOur, endTheir, no},

	// notices
	"GET /notices":                 {"", known, no, no},
	"POST /notices/read":           {"", known, no, no},
	"GET /me/notices":              {"", known, no, no},
	"POST /me/notices":             {"", known, no, no},
	"GET /host/notices":            {"", readsAll, no, no},
	"POST /host/notices/:id/retry": {"delivery", operates, same, may{look: "auditor"}},

	// the record and the host
	"GET /record":            {"", readsAll, no, no},
	"GET /record/export":     {"", readsAll, no, no},
	"GET /record/checkpoint": {"", readsAll, no, no},
	"GET /record/key":        {"", anybody, no, no},
	"GET /record/key/file":   {"", anybody, no, no},
	"GET /record/:seq":       {"event", may{yes: "operator auditor official approver colleague"}, readTheir, no},
	"GET /record/:seq/proof": {"event", may{yes: "operator auditor official approver colleague"}, readTheir, no},
	"GET /host":              {"", readsAll, no, no},
	"GET /host/sandboxes":    {"", readsAll, no, no},
	"GET /host/sweep":        {"", operates, no, no},

	"GET /host/profiles":            {"", operates, no, no},
	"GET /host/profiles/heap":       {"", operates, no, no},
	"GET /host/profiles/goroutines": {"", operates, no, no},
	"GET /host/profiles/cpu":        {"", operates, no, no},
	"POST /host/sweep":              {"", operates, no, no},
}

// inBrowser are the routes that answer sessions alone: by a token nobody may.
var inBrowser = map[string]bool{"GET /me/codes": true, "POST /me/codes": true, "POST /me/codes/drop": true, "GET /me/password": true, "POST /me/password": true, "GET /open/:name": true, "GET /me/sessions": true, "POST /me/sessions/end": true, "POST /me/sessions/:id/end": true}

// except is a list of people without some of them.
func except(list string, not ...string) string {
	var left []string
	for _, who := range strings.Fields(list) {
		isOut := false
		for _, n := range not {
			isOut = isOut || n == who
		}
		if !isOut {
			left = append(left, who)
		}
	}
	return strings.Join(left, " ")
}
