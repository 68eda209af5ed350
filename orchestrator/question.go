package orchestrator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// mostQuestions bounds what one person can have waiting at one challenge.
const mostQuestions = 20

// Ask asks about a challenge. The department sees the question, not who asked it; the
// event of the asking stands about the question alone, so that only those who may read
// the whole record find it.
func (o *Orchestrator) Ask(ctx context.Context, actor den.Actor, in den.NewQuestion) (v den.QuestionView, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		c, supplier, err := mayAnswer(tx, actor, in.Challenge, in.Supplier)
		if err != nil {
			return err
		}
		id, err := p.answered(tx, in.Once)
		if err != nil {
			return err
		}
		if id != "" {
			q, err := tx.Questions().Get(id)
			v = questionView(actor, c, q)
			return err
		}
		if !c.TakesQuestions(p.now) {
			return den.Refuse(den.Conflict, "This challenge takes no more questions.")
		}
		text := strings.TrimSpace(in.Text)
		if fault := wants("text", "your question", text, textLength); fault != nil {
			return fault
		}
		if err := notTooMany(tx, actor, c); err != nil {
			return err
		}
		q, err := tx.Questions().Put(den.Question{
			ID: p.id(den.KindQuestion), Challenge: c.ID, Asker: actor.ID, Supplier: supplier, Asked: text, At: p.now,
		})
		if err != nil {
			return err
		}
		if err := p.added(tx, in.Once, den.Event{Act: "question.asked", Subject: q.ID, Say: fmt.Sprintf("A question was asked about the challenge %q.", c.Title)}); err != nil {
			return err
		}
		p.topics = append(p.topics, c.ID)
		v = questionView(actor, c, q)
		return p.notice(tx, den.Notice{
			To: c.Department, Subject: c.ID, Kind: den.NoticeAsked, Title: c.Title, Say: "A supplier asked a question. Your answer goes to all of them.",
		})
	})
	return v, err
}

func notTooMany(tx den.Tx, actor den.Actor, c den.Challenge) error {
	all, err := every(tx.Questions(), den.Query{Index: den.QuestionsByChallenge, Key: string(c.ID)})
	waiting := 0
	for _, q := range all {
		if q.Asker == actor.ID && !q.Answered() {
			waiting++
		}
	}
	if err == nil && waiting >= mostQuestions {
		err = den.Refuse(den.Conflict, "You have %d questions waiting. Wait for an answer before you ask another.", waiting)
	}
	return err
}

// AnswerQuestion answers a question to everybody. An answer can be put right later;
// everybody is told then, too.
func (o *Orchestrator) AnswerQuestion(ctx context.Context, actor den.Actor, id den.ID, in den.NewAnswer) (v den.QuestionView, err error) {
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		q, c, err := mayAnswerQuestion(tx, actor, id)
		if err != nil {
			return err
		}
		if err := fresh(in.Rev, q.Rev); err != nil {
			return err
		}
		said, answer := strings.TrimSpace(in.Said), strings.TrimSpace(in.Answer)
		if said == "" {
			said = q.Asked
		}
		var faults den.Faults
		faults.Add(wants("said", "the question as everybody reads it", said, textLength))
		faults.Add(wants("answer", "your answer", answer, textLength))
		if err := faults.Err(); err != nil {
			return err
		}
		if c.State == den.ChallengeWithdrawn {
			return den.Refuse(den.Conflict, "This challenge was withdrawn, so its questions are not answered any more.")
		}
		say := "The department answered a question."
		if q.Answered() {
			say = "The department changed the answer to a question."
		}
		q.Said, q.Answer, q.AnsweredAt = said, answer, p.now
		if q, err = tx.Questions().Put(q); err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{Act: "question.answered", Subject: q.ID, About: []den.ID{c.ID, c.Department}, Say: say, After: quoted(said, answer)})
		if err != nil {
			return err
		}
		v = questionView(actor, c, q)
		return o.tellAnswered(tx, p, c, q, say)
	})
	return v, err
}

