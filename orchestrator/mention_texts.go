package orchestrator

import (
	"reflect"
	"strings"
	"sync"
)

// typed are the texts of records in which somebody may be named, with what each is. An
// entry stands for all that is below it. What is neither here nor in untyped is searched
// all the same; a test wants every text of every record to be in one of the two.
var typed = map[string]string{
	"Assessment.Scores{}.Reason":        "a reason for a mark",
	"Assessment.Note":                   "the evaluator’s note",
	"Assessment.Tasks[].Task":           "a task",
	"Assessment.Tasks[].Note":           "a note on a task",
	"Assessment.Evidence[].Name":        "the name of a file that was attached",
	"Challenge.Title":                   "the title",
	"Challenge.Problem":                 "the problem",
	"Challenge.People":                  "who is affected",
	"Challenge.Success":                 "what success looks like",
	"Challenge.Constraints":             "the constraints",
	"Challenge.Agreed":                  "what was agreed about data",
	"Challenge.Outcome":                 "what came of it",
	"Consensus.Agreed{}{}.Reason":       "the reason for an agreed mark",
	"Consensus.Dissents[].Text":         "a dissent",
	"Consensus.Prices{}.Basis":          "the basis of a price",
	"Consensus.Why":                     "why the marks were locked",
	"Declaration.Text":                  "the declared interest",
	"Declaration.Why":                   "the reason for what follows from it",
	"Delivery.Said":                     "why a notice could not be sent",
	"Department.Name":                   "the name",
	"Interest.Advice":                   "the advice",
	"Interest.Thanks":                   "the thanks",
	"JoinLink.For":                      "whom it is for",
	"Lease.Say":                         "what happened",
	"Lease.EndAsked.Why":                "why it was ended",
	"Lease.Data.Name":                   "the name of its data",
	"Lease.Ways.Out[].Host":             "an address that it may reach",
	"Lease.Tried[].Name":                "an address that its product tried to reach",
	"Lease.Used[].Way.Host":             "an address that its product reached",
	"Lease.LogTail":                     "what its product printed",
	"LoadTest.Say":                      "why it ended early",
	"LoadTest.Paths[]":                  "a page under load",
	"Mailbox.Hook.URL":                  "the address that notices are posted to",
	"Measurement.Pages[].Path":          "a page that was weighed",
	"Measurement.Pages[].Fault":         "why a page was not weighed",
	"Notice.Title":                      "the title",
	"Notice.Say":                        "the text",
	"Outcome.Results[].Price":           "the basis of a price",
	"Outcome.Says":                      "the finding",
	"Outcome.Agreement.Says":            "how far evaluators agree",
	"Outcome.Analysis":                  "how sure it is",
	"Outcome.Why":                       "the reason for the decision",
	"Outcome.Cites[]":                   "a result that it cites",
	"Preflight.Checks[].Say":            "what a check found",
	"Product.Name":                      "the name",
	"Product.Summary":                   "the summary",
	"Product.ProductProfile":            "the entry on the techmap",
	"Publication.Report":                "the published report",
	"Publication.Why":                   "why it was published",
	"Publication.Withdrawn":             "why it was taken back",
	"Question.Asked":                    "the question as it was typed",
	"Question.Said":                     "the question as everybody reads it",
	"Question.Answer":                   "the answer",
	"Receipt.Say":                       "what happened",
	"Receipt.Tried[].Name":              "an address that its product tried to reach",
	"Receipt.Ways.Out[].Host":           "an address that it could reach",
	"Receipt.Used[].Way.Host":           "an address that its product reached",
	"Receipt.LogTail":                   "what its product printed",
	"Release.Version":                   "the version",
	"Release.Image":                     "the name of the image",
	"Release.From":                      "where it came from",
	"Release.Path":                      "its first page",
	"Release.Env[]":                     "a setting",
	"Release.Volumes[]":                 "a folder that it keeps",
	"Release.Asks.Out[].Host":           "an address that it asks for",
	"Release.Notes":                     "the notes",
	"Release.Needs":                     "the data that it needs",
	"Release.SBOM.Name":                 "the name of its SBOM",
	"Release.Compose":                   "the compose file",
	"Release.ComposeName":               "the name of the compose file",
	"Reply.Text":                        "the reply",
	"Request.Why":                       "why it was asked for",
	"Request.Say":                       "the rule that decided",
	"Request.Reason":                    "the reason for the decision",
	"Rules.WaysOut[]":                   "an address that is allowed",
	"KeptScheme.Scheme":                 "the scheme",
	"KeptScheme.Why":                    "why it was added",
	"Share.For":                         "whom it is for",
	"Supplier.Name":                     "the name",
	"Supplier.SupplierProfile":          "the entry on the techmap",
	"Token.Name":                        "the name",
	"Trial.Name":                        "the name",
	"Trial.Question":                    "the question",
	"Trial.Tasks[]":                     "a task",
	"Trial.Entries[].Agreed":            "an address that a product may reach",
	"Trial.Entries[].Renewals[].Why":    "why a new release was proposed",
	"Trial.Entries[].Renewals[].Reason": "the answer to a proposed release",
	"Trial.Rule":                        "the rule of the decision",
	"Trial.Measuring.Pages[]":           "a page that is measured",
	"Trial.Scenario.Name":               "the name of its data",
	"Trial.Amendments[].From":           "what was amended",
	"Trial.Amendments[].To":             "what it was amended to",
	"Trial.Amendments[].Why":            "why it was amended",
	"Event.Say":                         "what happened",
	"Event.Why":                         "the reason",
	"Event.Before":                      "what was before",
	"Event.After":                       "what was afterwards",
	"Event.Changes[].Before":            "a field before a change",
	"Event.Changes[].After":             "a field after a change",
}

