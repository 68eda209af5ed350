package api_test

import (
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// side is everything that one department has.
type side struct{ things map[string]target }

// target is what an operation is asked about.
type target struct{ id, entry den.ID }

// may says who may do something and who may only see that it is there (403). All
// others get what they get for things that are not there (404).
type may struct{ yes, look string }

// access is one row of the table: who may do an operation to the things of the first
// department and supplier, of the second, and to what is not there or not any more.
type access struct {
	about   string // what it is asked about; empty: about nothing in particular
	done    int    // what those get who may: for changes an ETag that is out of date, so that nothing moves
	ours    may
	theirs  may
	unknown may
	body    func(target) any
	query   func(target) string
	header  map[string]string
}

const (
	all    = "operator auditor member approver colleague outsider seller rival evaluator stranger"
	roles  = "operator auditor member approver colleague outsider seller rival" // everybody who holds a role
	ourTop = "operator member approver colleague"
)

var (
	everyone     = may{yes: all}
	withRole     = may{yes: roles}
	seeOur       = may{yes: ourTop + " auditor evaluator"}
	seeTheir     = may{yes: "operator auditor outsider"}
	scoreOur     = may{"evaluator", ourTop + " auditor"} // ours names the evaluator, theirs nobody
	runOur       = may{ourTop, "auditor evaluator"}
	runTheir     = may{"operator outsider", "auditor"}
	boxOur       = may{yes: ourTop + " auditor evaluator seller"}
	boxTheir     = may{yes: "operator auditor outsider rival"}
	stale        = map[string]string{"If-Match": `"999999"`}
	offerOur     = may{"operator seller", "auditor member approver colleague outsider rival"}
	offerTheir   = may{"operator rival", "auditor member approver colleague outsider seller"}
	draftOur     = may{ourTop, "auditor"}
	draftTheir   = may{"operator outsider", "auditor"}
	writeOur     = may{ourTop, "auditor outsider seller rival"}
	writeTheir   = may{"operator outsider", "auditor member approver colleague seller rival"}
	insideOur    = may{ourTop + " auditor", "outsider seller rival"}
	insideTheir  = may{"operator auditor outsider", "member approver colleague seller rival"}
	replies      = may{"seller rival", "operator auditor member approver colleague outsider"}
	proposeOur   = may{"operator seller", "auditor member approver colleague evaluator"}
	proposeTheir = may{"operator rival", "auditor outsider"}
	offerNobody  = may{look: "auditor member approver colleague outsider seller rival"}
)

func fixed(v any) func(target) any { return func(target) any { return v } }

// table is written by hand from the policy. An operation without a row fails the test.
var table = map[string]access{
	"getMe":         {done: 200, ours: everyone},
	"listTokens":    {done: 200, ours: everyone},
	"addToken":      {done: 422, ours: everyone, body: fixed(hash{"name": " ", "grants": []string{"read"}, "lasts_seconds": 60})},
	"revokeToken":   {about: "token", done: 200},
	"addSignInLink": {about: "person", done: 201, ours: may{"operator", "auditor"}, theirs: may{"operator", "auditor"}, unknown: may{look: "auditor"}},
	"listEverybody": {done: 200, ours: may{yes: "operator auditor"}},
	"setLeft":       {about: "person", done: 200, ours: may{"operator", "auditor"}, theirs: may{"operator", "auditor"}, unknown: may{look: "auditor"}, body: fixed(hash{"left": false})},
	"listMembers":   {about: "department", done: 200, ours: may{yes: ourTop + " auditor"}, theirs: seeTheir},
	"changeMember": {
		about: "department", done: 422, ours: may{ourTop, "auditor"}, theirs: draftTheir, unknown: may{"operator", "auditor"},
		body: fixed(hash{"add": []string{"operator"}}),
	},
	"removeMember": {about: "department", done: 404}, // the person is not there; who may take out whom is what the story and TestMembers ask
	"inviteMember": {
		about: "department", done: 422, ours: may{ourTop, "auditor"}, theirs: draftTheir, unknown: may{"operator", "auditor"},
		body: fixed(hash{"for": " ", "role": "member"}),
	},
	"withdrawInvitation": {about: "department", done: 404},
	"acceptInvitation":   {done: 422, ours: everyone, body: fixed(hash{"secret": "none"})},
	"getPersonalData":    {about: "person", done: 200, ours: may{"operator", "auditor"}, theirs: may{"operator", "auditor"}, unknown: may{look: "auditor"}},
	"listMentions":       {about: "person", done: 200, ours: may{"operator", "auditor"}, theirs: may{"operator", "auditor"}, unknown: may{look: "auditor"}},
	"removePersonalData": {about: "person", done: 422, ours: may{"operator", "auditor"}, theirs: may{"operator", "auditor"}, unknown: may{look: "auditor"}},
	"getMyData":          {done: 200, ours: everyone},
	"removeMyData":       {done: 422, ours: everyone},
	"getRetention":       {done: 200, ours: may{yes: "operator auditor"}},

	"listSchemes": {done: 200, ours: everyone},
	"getScheme":   {done: 200, ours: everyone},
	"listSizes":   {done: 200, ours: everyone},

	"listDepartments": {done: 200, ours: withRole},
	"listSuppliers":   {done: 200, ours: withRole},
	"listProducts":    {done: 200, ours: withRole},
	"listPeople":      {done: 200, ours: may{yes: ourTop + " auditor outsider"}},
	"addDepartment":   {done: 201, ours: may{"operator", "auditor member approver colleague outsider seller rival"}, body: fixed(hash{"name": "New"})},
	"addSupplier":     {done: 201, ours: may{"operator member approver colleague outsider", "auditor seller rival"}, body: fixed(hash{"name": "New"})},
	"findEntries":     {done: 200, ours: withRole},
	"exportSheet":     {done: 200, ours: withRole},
	"importSheet":     {done: 422, ours: may{"operator member approver colleague outsider seller rival", "auditor"}, body: fixed(hash{"csv": "colour"})},
	"getCapabilities": {done: 200, ours: everyone},
	"getSupplier":     {about: "supplier", done: 200, ours: withRole, theirs: withRole},
	"changeSupplier": {about: "supplier", done: 412, ours: offerOur, theirs: offerTheir, header: stale,
		body: fixed(hash{"name": "New"})},
	"handOverSupplier": {about: "supplier", done: 412, ours: may{"operator", offerNobody.look + " rival"}, theirs: may{"operator", offerNobody.look}, unknown: may{look: offerNobody.look}, header: stale},
	"getOverview":      {about: "supplier", done: 200, ours: may{"operator auditor seller", "member approver colleague outsider rival"}, theirs: may{"operator auditor rival", "member approver colleague outsider seller"}},
	"changeProduct": {about: "product", done: 412, ours: offerOur, theirs: offerTheir, header: stale,
		body: fixed(hash{"name": "New"})},
	"getProduct":   {about: "product", done: 200, ours: withRole, theirs: withRole},
	"listReleases": {about: "product", done: 200, ours: withRole, theirs: withRole},
	"getRelease":   {about: "release", done: 200, ours: withRole, theirs: withRole},
	"addProduct": {
		about: "supplier", done: 422, ours: offerOur, theirs: offerTheir, unknown: may{"operator", offerNobody.look},
		body: func(t target) any { return hash{"name": " ", "supplier": t.id} },
	},
	"addRelease": {
		about: "product", done: 422, ours: offerOur, theirs: offerTheir, unknown: offerNobody,
		body: fixed(hash{"version": "9", "image": "no/such:1"}),
	},
	"listPreflights": {about: "release", done: 200, ours: withRole, theirs: withRole},
	"getPreflight":   {about: "preflight", done: 200, ours: withRole, theirs: withRole},
	"startPreflight": {about: "release", done: 412, ours: offerOur, theirs: offerTheir, header: stale},
	"getSBOM":        {about: "release", done: 404, ours: may{"operator auditor member approver colleague outsider seller", "rival"}, theirs: may{"operator auditor member approver colleague outsider rival", "seller"}},
	"getSBOMFile":    {about: "release", done: 404, ours: may{"operator auditor member approver colleague outsider seller", "rival"}, theirs: may{"operator auditor member approver colleague outsider rival", "seller"}},
	"addSBOM":        {about: "release", done: 422, ours: offerOur, theirs: offerTheir, body: fixed("no SBOM"), header: map[string]string{"Content-Type": "application/octet-stream"}},
	"listPushes":     {about: "product", done: 200, ours: offerOur, theirs: offerTheir},
	"addReleaseArchive": {
		about: "product", done: 422, ours: offerOur, theirs: offerTheir, unknown: offerNobody,
		query: func(target) string { return "?version=9" }, body: fixed("no archive"), header: map[string]string{"Content-Type": "application/x-tar"},
	},

	"addStack": {about: "product", done: 422, ours: offerOur, theirs: offerTheir, unknown: offerNobody,
		body: fixed(hash{"version": "9", "compose": "refused"})},
	"addStackArchive": {about: "product", done: 422, ours: offerOur, theirs: offerTheir, unknown: offerNobody,
		body: fixed(stackBody("refused", "no archive")), header: map[string]string{"Content-Type": "multipart/form-data; boundary=edge"}},

	"listChallenges":      {done: 200, ours: withRole},
	"addChallenge":        {about: "department", done: 422, ours: may{yes: ourTop, look: "auditor"}, theirs: may{yes: "operator outsider", look: "auditor"}, unknown: may{yes: "operator", look: "auditor"}, body: func(t target) any { return hash{"department": t.id, "capabilities": []string{"none"}} }},
	"getChallenge":        {about: "challenge", done: 200, ours: withRole, theirs: withRole},
	"changeChallenge":     {about: "challenge-draft", done: 412, ours: draftOur, theirs: draftTheir, body: fixed(hash{}), header: stale},
	"publishChallenge":    {about: "challenge-draft", done: 412, ours: draftOur, theirs: draftTheir, header: stale},
	"closeChallenge":      {about: "challenge", done: 412, ours: writeOur, theirs: writeTheir, header: stale},
	"withdrawChallenge":   {about: "challenge", done: 412, ours: writeOur, theirs: writeTheir, header: stale},
	"askChallenge":        {about: "challenge", done: 422, ours: replies, theirs: replies, body: fixed(hash{"text": " "})},
	"answerQuestion":      {about: "question", done: 412, ours: draftOur, theirs: draftTheir, header: stale, body: fixed(hash{"answer": "x"})},
	"showInterest":        {about: "challenge", done: 422, ours: replies, theirs: replies, body: fixed(hash{})},
	"takeBackInterest":    {about: "challenge", done: 409, ours: replies, theirs: replies, query: func(target) string { return "" }},
	"thankSupplier":       {about: "interest", done: 412, ours: may{ourTop, "auditor seller"}, theirs: may{"operator outsider", "auditor rival"}, header: stale, body: fixed(hash{"say": "x"})},
	"listFits":            {about: "challenge", done: 200, ours: insideOur, theirs: insideTheir},
	"inviteSupplier":      {about: "challenge", done: 422, ours: writeOur, theirs: writeTheir, body: fixed(hash{"supplier": "sup_none"})},
	"tryChallenge":        {about: "challenge", done: 422, ours: writeOur, theirs: writeTheir, body: fixed(hash{"products": []string{"prd_none"}})},
	"getPack":             {about: "challenge", done: 200, ours: withRole, theirs: withRole},
	"getPackText":         {about: "challenge", done: 200, ours: withRole, theirs: withRole},
	"getEngagementNotice": {about: "challenge", done: 200, ours: insideOur, theirs: insideTheir},

	"listTrials":  {done: 200, ours: everyone},
	"addTrial":    {about: "department", done: 422, ours: may{yes: ourTop, look: "auditor"}, theirs: may{yes: "operator outsider", look: "auditor"}, unknown: may{yes: "operator", look: "auditor"}, body: func(t target) any { return hash{"department": t.id, "size": "none"} }},
	"getTrial":    {about: "running", done: 200, ours: seeOur, theirs: seeTheir},
	"watchTrial":  {about: "finished", done: 200, ours: seeOur, theirs: seeTheir},
	"changeTrial": {about: "draft", done: 412, ours: runOur, theirs: runTheir, body: fixed(hash{}), header: stale},
	"startTrial":  {about: "draft", done: 412, ours: runOur, theirs: runTheir, header: stale},
	"setTrialData": {
		about: "draft", done: 412, ours: runOur, theirs: runTheir, body: fixed("name\nAda\n"), query: func(target) string { return "?name=people.csv" },
		header: map[string]string{"If-Match": stale["If-Match"], "Content-Type": "application/octet-stream"},
	},
	"dropTrialData": {about: "draft", done: 412, ours: runOur, theirs: runTheir, header: stale},
	"cancelTrial":   {about: "draft", done: 412, ours: runOur, theirs: runTheir, header: stale},
	"endTrial":      {about: "running", done: 412, ours: runOur, theirs: runTheir, header: stale},
	"extendTrial":   {about: "running", done: 412, ours: runOur, theirs: runTheir, header: stale, body: fixed(hash{"by_seconds": 1})},
	"listReceipts":  {about: "finished", done: 200, ours: everyone, theirs: everyone, unknown: everyone},

	"getAssessment":  {about: "running", done: 200, ours: scoreOur, theirs: runTheir},
	"saveAssessment": {about: "running", done: 412, ours: scoreOur, theirs: runTheir, header: stale, body: fixed(hash{"scores": hash{}})},
	"listEvidence":   {about: "running", done: 200, ours: scoreOur, theirs: runTheir},
	"addEvidence": {
		about: "running", done: 409, ours: scoreOur, theirs: runTheir, body: fixed("What I saw."), query: func(target) string { return "?kind=file&name=a.txt" },
		header: map[string]string{"Content-Type": "application/octet-stream"},
	},
	"removeEvidence": {
		about: "running", done: 409, ours: scoreOur, theirs: runTheir, body: fixed(hash{"why": "x"}),
	},
	"listCitable":       {about: "finished", done: 200, ours: runOur, theirs: runTheir},
	"cite":              {about: "finished", done: 422, ours: runOur, theirs: runTheir, body: fixed(hash{"why": "x"})},
	"uncite":            {about: "finished", done: 422, ours: runOur, theirs: runTheir, body: fixed(hash{"why": " "})},
	"getEvidence":       {about: "finished", done: 404, ours: seeOur, theirs: seeTheir},
	"getOutcome":        {about: "finished", done: 200, ours: seeOur, theirs: seeTheir},
	"startLoad":         {about: "running", done: 409, ours: runOur, theirs: runTheir},
	"getMeasured":       {about: "running", done: 200, ours: seeOur, theirs: seeTheir},
	"getReport":         {about: "finished", done: 200, ours: seeOur, theirs: seeTheir},
	"publishReport":     {about: "finished", done: 412, ours: runOur, theirs: runTheir, header: stale, body: fixed(hash{"parts": []string{"finding"}, "why": "x"})},
	"listRegister":      {done: 200, ours: everyone},
	"getRegistered":     {about: "finished", done: 404, ours: everyone, theirs: everyone}, // who may read what is published is what TestTheRegister asks
	"getRegisteredFile": {about: "finished", done: 404, ours: everyone, theirs: everyone},
	"compareTrials":     {done: 404, ours: everyone, query: func(target) string { return "?trials=tri_999999999998,tri_999999999999" }},
	"getReportFile":     {about: "finished", done: 200, ours: seeOur, theirs: seeTheir},
	"decide":            {about: "finished", done: 412, ours: runOur, theirs: runTheir, header: stale, body: fixed(hash{"decision": "stop", "why": "x"})},

	"getProtocol":      {about: "finished", done: 200, ours: seeOur, theirs: seeTheir},
	"amendTrial":       {about: "running", done: 412, ours: runOur, theirs: runTheir, header: stale, body: fixed(hash{"why": "x"})},
	"declare":          {about: "finished", done: 422, ours: scoreOur, theirs: runTheir, body: fixed(hash{"interest": "actual"})},
	"listDeclarations": {about: "finished", done: 200, ours: seeOur, theirs: seeTheir},
	"decideInterest":   {about: "finished", done: 404, ours: runOur, theirs: runTheir, body: fixed(hash{"decision": "take_out", "why": "x"})},
	"setPrice":         {about: "running", done: 422, ours: runOur, theirs: runTheir, body: fixed(hash{"pence": 1, "basis": " "})},
	"getSummary":       {about: "finished", done: 409, ours: may{ourTop + " auditor seller", "evaluator"}, theirs: may{yes: "operator auditor outsider rival"}},
	"replyToReport":    {about: "finished", body: fixed(hash{"text": "x"})}, // nothing is published there
	"getConsensus":     {about: "finished", done: 200, ours: seeOur, theirs: seeTheir},
	"saveConsensus":    {about: "finished", done: 412, ours: runOur, theirs: runTheir, header: stale, body: fixed(hash{"agreed": hash{}})},
	"lockConsensus":    {about: "finished", done: 412, ours: runOur, theirs: runTheir, header: stale, body: fixed(hash{})},
	"dissent":          {about: "finished", done: 422, ours: scoreOur, theirs: runTheir, body: fixed(hash{"entry": "x", "criterion": "y"})},
	"addScheme":        {done: 422, ours: may{"operator", "auditor member approver colleague outsider seller rival"}, body: fixed(hash{"id": "x", "title": "X", "themes": []hash{}})},

	"listSandboxes":   {done: 200, ours: everyone},
	"getSandbox":      {about: "live", done: 200, ours: boxOur, theirs: boxTheir},
	"getSandboxUse":   {about: "live", done: 200, ours: boxOur, theirs: boxTheir},
	"getSandboxLog":   {about: "live", done: 200, ours: boxOur, theirs: boxTheir},
	"watchSandboxLog": {about: "ended", done: 200, ours: boxOur, theirs: boxTheir},
	"watchSandbox":    {about: "ended", done: 200, ours: boxOur, theirs: boxTheir},
	"getReceipt":      {about: "ended", done: 200, ours: boxOur, theirs: boxTheir},
	"listMails":       {about: "live", done: 200, ours: boxOur, theirs: boxTheir},
	"endSandbox":      {about: "live", done: 412, ours: may{ourTop, "auditor evaluator seller"}, theirs: may{"operator outsider", "auditor rival"}, header: stale},
	"extendSandbox":   {about: "live", done: 412, ours: may{ourTop, "auditor evaluator seller"}, theirs: may{"operator outsider", "auditor rival"}, header: stale, body: fixed(hash{"by_seconds": 1})},
	"pauseSandbox":    {about: "live", done: 412, ours: may{ourTop, "auditor evaluator seller"}, theirs: may{"operator outsider", "auditor rival"}, header: stale},
	"resumeSandbox":   {about: "live", done: 412, ours: may{ourTop, "auditor evaluator seller"}, theirs: may{"operator outsider", "auditor rival"}, header: stale},
	"restartSandbox":  {about: "live", done: 412, ours: may{ourTop + " seller", "auditor evaluator"}, theirs: may{"operator outsider rival", "auditor"}, header: stale},

	"listRenewals":    {about: "live", done: 200, ours: boxOur, theirs: boxTheir},
	"proposeRenewal":  {about: "live", done: 412, ours: proposeOur, theirs: proposeTheir, header: stale, body: fixed(hash{"release": "x", "why": "x"})},
	"withdrawRenewal": {about: "live", done: 412, ours: proposeOur, theirs: proposeTheir, header: stale},
	"agreeRenewal":    {about: "live", done: 412, ours: may{ourTop, "auditor evaluator seller"}, theirs: may{"operator outsider", "auditor rival"}, header: stale, body: fixed(hash{"why": "x"})},
	"refuseRenewal":   {about: "live", done: 412, ours: may{ourTop, "auditor evaluator seller"}, theirs: may{"operator outsider", "auditor rival"}, header: stale, body: fixed(hash{"why": "x"})},

	"listEvents": {
		about: "running", done: 200, ours: may{yes: ourTop + " auditor"}, theirs: seeTheir, unknown: may{yes: "operator auditor"},
		query: func(t target) string { return "?subject=" + string(t.id) },
	},
	"listApprovals":    {done: 200, ours: everyone},
	"getApproval":      {about: "approval", done: 200, ours: may{yes: ourTop + " auditor"}, theirs: seeTheir},
	"agree":            {about: "approval", done: 412, ours: may{"operator approver", "auditor member colleague"}, theirs: may{"operator", "auditor outsider"}, header: stale, body: fixed(hash{"why": "x"})},
	"refuse":           {about: "approval", done: 412, ours: may{"operator approver", "auditor member colleague"}, theirs: may{"operator", "auditor outsider"}, header: stale, body: fixed(hash{"why": "x"})},
	"askForMore":       {about: "live", done: 412, ours: may{ourTop, "auditor evaluator seller"}, theirs: may{"operator outsider", "auditor rival"}, header: stale, body: fixed(hash{"by_seconds": 1})},
	"getRules":         {about: "department", done: 200, ours: may{yes: ourTop + " auditor"}, theirs: seeTheir},
	"setRules":         {about: "department", done: 412, ours: may{"operator approver", "auditor member colleague"}, theirs: may{"operator", "auditor outsider"}, header: stale, body: fixed(hash{})},
	"getBudget":        {about: "department", done: 200, ours: may{yes: ourTop + " auditor"}, theirs: seeTheir},
	"listNotices":      {done: 200, ours: everyone},
	"readNotices":      {done: 200, ours: everyone, body: fixed(hash{})},
	"getNoticeChoices": {done: 200, ours: everyone},
	"setNoticeChoices": {done: 412, ours: everyone, header: stale, body: fixed(hash{})},
	"listDeliveries":   {done: 200, ours: may{yes: "operator auditor"}},
	"retryDelivery":    {about: "delivery", done: 409, ours: may{"operator", "auditor"}, theirs: may{"operator", "auditor"}, unknown: may{look: "auditor"}},

	"listShares":    {about: "running", done: 200, ours: runOur, theirs: runTheir},
	"addShare":      {about: "running", done: 422, ours: runOur, theirs: runTheir, body: fixed(hash{})},
	"takeShare":     {about: "share", done: 200, ours: runOur, theirs: runTheir},
	"listShared":    {done: 200, ours: everyone},
	"getEvent":      {about: "event", done: 200, ours: may{yes: ourTop + " auditor"}, theirs: seeTheir},
	"getProof":      {about: "event", done: 200, ours: may{yes: ourTop + " auditor"}, theirs: seeTheir},
	"getRecordKey":  {done: 200, ours: everyone},
	"getCheckpoint": {done: 200, ours: may{yes: "operator auditor"}},
	"getHost":       {done: 200, ours: may{yes: "operator auditor"}},
	"sweep":         {done: 200, ours: may{"operator", "auditor"}},
	"makeBackup":    {done: 201, ours: may{"operator", "auditor"}},
	"getBackup":     {done: 200, ours: may{"operator", "auditor"}},
}

// status is what somebody should get.
func (m may) status(who string, done int) int {
	switch {
	case slices.Contains(strings.Fields(m.yes), who):
		return done
	case slices.Contains(strings.Fields(m.look), who):
		return 403
	}
	return 404
}