// tellAnswered tells the followers, and who asked, in the same words: a notice says
// nothing that the others do not read. Who asked for a follower is told once, with it.
// Whoever asked, as many ids are made; and the person is not read here, since the names
// that a change meets are sealed in its events.
func (o *Orchestrator) tellAnswered(tx den.Tx, p *pen, c den.Challenge, q den.Question, say string) error {
	if err := o.tellFollowers(tx, p, c, den.NoticeQuestion, say); err != nil {
		return err
	}
	id := p.id(den.KindNotice)
	if told, err := followers(tx, c); err != nil || slices.Contains(told, q.Supplier) {
		return err
	}
	return p.notice(tx, den.Notice{ID: id, To: q.Asker, Subject: c.ID, Kind: den.NoticeQuestion, Title: c.Title, Say: say})
}

func mayAnswerQuestion(tx den.Tx, actor den.Actor, id den.ID) (q den.Question, c den.Challenge, err error) {
	q, err = tx.Questions().Get(id)
	if den.KindOf(err) == den.NotFound {
		return q, c, allowNothing(actor)
	}
	if err != nil {
		return q, c, err
	}
	c, err = mayChallenge(tx, actor, q.Challenge, den.SetUpChallenge)
	if den.KindOf(err) == den.Denied && !q.Answered() && !readsAll(actor, c) {
		err = den.Missing() // who may not read a question does not learn that it is there
	}
	return q, c, err
}

// mayAnswer says for which supplier an actor answers a challenge.
func mayAnswer(tx den.Tx, actor den.Actor, id, supplier den.ID) (den.Challenge, den.ID, error) {
	c, err := mayChallenge(tx, actor, id, den.ReadChallenge)
	if err != nil {
		return c, "", err
	}
	if supplier == "" {
		if own := actor.In(den.SupplierMember); len(own) == 1 {
			supplier = own[0]
		} else if len(own) > 1 {
			return c, "", den.Bad("supplier", "Choose the supplier that you answer for.")
		}
	}
	if !den.May(actor, den.AnswerChallenge, den.Owner{Suppliers: []den.ID{supplier}}) {
		return c, "", den.Refuse(den.Denied, "Only suppliers can ask about a challenge or answer it. Ask a colleague at a supplier to do it.")
	}
	return c, supplier, nil
}

// questionView leaves out who asked, from the first step outwards.
func questionView(actor den.Actor, c den.Challenge, q den.Question) den.QuestionView {
	v := den.QuestionView{ID: q.ID, Challenge: q.Challenge, Said: q.Said, Answer: q.Answer, AnsweredAt: q.AnsweredAt, Mine: q.Asker == actor.ID}
	if v.Mine || readsAll(actor, c) {
		v.Asked, v.At, v.Rev = q.Asked, q.At, q.Rev
	}
	return v
}

// readsAll says that an actor reads what only the department of a challenge does.
func readsAll(actor den.Actor, c den.Challenge) bool {
	return den.May(actor, den.ReadInterest, c.Owner())
}

// questions lists what the actor may read, oldest first.
func questions(tx den.Tx, actor den.Actor, c den.Challenge) ([]den.QuestionView, error) {
	all, err := every(tx.Questions(), den.Query{Index: den.QuestionsByChallenge, Key: string(c.ID)})
	var seen []den.QuestionView
	for _, q := range all {
		if q.Answered() || readsAll(actor, c) || q.Asker == actor.ID {
			seen = append(seen, questionView(actor, c, q))
		}
	}
	return seen, err
}

// Question reads one for the department that answers it. NotFound for everybody who may
// not read all of its challenge.
func (o *Orchestrator) Question(ctx context.Context, actor den.Actor, id den.ID) (v den.QuestionView, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		q, c, err := mayAnswerQuestion(tx, actor, id)
		if err != nil {
			return err
		}
		v = questionView(actor, c, q)
		return nil
	})
	return v, err
}