// untyped are the texts in which nobody is named by what others type, by the reason why.
// Each stands for itself alone, so that a new text beside it is searched.
var untyped = map[string]string{
	"who somebody is, which is removed with their own data":         "Person.Name Person.Email Login.Name Identity.Issuer Identity.Subject",
	"a copy of who did something, which the removal takes out":      "Request.AskedName Request.DecidedAs Lease.EndAsked.Name JoinLink.ByName Trial.Amendments[].Name Consensus.Dissents[].Name Event.Name",
	"a secret, a hash of one, or what else it takes to check a key": "Login.Password Login.Secret Login.Recovery[] Login.Known[] Mailbox.Hook.Secret Share.Hash Share.Salt Share.Passcode Token.Hash Token.Starts Token.Challenge JoinLink.Hash Event.Sealed[].Hash Event.Sealed[].Salt Event.Sealed[].Value",
	"an id, a key or a hash":                                        "Answer.Key Answer.Body Clock.Run Assessment.Evidence[].Hash Assessment.Evidence[].Criterion Assessment.Scores{k} Cell.Sandbox Challenge.Capabilities[] Consensus.Agreed{}{k} Consensus.Dissents[].Criterion Consensus.Measured{}{k} Lease.Sandbox Lease.Name Lease.Data.Hash Outcome.Scheme.ID Outcome.Results[].Marks{k} Outcome.Results[].Points{k} Outcome.Results[].Below[] Outcome.Results[].Unproven[] Outcome.Results[].Untested[] Outcome.Agreement.Criteria{k} Receipt.Sandbox Release.Digest Release.SBOM.Hash Spending.Month Trial.Scheme.ID Trial.Weights{k} Trial.Scenario.Hash Trial.Protocol Trial.Amendments[].Protocol",
	"a word of the settings or of the den":                          "Cell.Size Lease.Size Lease.Path Lease.Hours.Zone Lease.Services[] Release.Profile Release.SBOM.Format Rules.Sizes[] Rules.AskSizes[] Spending.BySize{k} Trial.Size Trial.Hours.Zone Trial.Entries[].Label Trial.Amendments[].What Preflight.First Event.Act Event.Changes[].Field",
	"names of containers, networks and volumes":                     "Lease.Found.Containers[] Lease.Found.Networks[] Lease.Found.Volumes[] Receipt.Found.Containers[] Receipt.Found.Networks[] Receipt.Found.Volumes[]",
	"words about figures, from a fixed list":                        "Outcome.Agreement.Alpha.Why Outcome.Agreement.Low.Why Outcome.Agreement.High.Why Outcome.Agreement.Kendall.Why Outcome.Agreement.ICC.Why Outcome.Agreement.ICCMean.Why Outcome.Agreement.Criteria{}.Alpha.Why Outcome.Agreement.Criteria{}.Kendall.Why Outcome.Agreement.Criteria{}.ICC.Why",
	"where somebody was named who was removed, without the name":    "Person.NamedIn.Items[].Kind Person.NamedIn.Items[].What Person.NamedIn.Items[].Field Person.NamedIn.Items[].Path Person.NamedIn.Items[].Do Person.NamedIn.Items[].Change Person.NamedIn.Items[].Found Person.NamedIn.Items[].Excerpt",
	"what the compose file says, which is searched itself":          "Release.Front Release.Services[] Release.Images{k} Release.Images{} Release.Places{k} Release.Places{}[] Release.Pushed{k} Release.Pushed{}",
}

