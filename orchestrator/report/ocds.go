package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

// metricsExtension is the extension of the standard that planning.forecasts come from.
const metricsExtension = "https://raw.githubusercontent.com/open-contracting-extensions/ocds_metrics_extension/master/extension.json"

// Where our own extension is served, below the den's address.
const (
	ExtensionPath = "/schemas/ocds-trial-scores/extension.json"
	PatchPath     = "/schemas/ocds-trial-scores/release-schema.json"
	SchemaPath    = "/schemas/report-1.json"
)

// The types below are the part of OCDS 1.1.5 that a trial fills: a trial is planning.
type ocdsPackage struct {
	URI           string        `json:"uri"`
	Version       string        `json:"version"`
	Extensions    []string      `json:"extensions"`
	PublishedDate time.Time     `json:"publishedDate"`
	Publisher     ocdsPublisher `json:"publisher"`
	Releases      []ocdsRelease `json:"releases"`
}

type ocdsPublisher struct {
	Name string `json:"name"`
}

type ocdsRelease struct {
	OCID           string        `json:"ocid"`
	ID             string        `json:"id"`
	Date           time.Time     `json:"date"`
	Tag            []string      `json:"tag"`
	InitiationType string        `json:"initiationType"`
	Language       string        `json:"language"`
	Parties        []ocdsParty   `json:"parties"`
	Tender         ocdsTender    `json:"tender"`
	Planning       ocdsPlanning  `json:"planning"`
	Related        []ocdsRelated `json:"relatedProcesses,omitempty"`
}

// ocdsRelated is the trial of a result that the decision stands on.
type ocdsRelated struct {
	ID           string   `json:"id"`
	Relationship []string `json:"relationship"`
	Title        string   `json:"title"`
	Scheme       string   `json:"scheme"`
	Identifier   string   `json:"identifier"`
	URI          string   `json:"uri"`
}

type ocdsParty struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
}

type ocdsReference struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type ocdsTender struct {
	ID              string        `json:"id"`
	Title           string        `json:"title"`
	Description     string        `json:"description"`
	Status          string        `json:"status"`
	ProcuringEntity ocdsReference `json:"procuringEntity"`
}

type ocdsPlanning struct {
	Rationale  string          `json:"rationale"`
	Documents  []ocdsDocument  `json:"documents"`
	Milestones []ocdsMilestone `json:"milestones"`
	Forecasts  []ocdsForecast  `json:"forecasts,omitempty"`
	Evaluation ocdsEvaluation  `json:"trialEvaluation"`
}

type ocdsDocument struct {
	ID            string    `json:"id"`
	DocumentType  string    `json:"documentType"`
	Title         string    `json:"title"`
	Description   string    `json:"description,omitempty"`
	URL           string    `json:"url"`
	DatePublished time.Time `json:"datePublished"`
	Format        string    `json:"format"`
	Language      string    `json:"language"`
}

type ocdsMilestone struct {
	ID          string    `json:"id"`
	Title       string    `json:"title"`
	Type        string    `json:"type"`
	Description string    `json:"description,omitempty"`
	DueDate     time.Time `json:"dueDate,omitzero"`
	DateMet     time.Time `json:"dateMet,omitzero"`
	Status      string    `json:"status"`
}

type ocdsForecast struct {
	ID           string            `json:"id"`
	Title        string            `json:"title"`
	Observations []ocdsObservation `json:"observations"`
}

type ocdsObservation struct {
	ID         string            `json:"id"`
	Measure    float64           `json:"measure"`
	Unit       ocdsUnit          `json:"unit"`
	Dimensions map[string]string `json:"dimensions"`
	Notes      string            `json:"notes,omitempty"`
}

type ocdsUnit struct {
	Name string `json:"name"`
}

