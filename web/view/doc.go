// Package view knows how a page looks: templates, the Design System's components,
// words, static files and security headers. It must not know what a page is about,
// who may see it, or how it is routed; it imports no other room.
//
// # How to make a page
//
// A page is a struct that embeds [Frame], and a template <name>.html of the same
// name. [New] takes the folder of templates; [View.Try], in a test, shows each page
// once with a sample of its data: a page must render with the zero value of its struct.
//
//	type Trial struct {
//		view.Frame
//		Name  string
//		Until time.Time
//		Facts view.SummaryList
//		Form  *form.Values
//	}
//
//	{{define "content"}}
//	<h1 class="govuk-heading-l">{{.Name}}</h1>
//	<p class="govuk-body">{{t "trial.ends" "When" (datetime .Until)}}</p>
//	{{template "summary-list" .Facts}}
//	<form method="post" novalidate data-autosave="/trials/1/autosave">
//	  {{put (.Form.Fill (make "input" "Name" "days" "Label" (t "trial.days") "Suffix" "days"))}}
//	  {{template "button" (make "button" "Text" (t "trial.save"))}}
//	  {{template "autosave"}}
//	</form>
//	{{end}}
//
//	err := v.Render(w, 200, "trial", Trial{Frame: view.Frame{Title: …, Path: …, Who: …, Nav: …}, …})
//
// A page defines "content", and may define "before" (in place of Frame.Back and
// Frame.Crumbs), "after" and "head". Templates in files whose name begins with
// "_" are shared by all pages. Frame.Errors and Frame.Notice are shown by the
// layout; Frame.Path marks the navigation.
//
// # Components
//
// Each is a partial with a struct, whose fields are called what the Design System
// calls them: accordion [Accordion], back-link [BackLink], breadcrumbs
// [Breadcrumbs], button [Button], chart [Chart], character-count [CharacterCount], checkboxes
// [Checkboxes], date-input [DateInput], details [Details], error-message
// [ErrorMessage], error-summary [ErrorSummary], fieldset [Fieldset], file-upload
// [FileUpload], generic-header [GenericHeader], hint [Hint], input [Input],
// inset-text [InsetText], label [Label], notification-banner [NotificationBanner],
// pagination [Pagination], panel [Panel], password-input [PasswordInput], radios
// [Radios], scrollable-pane [ScrollablePane], select [Select], service-navigation
// [ServiceNavigation], skip-link [SkipLink], summary-list [SummaryList], table
// [Table], tabs [Tabs], tag [Tag], task-list [TaskList], textarea [Textarea],
// time-left [TimeLeft], warning-text [WarningText].
//
// Make them in Go (view.Button{Text: "Save"}) or in the template:
//
//	(make "button" "Text" "Save" "Href" "/x")   a component, or a piece: action, cell, choice,
//	                                            content, crumb, fact, legend, option, card,
//	                                            section, status, tab, task, page, pagelink
//	(list a b c)                                a list, for Items, Rows, …
//
// In make a string goes into a struct as its Text ("Label" "Name"), a legend into
// a fieldset ("Fieldset" (make "legend" "Text" "Which?")), a value into a pointer.
//
// # Functions
//
//	t "key" "Name" value …     words; count "key" n: in the plural form for n
//	word "phase" .Phase        the words under "phase.<value>"
//	put component              a component by its type, as markup
//	part "name" data           a template's output as markup, for a component's HTML
//	datetime date day clock    3 June 2026, 4:30pm · 3 June 2026 · Wednesday 3 June 2026 · 4:30pm
//	span money left            2 days 4 hours · £12.40 · for {{template "time-left" (left .Until)}}
//	asset "den.css"            a static file's URL
//	lang                       the language that is shown
//	sub a b                    a − b, for places in a picture
//
// # Words
//
// Every sentence stands in words/<language>/<room>.json under "room.thing", and
// nowhere else. Tests refuse a key that is missing, and one that nobody uses.
//
// # Live parts, without which everything works too (static/den.js)
//
//	<div id="state" data-live="/trials/1/live">…</div>
//	    GET answers text/event-stream; the data of each "message" is the new inside
//	    ([View.Part] makes it); send the whole state first, for a page that was
//	    hidden comes back. data-live-event="name" takes another event. The event
//	    "reload" loads the page anew, "done" closes the stream.
//	<form data-autosave="/url" data-autosave-rev="12">, {{template "autosave"}} inside
//	    posts the whole form when something changed and expects 2xx; 401 or a
//	    redirect means that the session is over, any other 4xx but 429 that it is
//	    refused and not tried again by itself. What was typed is then kept in the browser and put back on the same form of the same
//	    revision, for the same person (Frame.Who.ID). The answer's header
//	    Den-Revision is the new revision, which goes into the form's field "rev" too;
//	    give one wherever forms can be sent twice.
//	{{template "time-left" (left .Until)}}
//	    runs down.
//
// # Classes of our own (static/den.css)
//
// den-columns with den-column inside: things beside one another, below one another
// where there is no room. den-log: what a machine wrote (with tabindex="0", an
// id and data-keep-scroll it keeps its place). den-code, den-number. den-screen is
// not printed; den-page begins a new sheet.
package view