// untypedPaths are all of untyped.
var untypedPaths = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for _, paths := range untyped {
		for _, path := range strings.Fields(paths) {
			all[path] = true
		}
	}
	return all
})

// whatIs says what the text at a path is: by the path, or by what it is below.
func whatIs(path string) (what string, known bool) {
	for at := path; at != ""; {
		if what, known = typed[at]; known {
			return what, true
		}
		cut := strings.LastIndexAny(at, ".[{")
		if cut < 0 {
			break
		}
		at = at[:cut]
	}
	return "a text", false
}

// textReader reads the texts of a value, and says where each stands in it.
type textReader func(v reflect.Value, found func(path, text string))

// textsOf makes the reader of a type; nil: it has no texts that are searched.
func textsOf(t reflect.Type, path string) textReader {
	switch t.Kind() {
	case reflect.String:
		if t != reflect.TypeFor[string]() || untypedPaths()[path] { // of other types of string only the den makes values
			return nil
		}
		return func(v reflect.Value, found func(path, text string)) { found(path, v.String()) }
	case reflect.Pointer:
		return eachOf(textsOf(t.Elem(), path), func(v reflect.Value, each func(reflect.Value)) {
			if !v.IsNil() {
				each(v.Elem())
			}
		})
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 { // JSON, such as what an event holds
			if untypedPaths()[path] {
				return nil
			}
			return func(v reflect.Value, found func(path, text string)) { found(path, string(v.Bytes())) }
		}
		return eachOf(textsOf(t.Elem(), path+"[]"), func(v reflect.Value, each func(reflect.Value)) {
			for n := range v.Len() {
				each(v.Index(n))
			}
		})
	case reflect.Map:
		return textsOfMap(t, path)
	case reflect.Struct:
		return textsOfFields(t, path)
	}
	return nil
}

func eachOf(one textReader, every func(v reflect.Value, each func(reflect.Value))) textReader {
	if one == nil {
		return nil
	}
	return func(v reflect.Value, found func(path, text string)) {
		every(v, func(v reflect.Value) { one(v, found) })
	}
}

func textsOfMap(t reflect.Type, path string) textReader {
	key, value := textsOf(t.Key(), path+"{k}"), textsOf(t.Elem(), path+"{}")
	if key == nil && value == nil {
		return nil
	}
	return func(v reflect.Value, found func(path, text string)) {
		for at := v.MapRange(); at.Next(); {
			if key != nil {
				key(at.Key(), found)
			}
			if value != nil {
				value(at.Value(), found)
			}
		}
	}
}

func textsOfFields(t reflect.Type, path string) textReader {
	type field struct {
		n    int
		read textReader
	}
	var fields []field
	for n := range t.NumField() {
		if f := t.Field(n); f.IsExported() {
			if read := textsOf(f.Type, path+"."+f.Name); read != nil {
				fields = append(fields, field{n, read})
			}
		}
	}
	if fields == nil {
		return nil
	}
	return func(v reflect.Value, found func(path, text string)) {
		for _, f := range fields {
			f.read(v.Field(f.n), found)
		}
	}
}