// OCDS writes a release package of the Open Contracting Data Standard 1.1.5: a trial is
// planning, before any tender. Scores stand in an extension of ours, since the standard
// publishes none.
func OCDS(w io.Writer, r den.Report, p Publisher) error {
	at := released(r)
	release := ocdsRelease{
		OCID: p.Prefix + "-" + string(r.Trial.ID), ID: fmt.Sprintf("%s-%d", r.Trial.ID, at.Unix()), Date: at,
		Tag: []string{"planning"}, InitiationType: "tender", Language: "en", Parties: ocdsParties(r),
		Tender: ocdsTender{
			ID: string(r.Trial.ID), Title: r.Trial.Name, Description: r.Trial.Question, Status: "planning",
			ProcuringEntity: ocdsReference{ID: string(r.Trial.DepartmentID), Name: named(r.Trial.Department, string(r.Trial.DepartmentID))},
		},
		Planning: ocdsPlanning{
			Rationale: strings.Join(append([]string{r.Trial.Question}, r.Finding...), " "), Documents: ocdsDocuments(r, p, at),
			Milestones: ocdsMilestones(r), Forecasts: ocdsForecasts(r), Evaluation: ocdsScores(r),
		},
	}
	if r.Decision != nil {
		release.Related = ocdsRelatedTo(r.Decision.Cites, p)
	}
	if r.Decision != nil || len(r.Amendments) > 0 {
		release.Tag = []string{"planningUpdate"}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(ocdsPackage{
		URI: address(r, p, "ocds"), Version: "1.1", Extensions: []string{metricsExtension, p.Public + ExtensionPath},
		PublishedDate: r.MadeAt.UTC(), Publisher: ocdsPublisher{Name: p.Name}, Releases: []ocdsRelease{release},
	})
}

// ocdsRelatedTo are the trials that a decision cites: planning, as every trial is.
func ocdsRelatedTo(cites []den.ReportCite, p Publisher) (out []ocdsRelated) {
	for _, c := range cites {
		if c.Trial == "" {
			continue
		}
		out = append(out, ocdsRelated{
			ID: string(c.Trial), Relationship: []string{"planning"}, Title: c.Name, Scheme: "ocid",
			Identifier: p.Prefix + "-" + string(c.Trial), URI: fmt.Sprintf("%s/register/%s/ocds", p.Public, c.Trial),
		})
	}
	return out
}

// named is a name, or what stands in for one: the standard takes no empty names.
func named(name, or string) string {
	if name == "" {
		return or
	}
	return name
}

func address(r den.Report, p Publisher, form string) string {
	return fmt.Sprintf("%s/register/%s/%s", p.Public, r.Trial.ID, form)
}

// released is when the last thing happened that the release tells of.
func released(r den.Report) time.Time {
	at := r.Trial.StartedAt
	for _, e := range r.Record.Events {
		if e.At.After(at) {
			at = e.At
		}
	}
	if at.IsZero() {
		at = r.MadeAt
	}
	return at.UTC()
}

func ocdsParties(r den.Report) []ocdsParty {
	out := []ocdsParty{{ID: string(r.Trial.DepartmentID), Name: named(r.Trial.Department, string(r.Trial.DepartmentID)), Roles: []string{"procuringEntity"}}}
	seen := map[string]bool{}
	for _, e := range r.Entries {
		one := ocdsParty{ID: string(e.Of), Name: named(e.Supplier, string(e.Of)), Roles: []string{"interestedParty"}}
		if one.ID == "" {
			one.ID, one.Name = "supplier-of-"+string(e.ID), "Supplier of "+e.Label
		}
		if !seen[one.ID] {
			out = append(out, one)
		}
		seen[one.ID] = true
	}
	return out
}

func ocdsDocuments(r den.Report, p Publisher, at time.Time) []ocdsDocument {
	one := func(id, kind, title, url, format string) ocdsDocument {
		return ocdsDocument{ID: id, DocumentType: kind, Title: title, URL: url, DatePublished: at, Format: format, Language: "en"}
	}
	out := []ocdsDocument{
		one("report", "evaluationReports", "Report of the trial", fmt.Sprintf("%s/register/%s", p.Public, r.Trial.ID), "text/html"),
		one("report-json", "evaluationReports", "Report of the trial as data", address(r, p, "json"), "application/json"),
	}
	criteria := one("criteria", "evaluationCriteria", fmt.Sprintf("%s, version %d", r.Protocol.SchemeTitle, r.Protocol.Version), address(r, p, "json"), "application/json")
	criteria.Description = "Protocol locked before the start, SHA-256 " + r.Protocol.Hash
	out = append(out, criteria)
	if len(r.Conflicts) > 0 {
		out = append(out, one("interests", "conflictOfInterest", "Interests that evaluators declared", address(r, p, "json"), "application/json"))
	}
	return out
}

func ocdsMilestones(r den.Report) []ocdsMilestone {
	out := []ocdsMilestone{{ID: "protocol", Title: "Protocol locked", Type: "preProcurement", DueDate: r.Trial.StartedAt.UTC(), DateMet: r.Trial.StartedAt.UTC(), Status: "met"}}
	assessed := ocdsMilestone{ID: "assessment", Title: "Products assessed", Type: "assessment", DueDate: r.Trial.EndsAt.UTC(), Status: "scheduled"}
	scored := 0
	for _, t := range r.Totals {
		if t.Assessors > 0 {
			scored++
		}
	}
	switch {
	case len(r.Totals) == 0:
	case scored == len(r.Entries):
		assessed.Status = "met"
	case scored > 0:
		assessed.Status = "partiallyMet"
	case !r.Trial.ClosedAt.IsZero():
		assessed.Status = "notMet"
	}
	out = append(out, assessed)
	if d := r.Decision; d != nil {
		out = append(out, ocdsMilestone{ID: "decision", Title: "Decision: " + strings.ReplaceAll(d.Decision, "_", " "), Type: "approval", Description: d.Why, DueDate: d.At.UTC(), DateMet: d.At.UTC(), Status: "met"})
	}
	if len(r.Receipts) > 0 {
		out = append(out, ocdsRemoval(r))
	}
	return out
}

// ocdsRemoval is met when the last sandbox of the trial is gone.
func ocdsRemoval(r den.Report) ocdsMilestone {
	m := ocdsMilestone{ID: "removal", Title: "Sandboxes removed", Type: "delivery", DueDate: r.Trial.EndsAt.UTC(), Status: "partiallyMet"}
	if r.Trial.ClosedAt.IsZero() {
		return m
	}
	m.Status = "met"
	for _, one := range r.Receipts {
		if one.EndedAt.After(m.DateMet) {
			m.DateMet = one.EndedAt.UTC()
		}
	}
	return m
}

// ocdsForecasts are the measured facts, one metric each.
func ocdsForecasts(r den.Report) []ocdsForecast {
	var out []ocdsForecast
	at := map[string]int{}
	for _, one := range r.Facts {
		for _, f := range one.Facts {
			i, ok := at[f.ID]
			if !ok {
				i = len(out)
				at[f.ID] = i
				out = append(out, ocdsForecast{ID: f.ID, Title: f.ID})
			}
			out[i].Observations = append(out[i].Observations, ocdsObservation{
				ID: f.ID + "-" + string(one.Entry), Measure: f.Value, Unit: ocdsUnit{Name: f.Unit},
				Dimensions: map[string]string{"entry": string(one.Entry), "product": r.EntryName(one.Entry)},
			})
		}
	}
	return out
}
