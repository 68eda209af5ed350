package den

import "time"

// Removal is what came of removing somebody's personal data.
type Removal struct {
	Person ID
	At     Stamp
	Names  int      // that were taken out of the record
	Left   Mentions // texts that still name them: Items for operators only
}

// RemovedPerson is what somebody is called whose personal data was removed.
const RemovedPerson = "Removed person"

// PersonalData is everything that the den keeps about one person, as one document. It
// holds no secret, and nothing of others that its reader may not see.
type PersonalData struct {
	ID          ID                  `json:"id"`
	Name        string              `json:"name"`
	Email       string              `json:"email,omitempty"`
	Left        bool                `json:"left"`
	MadeAt      Stamp               `json:"made_at"`             // this document
	RemovedAt   Stamp               `json:"removed_at,omitzero"` // when it was removed, but for what was done
	Roles       []PersonalRole      `json:"roles"`
	SignsIn     *PersonalLogin      `json:"signs_in_by_password,omitempty"`
	Known       []PersonalIdentity  `json:"known_to_providers"`
	Tokens      []PersonalToken     `json:"tokens"`
	NotSent     map[string][]string `json:"notices_not_sent"` // by channel, what the person does not want
	Hook        string              `json:"notices_posted_to,omitempty"`
	Notices     []PersonalNotice    `json:"notices"`
	Assessments []PersonalScores    `json:"assessments"`
	Declared    []PersonalInterest  `json:"declarations"`
	Did         []PersonalEvent     `json:"did"`        // events of which the person is the actor
	Happened    []PersonalEvent     `json:"about_them"` // events about the person by others
}

// PersonalRole is one role of a person.
type PersonalRole struct {
	Role Role `json:"role"`
	In   ID   `json:"in,omitempty"`
}

// PersonalLogin is how a person signs in, without its secrets.
type PersonalLogin struct {
	Address   string `json:"address"`
	Codes     bool   `json:"codes_asked"`
	ChangedAt Stamp  `json:"changed_at,omitzero"`
}

// PersonalIdentity is a person as a provider of sign-in knows them.
type PersonalIdentity struct {
	Issuer  string `json:"issuer"`
	Subject string `json:"subject"`
	SeenAt  Stamp  `json:"seen_at,omitzero"`
}

// PersonalToken is a token, without its secret and its hash.
type PersonalToken struct {
	ID        ID     `json:"id"`
	Name      string `json:"name"`
	CreatedAt Stamp  `json:"created_at"`
	ExpiresAt Stamp  `json:"expires_at,omitzero"`
}

// PersonalNotice is something that a person was told.
type PersonalNotice struct {
	At    Stamp  `json:"at"`
	Title string `json:"title"`
	Say   string `json:"detail"`
}

// PersonalScores are the marks that a person gave to one product of a trial.
type PersonalScores struct {
	Trial       ID               `json:"trial"`
	Entry       ID               `json:"entry"`
	Scores      map[string]Score `json:"scores"`
	Note        string           `json:"note,omitempty"`
	SubmittedAt Stamp            `json:"submitted_at,omitzero"`
}

// PersonalInterest is what a person declared about one trial.
type PersonalInterest struct {
	Trial ID     `json:"trial"`
	Stake Stake  `json:"interest"`
	Text  string `json:"text,omitempty"`
	At    Stamp  `json:"at"`
}

// PersonalEvent is a line of the record.
type PersonalEvent struct {
	Seq     uint64 `json:"seq"`
	At      Stamp  `json:"at"`
	Act     string `json:"act"`
	Subject ID     `json:"subject"`
	Say     string `json:"detail"`
	Why     string `json:"why,omitempty"`
}

// Retention says how long what is not needed any more is kept; 0: for ever.
type Retention struct {
	Notices     Span // and what became of their sending
	Repeats     Span // answers to repeated requests
	Invitations Span // after they ended
	Tokens      Span // after they ended
	Logs        Span // the end of what a product printed, after its sandbox ended
	People      Span // personal data of somebody who left, after that
}

// UsualRetention is what holds where nobody says otherwise.
func UsualRetention() Retention {
	const day = 24 * time.Hour
	return Retention{Notices: 180 * day, Repeats: 2 * day, Invitations: 90 * day, Tokens: 90 * day, Logs: 365 * day, People: 2 * 365 * day}
}

// RetentionView is what the rules are, and what they would remove now.
type RetentionView struct {
	Rules Retention
	Due   map[string]int // by the name of the setting
	Last  Stamp          // when something was last removed; zero: never
	Said  string         // what that was
}

// RetentionRule is one rule under the name of its setting.
type RetentionRule struct {
	Name string
	Keep Span
}

// Each lists every rule.
func (r Retention) Each() []RetentionRule {
	return []RetentionRule{
		{"notices", r.Notices}, {"repeats", r.Repeats}, {"invitations", r.Invitations},
		{"tokens", r.Tokens}, {"logs", r.Logs}, {"people", r.People},
	}
}

// RemovalOrder is the input of RemovePersonalData.
type RemovalOrder struct {
	Person ID // empty: who asks
	Why    string
	Sure   bool // it cannot be undone
}

// Posted is how the signed state of the record stands with an address outside the host.
type Posted struct {
	URL   string // empty: it is posted nowhere
	At    Stamp  // when one last went through; zero: none did
	Size  uint64 // of the record then
	Tries int    // failures in a row since
	Dead  bool   // given up for a day after that many
	Said  string // why the last try failed; empty: it did not
}
