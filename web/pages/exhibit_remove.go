package pages

import (
	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
)

func (p *Pages) removeEvidenceQuestion(c *gin.Context) (question, error) {
	own, err := p.assessing(c)
	if err != nil {
		return question{}, err
	}
	at := evidencePath(own.trial.ID, own.entry.ID)
	for _, x := range own.assessment.Evidence {
		if string(x.ID) == c.Param("evidence") {
			return question{What: "remove-evidence", Product: x.Name, Of: own.trial.Name, Back: at, Action: at + "/" + string(x.ID) + "/remove", After: at, Done: "evidence-removed", Warns: true, Reason: true, Must: true,
				Do: func(why string, _ int64) error {
					return p.Den.RemoveEvidence(c, asking(c), den.EvidenceRemoval{Trial: own.trial.ID, Entry: own.entry.ID, Evidence: x.ID, Why: why})
				}}, nil
		}
	}
	return question{}, den.Missing()
}

// AskRemoveEvidence is GET /trials/:id/entries/:entry/evidence/:evidence/remove.
func (p *Pages) AskRemoveEvidence(c *gin.Context) error { return p.asks(c, p.removeEvidenceQuestion) }

// RemoveEvidence is POST /trials/:id/entries/:entry/evidence/:evidence/remove.
func (p *Pages) RemoveEvidence(c *gin.Context) error { return p.answers(c, p.removeEvidenceQuestion) }
