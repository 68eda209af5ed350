package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
)

// Anybody marks a route that answers people nobody knows.
const Anybody den.Action = ""

// Known marks a route for everybody who is signed in: what they see on it is decided
// thing by thing.
const Known den.Action = "known"

// Route is one URL: what it answers to, and who may. The door asks only whether
// somebody is known; the action is asked of the thing itself, by the use case.
type Route struct {
	Method string
	Path   string
	Who    den.Action
	Do     func(*gin.Context) error
}

// Routes is every URL of the den but those of the API, which its contract lists.
func (s *server) Routes() []Route {
	const get, post = http.MethodGet, http.MethodPost
	p := s.pages
	return []Route{
		{get, "/healthz", Anybody, s.healthy},
		{get, "/readyz", Anybody, s.ready},
		{get, "/static/*file", Anybody, s.static},
		{http.MethodHead, "/static/*file", Anybody, s.static},
		{get, "/sign-in", Anybody, p.SignIn},
		{post, "/sign-in", Anybody, p.DoSignIn},
		{post, "/sign-out", Anybody, p.SignOut},
		{get, "/help", Anybody, p.Help},
		{get, "/help/:guide", Anybody, p.Guide},
		{get, "/api/docs", Anybody, p.Reference},
		{get, "/schemas/*name", Anybody, s.schema},

		{get, "/", Known, p.Home},
		{get, "/me", Known, p.Account},
		{get, "/me/sessions", Known, p.SessionsPage},
		{post, "/me/sessions/end", Known, p.EndSessions},
		{post, "/me/sessions/:id/end", Known, p.EndSession},
		{get, "/me/tokens", Known, p.Tokens},
		{post, "/me/tokens", Known, p.AddToken},
		{post, "/me/tokens/:id/revoke", Known, p.RevokeToken},
		{get, "/trials", Known, p.Trials},
		{get, "/trials/new", den.SetUpTrial, p.NewTrial},
		{post, "/trials", den.SetUpTrial, p.AddTrial},
		{get, "/trials/:id", den.ReadTrial, p.Trial},
		{get, "/trials/:id/live", den.ReadTrial, p.TrialLive},
		{get, "/trials/:id/set-up", den.SetUpTrial, p.SetUp},
		{get, "/trials/:id/set-up/about", den.SetUpTrial, p.About},
		{post, "/trials/:id/set-up/about", den.SetUpTrial, p.SaveAbout},
		{get, "/trials/:id/set-up/products", den.SetUpTrial, p.Entries},
		{post, "/trials/:id/set-up/products", den.SetUpTrial, p.SaveEntries},
		{get, "/trials/:id/set-up/scheme", den.SetUpTrial, p.SchemeStep},
		{post, "/trials/:id/set-up/scheme", den.SetUpTrial, p.SaveScheme},
		{get, "/trials/:id/set-up/weights", den.SetUpTrial, p.Weights},
		{post, "/trials/:id/set-up/weights", den.SetUpTrial, p.SaveWeights},
		{get, "/trials/:id/set-up/tasks", den.SetUpTrial, p.Tasks},
		{post, "/trials/:id/set-up/tasks", den.SetUpTrial, p.SaveTasks},
		{get, "/trials/:id/set-up/data", den.SetUpTrial, p.DataStep},
		{post, "/trials/:id/set-up/data", den.SetUpTrial, p.SaveData},
		{get, "/trials/:id/set-up/ways", den.SetUpTrial, p.WaysStep},
		{post, "/trials/:id/set-up/ways", den.SetUpTrial, p.SaveWays},
		{get, "/trials/:id/set-up/people", den.SetUpTrial, p.People},
		{post, "/trials/:id/set-up/people", den.SetUpTrial, p.SavePeople},
		{get, "/trials/:id/set-up/size", den.SetUpTrial, p.SizeStep},
		{post, "/trials/:id/set-up/size", den.SetUpTrial, p.SaveSize},
		{get, "/trials/:id/set-up/check", den.SetUpTrial, p.Check},
		{post, "/trials/:id/start", den.SetUpTrial, p.Start},
		{get, "/trials/:id/cancel", den.SetUpTrial, p.AskCancel},
		{post, "/trials/:id/cancel", den.SetUpTrial, p.Cancel},
		{get, "/trials/:id/end", den.SetUpTrial, p.AskEndTrial},
		{post, "/trials/:id/end", den.SetUpTrial, p.EndTrial},
		{get, "/trials/:id/extend", den.SetUpTrial, p.AskExtendTrial},
		{post, "/trials/:id/extend", den.SetUpTrial, p.ExtendTrial},
		{get, "/trials/:id/report", den.ReadTrial, p.Report},
		{get, "/trials/:id/report/:form", den.ReadTrial, p.ReportFile},
		{get, "/trials/:id/decide", den.DecideTrial, p.AskDecide},
		{post, "/trials/:id/decide", den.DecideTrial, p.Decide},
		{get, "/trials/:id/entries/:entry/assess", den.AssessTrial, p.Assess},
		{post, "/trials/:id/entries/:entry/assess", den.AssessTrial, p.SaveAssess},
		{post, "/trials/:id/entries/:entry/assess/autosave", den.AssessTrial, p.Autosave},

		{get, "/sandboxes/:id", den.ReadSandbox, p.Sandbox},
		{get, "/sandboxes/:id/live", den.ReadSandbox, p.SandboxLive},
		{get, "/sandboxes/:id/mails", den.ReadSandbox, p.Mails},
		{get, "/sandboxes/:id/receipt", den.ReadSandbox, p.Receipt},
		{get, "/sandboxes/:id/end", den.RunSandbox, p.AskEnd},
		{post, "/sandboxes/:id/end", den.RunSandbox, p.End},
		{get, "/sandboxes/:id/extend", den.RunSandbox, p.AskExtend},
		{post, "/sandboxes/:id/extend", den.RunSandbox, p.Extend},
		{get, "/sandboxes/:id/restart", den.RestartSandbox, p.AskRestart},
		{post, "/sandboxes/:id/restart", den.RestartSandbox, p.Restart},
		{get, "/sandboxes/:id/pause", den.RunSandbox, p.AskPause},
		{post, "/sandboxes/:id/pause", den.RunSandbox, p.Pause},
		{get, "/sandboxes/:id/resume", den.RunSandbox, p.AskResume},
		{post, "/sandboxes/:id/resume", den.RunSandbox, p.Resume},
		{get, "/open/:name", den.OpenSandbox, p.Open},

		{get, "/challenges", den.ReadChallenge, p.Challenges},
		{get, "/challenges/new", den.SetUpChallenge, p.NewChallenge},
		{post, "/challenges", den.SetUpChallenge, p.AddChallenge},
		{get, "/challenges/:id", den.ReadChallenge, p.Challenge},
		{get, "/challenges/:id/set-up", den.SetUpChallenge, p.ChallengeSetUp},
		{get, "/challenges/:id/set-up/:step", den.SetUpChallenge, p.ChallengeStep},
		{post, "/challenges/:id/set-up/:step", den.SetUpChallenge, p.SaveChallengeStep},
		{post, "/challenges/:id/set-up/:step/autosave", den.SetUpChallenge, p.AutosaveChallenge},
		{get, "/challenges/:id/preview", den.SetUpChallenge, p.Preview},
		{get, "/challenges/:id/check", den.SetUpChallenge, p.CheckChallenge},
		{post, "/challenges/:id/publish", den.SetUpChallenge, p.PublishChallenge},
		{get, "/challenges/:id/close", den.SetUpChallenge, p.AskClose},
		{post, "/challenges/:id/close", den.SetUpChallenge, p.Close},
		{get, "/challenges/:id/withdraw", den.SetUpChallenge, p.AskWithdraw},
		{post, "/challenges/:id/withdraw", den.SetUpChallenge, p.Withdraw},
		{get, "/challenges/:id/ask", den.AnswerChallenge, p.AskChallenge},
		{post, "/challenges/:id/ask", den.AnswerChallenge, p.DoAskChallenge},
		{get, "/challenges/:id/interest", den.AnswerChallenge, p.Interest},
		{post, "/challenges/:id/interest", den.AnswerChallenge, p.ShowInterest},
		{get, "/challenges/:id/interest/take-back", den.AnswerChallenge, p.AskTakeBack},
		{post, "/challenges/:id/interest/take-back", den.AnswerChallenge, p.TakeBack},
		{get, "/challenges/:id/answers", den.ReadInterest, p.Answers},
		{post, "/challenges/:id/invite", den.SetUpChallenge, p.Invite},
		{post, "/challenges/:id/trial", den.SetUpChallenge, p.TryChallenge},
		{get, "/challenges/:id/pack", den.ReadChallenge, p.Pack},
		{get, "/challenges/:id/pack/text", den.ReadChallenge, p.PackText},
		{get, "/challenges/:id/pack/html", den.ReadChallenge, p.PackHTML},
		{get, "/challenges/:id/notice", den.ReadInterest, p.Notice},
		{get, "/challenges/:id/notice/text", den.ReadInterest, p.NoticeText},
		{get, "/questions/:id", den.SetUpChallenge, p.Question},
		{post, "/questions/:id", den.SetUpChallenge, p.AnswerQuestion},
		{get, "/interests/:id/thank", den.SetUpChallenge, p.AskThank},
		{post, "/interests/:id/thank", den.SetUpChallenge, p.Thank},

		{get, "/products", den.ReadTechmap, p.Products},
		{get, "/products/new", den.EditEntry, p.NewProduct},
		{post, "/products", den.EditEntry, p.AddProduct},
		{get, "/products/:id", den.ReadTechmap, p.Product},
		{get, "/products/:id/edit", den.EditEntry, p.EditProduct},
		{post, "/products/:id/edit", den.EditEntry, p.SaveProduct},
		{get, "/products/:id/releases/new", den.OfferProduct, p.NewRelease},
		{post, "/products/:id/releases", den.OfferProduct, p.AddRelease},

		{get, "/approvals", Known, p.Approvals},
		{get, "/approvals/:id", den.ReadRules, p.Approval},
		{post, "/approvals/:id", den.DecideRequest, p.DecideApproval},
		{get, "/departments/:id/rules", den.ReadRules, p.Rules},
		{post, "/departments/:id/rules", den.SetRules, p.SaveRules},
		{get, "/departments/:id/budget", den.ReadRules, p.Budget},
		{get, "/sandboxes/:id/more", den.RunSandbox, p.AskMore},
		{post, "/sandboxes/:id/more", den.RunSandbox, p.DoAskMore},
		{get, "/notices", Known, p.Notices},
		{post, "/notices/read", Known, p.ReadNotices},
		{get, "/me/notices", Known, p.NoticeChoices},
		{post, "/me/notices", Known, p.SaveNoticeChoices},
		{get, "/host/notices", den.ReadHost, p.Deliveries},
		{post, "/host/notices/:id/retry", den.RunHost, p.RetryDelivery},

		{get, "/record", den.ReadRecord, p.Record},
		{get, "/record/export", den.ReadRecord, p.ExportRecord},
		{get, "/record/checkpoint", den.ReadRecord, p.Checkpoint},
		{get, "/record/key", Anybody, p.RecordKey},
		{get, "/record/key/file", Anybody, p.RecordKeyFile},
		{get, "/record/:seq", den.ReadRecord, p.Event},
		{get, "/record/:seq/proof", den.ReadRecord, p.EventProof},
		{get, "/host", den.ReadHost, p.Host},
		{get, "/host/sweep", den.RunHost, p.Sweep},
		{post, "/host/sweep", den.RunHost, p.DoSweep},
		{get, "/departments/new", den.AddOrganisation, p.AskDepartment},
		{post, "/departments", den.AddOrganisation, p.AddDepartment},
		{get, "/suppliers/new", den.AddEntry, p.AskSupplier},
		{post, "/suppliers", den.AddEntry, p.AddSupplier},
		{get, "/suppliers/:id", den.ReadTechmap, p.Supplier},
		{get, "/suppliers/:id/edit", den.EditEntry, p.EditSupplier},
		{post, "/suppliers/:id/edit", den.EditEntry, p.SaveSupplier},
		{get, "/suppliers/:id/hand-over", den.AddOrganisation, p.AskHandOver},
		{post, "/suppliers/:id/hand-over", den.AddOrganisation, p.HandOver},
	}
}
