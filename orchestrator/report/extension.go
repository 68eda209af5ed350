package report

import (
	_ "embed"
	"encoding/json"
	"strings"

	"innovationden/orchestrator/den"
)

// The extension of OCDS in which scores stand: planning.trialEvaluation.
type ocdsEvaluation struct {
	Scheme      string          `json:"scheme"`
	Version     int             `json:"version"`
	Protocol    string          `json:"protocolSHA256"`
	LowestMark  int             `json:"lowestMark"`
	HighestMark int             `json:"highestMark"`
	Criteria    []ocdsCriterion `json:"criteria"`
	Scores      []ocdsScore     `json:"scores"`
	Totals      []ocdsTotal     `json:"totals"`
	Agreement   *ocdsAgreement  `json:"agreement,omitempty"`
}

type ocdsCriterion struct {
	ID     string  `json:"id"`
	Title  string  `json:"title"`
	Weight float64 `json:"weight"`
	By     string  `json:"scoredBy"`
}

type ocdsScore struct {
	ID          string   `json:"id"`
	Criterion   string   `json:"criterion"`
	Entry       string   `json:"entry"`
	Mark        *float64 `json:"mark"`
	Evaluators  int      `json:"evaluators"`
	Explanation string   `json:"explanation,omitempty"`
}

type ocdsTotal struct {
	ID    string  `json:"id"`
	Entry string  `json:"entry"`
	Title string  `json:"title"`
	Rank  *int    `json:"rank"`
	Total float64 `json:"total"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

type ocdsAgreement struct {
	Statistic  string   `json:"statistic"`
	Value      *float64 `json:"value"`
	Evaluators int      `json:"evaluators"`
}

func ocdsScores(r den.Report) ocdsEvaluation {
	out := ocdsEvaluation{
		Scheme: r.Protocol.SchemeID, Version: r.Protocol.Version, Protocol: r.Protocol.Hash, HighestMark: den.TopMark,
		Criteria: []ocdsCriterion{}, Scores: []ocdsScore{}, Totals: []ocdsTotal{},
	}
	for _, c := range r.Criteria {
		out.Criteria = append(out.Criteria, ocdsCriterion{ID: c.ID, Title: c.Title, Weight: c.Weight, By: c.ScoredBy})
	}
	for _, s := range r.Scores {
		out.Scores = append(out.Scores, ocdsScore{
			ID: s.Criterion + "-" + string(s.Entry), Criterion: s.Criterion, Entry: string(s.Entry), Mark: s.Mark, Evaluators: len(s.Given), Explanation: s.Reason,
		})
	}
	for _, t := range r.Totals {
		one := ocdsTotal{ID: string(t.Entry), Entry: string(t.Entry), Title: r.EntryName(t.Entry), Total: t.Total, Low: t.Low, High: t.High}
		if t.Rank > 0 {
			one.Rank = &t.Rank
		}
		out.Totals = append(out.Totals, one)
	}
	if a := r.Agreement; a != nil {
		out.Agreement = &ocdsAgreement{Statistic: "Krippendorff's alpha, ordinal", Value: a.Alpha, Evaluators: a.Evaluators}
	}
	return out
}

//go:embed extension-patch.json
var patch string

// Extension is the extension.json of our extension; Patch is its release-schema.json.
func Extension(p Publisher) ([]byte, error) {
	return json.MarshalIndent(map[string]any{
		"name":        map[string]string{"en": "Scores of a trial"},
		"description": map[string]string{"en": "Adds to planning how the products of a trial were scored, before any tender: criteria with their weights, marks, totals, ranks, and how far evaluators agreed."},
		"schemas":     []string{strings.TrimPrefix(PatchPath, "/schemas/ocds-trial-scores/")},
		"documentationUrl": map[string]string{
			"en": p.Public + "/help/read-a-report",
		},
		"compatibility": []string{"1.1"},
	}, "", "  ")
}

// Patch is what the extension adds to the release schema (JSON Merge Patch).
func Patch() []byte { return []byte(patch) }
