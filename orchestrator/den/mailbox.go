package den

import "slices"

// Mailbox is what one person has read, and how they want to be told. Its key is the
// person.
type Mailbox struct {
	Person ID
	ReadTo Stamp                    // every notice up to then was read
	Read   []ID                     // and these
	Quiet  map[Channel][]NoticeKind // what is not sent there
	Off    []Channel                // nothing is sent there
	Hook   Hook
	Rev    int64
}

// Hook is an address of a person's own that notices are posted to.
type Hook struct {
	URL    string    // empty: none
	Shape  HookShape // empty: HookStandard
	Secret string    // "whsec_" and base64: signs each message
}

// HookShape is how a message is written for what receives it.
type HookShape string

// The shapes.
const (
	HookStandard HookShape = "standard" // Standard Webhooks
	HookTeams    HookShape = "teams"
	HookSlack    HookShape = "slack"
)

// HookShapes lists every shape.
var HookShapes = []HookShape{HookStandard, HookTeams, HookSlack}

// Channel is a way to somebody outside the den's own pages.
type Channel string

// The channels.
const (
	ByMail Channel = "mail"
	ByHook Channel = "hook"
)

// Channels lists every channel.
var Channels = []Channel{ByMail, ByHook}

// Wants says that a kind of notice is to be sent by a channel.
func (m Mailbox) Wants(c Channel, k NoticeKind) bool {
	return !slices.Contains(m.Off, c) && !slices.Contains(m.Quiet[c], k)
}

// HasRead says that a notice was read.
func (m Mailbox) HasRead(n Notice) bool {
	return !n.At.After(m.ReadTo) || slices.Contains(m.Read, n.ID)
}

// NoticeKind says what a notice is about.
type NoticeKind string

// The kinds of notice. Who writes one: orchestrator's pen.notice.
const (
	NoticeApprovalWanted  NoticeKind = "approval_wanted"
	NoticeApprovalDecided NoticeKind = "approval_decided"
	NoticeReady           NoticeKind = "ready"
	NoticeEndsSoon        NoticeKind = "ends_soon" // within a day
	NoticeEndsHour        NoticeKind = "ends_hour" // within an hour
	NoticeEnded           NoticeKind = "ended"     // with its receipt
	NoticeBudget          NoticeKind = "budget"
	NoticeFailed          NoticeKind = "failed"
	NoticeInterest        NoticeKind = "interest"
	NoticeQuestion        NoticeKind = "question"  // a question was answered
	NoticeAsked           NoticeKind = "asked"     // a question waits for an answer
	NoticeInvited         NoticeKind = "invited"   // to look at a challenge, or to open a product
	NoticeChallenge       NoticeKind = "challenge" // something about it changed
	NoticeAssessmentDue   NoticeKind = "assessment_due"
	NoticePeople          NoticeKind = "people"    // invitations, and what one may do
	NoticePreflight       NoticeKind = "preflight" // how the preflight of a release ended
	NoticePublished       NoticeKind = "published" // the report of a trial that a product of theirs took part in
)

// NoticeKinds lists every kind, for the page on which a person chooses.
var NoticeKinds = []NoticeKind{
	NoticeApprovalWanted, NoticeApprovalDecided, NoticeReady, NoticeEndsSoon, NoticeEndsHour, NoticeEnded, NoticeBudget, NoticeFailed,
	NoticeInterest, NoticeQuestion, NoticeAsked, NoticeInvited, NoticeChallenge, NoticeAssessmentDue, NoticePeople,
	NoticePreflight, NoticePublished,
}

// For says that a notice is for an actor: it is to them, or to an organisation or trial
// that they have a role in, and the role that it names.
func (n Notice) For(a Actor) bool {
	if n.To == a.ID {
		return true
	}
	return slices.ContainsFunc(a.Memberships, func(m Membership) bool {
		return m.In != "" && m.In == n.To && (n.Role == "" || m.Role == n.Role)
	})
}

// Delivery is a notice on its way to one person by one channel. One is made for each
// after the notice was committed, so that a broken channel delays no other.
type Delivery struct {
	ID      ID
	Notice  ID
	Person  ID
	Channel Channel
	State   DeliveryState
	Tries   int
	DueAt   Stamp  // when to try next; zero once it was sent or given up
	Said    string // why the last try failed, for the operator
	MadeAt  Stamp
	DoneAt  Stamp // when it was sent or given up
	Rev     int64
}

// DeliveryState says how a delivery stands.
type DeliveryState string

// The states of a delivery.
const (
	DeliveryWaits DeliveryState = "waits"
	DeliverySent  DeliveryState = "sent"
	DeliveryDead  DeliveryState = "dead" // given up: the operator may try it again
)

// Message is what a sender is handed: a notice for one person. The same delivery has
// the same ID at each try.
type Message struct {
	ID    ID
	To    string // an address of the channel: e-mail, or a URL
	Name  string // of the person
	Hook  Hook
	Kind  NoticeKind
	Title string
	Say   string
	Link  string // to the page of what it is about; empty: none
	At    Stamp
}
