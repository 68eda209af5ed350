package api_test

import (
	"strings"
	"time"

	"innovationden/web/api/contract"
)

// challenge has a department say a problem, a supplier ask and answer, and a trial come
// out of it, all through the generated client.
func (s *story) challenge() {
	w, ctx := s.w, s.ctx
	until := time.Now().Add(48 * time.Hour)
	in := contract.NewChallenge{
		Title: new("Booking"), Problem: new("People call."), People: new("Parents."), Success: new("Nobody calls."),
		Capabilities: &[]string{"appointments"}, AnswersUntil: &until,
	}
	draft := func() contract.Challenge {
		made, err := s.official.AddChallengeWithResponse(ctx, nil, in)
		return told(w, made.JSON201, err, made.Body)
	}
	c := draft()
	in.Problem = new("People call us twice.")
	changed, err := s.official.ChangeChallengeWithResponse(ctx, c.Id, nil, in)
	told(w, changed.JSON200, err, changed.Body)
	out, err := s.official.PublishChallengeWithResponse(ctx, c.Id, nil)
	told(w, out.JSON200, err, out.Body)
	list, err := s.vendor.ListChallengesWithResponse(ctx, nil)
	if got := told(w, list.JSON200, err, list.Body); len(got.Items) == 0 {
		s.t.Error("the supplier sees no challenge")
	}
	s.answers(c.Id)
	s.tries(c.Id)
	dropped := draft()
	gone, err := s.official.PublishChallengeWithResponse(ctx, dropped.Id, nil)
	told(w, gone.JSON200, err, gone.Body)
	withdrawn, err := s.official.WithdrawChallengeWithResponse(ctx, dropped.Id, nil, contract.Reason{Why: new("Not now.")})
	told(w, withdrawn.JSON200, err, withdrawn.Body)
}

// answers is what the supplier and the department say to each other, and all hear.
func (s *story) answers(challenge string) {
	w, ctx := s.w, s.ctx
	asked, err := s.vendor.AskChallengeWithResponse(ctx, challenge, nil, contract.NewQuestion{Text: "How many call?"})
	q := told(w, asked.JSON201, err, asked.Body)
	answered, err := s.official.AnswerQuestionWithResponse(ctx, q.Id, nil, contract.NewAnswer{Answer: "About 40 a day."})
	told(w, answered.JSON200, err, answered.Body)
	shown, err := s.vendor.ShowInterestWithResponse(ctx, challenge, nil, contract.NewInterest{
		Advice: new("Ask for less."), Products: &[]string{string(w.products[0].ID)},
	})
	i := told(w, shown.JSON200, err, shown.Body)
	thanked, err := s.official.ThankSupplierWithResponse(ctx, i.Id, nil, contract.NewThanks{Say: "We ask for less now."})
	told(w, thanked.JSON200, err, thanked.Body)
	back, err := s.vendor.TakeBackInterestWithResponse(ctx, challenge, nil)
	told(w, back.JSON200, err, back.Body)
	again, err := s.vendor.ShowInterestWithResponse(ctx, challenge, nil, contract.NewInterest{Products: &[]string{string(w.products[0].ID)}})
	told(w, again.JSON200, err, again.Body)
	fits, err := s.official.ListFitsWithResponse(ctx, challenge)
	told(w, fits.JSON200, err, fits.Body)
	invited, err := s.official.InviteSupplierWithResponse(ctx, challenge, contract.NewInvitation{Supplier: string(w.suppliers[1].ID)})
	told(w, invited.JSON200, err, invited.Body)
	read, err := s.vendor.GetChallengeWithResponse(ctx, challenge)
	if got := told(w, read.JSON200, err, read.Body); len(got.Questions) != 1 || got.Questions[0].Answer == nil {
		s.t.Errorf("the questions are %+v", got.Questions)
	}
}

// tries closes a challenge, takes away what all were told, and makes a trial of it.
func (s *story) tries(challenge string) {
	w, ctx := s.w, s.ctx
	closed, err := s.official.CloseChallengeWithResponse(ctx, challenge, nil, contract.Reason{Why: new("Enough answers.")})
	told(w, closed.JSON200, err, closed.Body)
	pack, err := s.official.GetPackWithResponse(ctx, challenge)
	told(w, pack.JSON200, err, pack.Body)
	text, err := s.official.GetPackTextWithResponse(ctx, challenge)
	w.must(err)
	if !strings.Contains(string(text.Body), "About 40 a day.") || strings.Contains(string(text.Body), w.suppliers[1].Name) {
		s.t.Errorf("the pack says\n%s", text.Body)
	}
	notice, err := s.official.GetEngagementNoticeWithResponse(ctx, challenge)
	w.must(err)
	if !strings.Contains(string(notice.Body), "Booking") {
		s.t.Errorf("the notice says\n%s", notice.Body)
	}
	made, err := s.official.TryChallengeWithResponse(ctx, challenge, nil, contract.NewAttempt{Products: []string{string(w.products[0].ID)}})
	if got := told(w, made.JSON201, err, made.Body); len(got.Entries) != 1 {
		s.t.Errorf("the trial has %+v", got.Entries)
	}
}
