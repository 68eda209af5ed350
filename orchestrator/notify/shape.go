package notify

import (
	"encoding/json"
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

// shape writes a message for what receives it. Titles and texts may hold names that a
// stranger chose: in each shape they are text.
func shape(m den.Message) ([]byte, error) {
	switch m.Hook.Shape {
	case den.HookSlack:
		return json.Marshal(slack(m))
	case den.HookTeams:
		return json.Marshal(teams(m))
	case den.HookStandard:
	}
	return json.Marshal(standard{
		Type: "notice." + string(m.Kind), Timestamp: m.At.UTC().Format(time.RFC3339),
		Data: standardData{ID: string(m.ID), Title: m.Title, Detail: m.Say, Link: m.Link},
	})
}

// standard is the payload that Standard Webhooks recommend.
type standard struct {
	Type      string       `json:"type"`
	Timestamp string       `json:"timestamp"`
	Data      standardData `json:"data"`
}

type standardData struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Link   string `json:"link,omitempty"`
}

type slackMessage struct {
	Text string `json:"text"`
}

func slack(m den.Message) slackMessage {
	plain := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	text := plain.Replace(line(m.Title)) + "\n" + plain.Replace(m.Say)
	if m.Link != "" {
		text += "\n<" + m.Link + "|Open it in the den>"
	}
	return slackMessage{text}
}

// teamsMessage is what a Teams workflow takes: one adaptive card.
type teamsMessage struct {
	Type        string            `json:"type"`
	Attachments []teamsAttachment `json:"attachments"`
}

type teamsAttachment struct {
	ContentType string    `json:"contentType"`
	Content     teamsCard `json:"content"`
}

type teamsCard struct {
	Schema  string        `json:"$schema"`
	Type    string        `json:"type"`
	Version string        `json:"version"`
	Body    []teamsRun    `json:"body"`
	Actions []teamsAction `json:"actions,omitempty"`
}

// teamsRun is a rich text block: unlike a text block it reads no Markdown.
type teamsRun struct {
	Type    string      `json:"type"`
	Inlines []teamsText `json:"inlines"`
}

type teamsText struct {
	Type   string `json:"type"`
	Text   string `json:"text"`
	Weight string `json:"weight,omitempty"`
}

type teamsAction struct {
	Type  string `json:"type"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

func teams(m den.Message) teamsMessage {
	run := func(text, weight string) teamsRun {
		return teamsRun{Type: "RichTextBlock", Inlines: []teamsText{{Type: "TextRun", Text: text, Weight: weight}}}
	}
	card := teamsCard{
		Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: "1.4",
		Body: []teamsRun{run(line(m.Title), "Bolder"), run(m.Say, "")},
	}
	if m.Link != "" {
		card.Actions = []teamsAction{{Type: "Action.OpenUrl", Title: "Open it in the den", URL: m.Link}}
	}
	return teamsMessage{Type: "message", Attachments: []teamsAttachment{{ContentType: "application/vnd.microsoft.card.adaptive", Content: card}}}
}
