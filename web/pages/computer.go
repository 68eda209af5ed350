package pages

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/view"
)

// Bounds of what a command line may ask for, and of the codes under way.
const (
	codeLasts      = 2 * time.Minute
	codesMost      = 2000
	codesOfOne     = 20
	computerShort  = time.Hour
	computerLong   = 90 * 24 * time.Hour
	computerLength = 60 // runes of its name
)

// The forms that a state and a challenge have: RFC 7636 for the challenge, S256 only.
var (
	stateForm     = regexp.MustCompile(`^[A-Za-z0-9_-]{16,128}$`)
	challengeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)
)

// computerAsk is what "den login --browser" asks for: where on its computer it waits for
// the answer (RFC 8252, section 7.3), what it will know the answer by, and the token.
type computerAsk struct {
	Port      int
	State     string
	Challenge string // base64url SHA-256 of the verifier, which it keeps
	Name      string // of the computer
	Grants    []den.Grant
	Lasts     time.Duration
}

// readComputer reads what is asked for; false means that no command of ours asks so.
func readComputer(v url.Values) (in computerAsk, ok bool) {
	port, err := strconv.Atoi(v.Get("port"))
	seconds, err2 := strconv.ParseInt(v.Get("seconds"), 10, 64)
	in = computerAsk{Port: port, State: v.Get("state"), Challenge: v.Get("challenge"), Name: strings.TrimSpace(v.Get("name")), Lasts: time.Duration(seconds) * time.Second}
	for _, g := range den.Grants {
		for _, asked := range v["may"] {
			if den.Grant(asked) == g {
				in.Grants = append(in.Grants, g)
			}
		}
	}
	plain := in.Name != "" && len([]rune(in.Name)) <= computerLength && !strings.ContainsFunc(in.Name, func(r rune) bool { return r < ' ' || r == 0x7f || r >= 0x200b && r <= 0x202e })
	ok = err == nil && err2 == nil && port >= 1024 && port < 1<<16 && stateForm.MatchString(in.State) && challengeForm.MatchString(in.Challenge) && plain &&
		len(in.Grants) > 0 && len(in.Grants) == len(v["may"]) && in.Lasts >= computerShort && in.Lasts <= computerLong
	return in, ok
}

// back is where the command waits, with an answer to it.
func (in computerAsk) back(answer, value string) string {
	return "http://127.0.0.1:" + strconv.Itoa(in.Port) + "/?" + url.Values{answer: {value}, "state": {in.State}}.Encode()
}

// fields are what is asked for, for the form that decides on it.
func (in computerAsk) fields() []keptField {
	all := []keptField{{"port", strconv.Itoa(in.Port)}, {"state", in.State}, {"challenge", in.Challenge}, {"name", in.Name}, {"seconds", strconv.Itoa(int(in.Lasts / time.Second))}}
	for _, g := range in.Grants {
		all = append(all, keptField{"may", string(g)})
	}
	return all
}

// computerPage asks whether a computer may act for the reader.
type computerPage struct {
	view.Frame
	Ask    computerAsk
	Does   string
	Ends   time.Time
	Fields []keptField
}

// Computer is GET /me/computers/new, which the command opens.
func (p *Pages) Computer(c *gin.Context) error {
	in, ok := readComputer(c.Request.URL.Query())
	if !ok {
		return p.noComputer(c)
	}
	page := computerPage{Frame: p.frame(c, p.words.Say("computer.title")), Ask: in, Does: p.does(in.Grants), Ends: p.Now().Add(in.Lasts), Fields: in.fields()}
	c.Header("Cache-Control", "no-store")
	c.Header("Referrer-Policy", "no-referrer")
	return p.show(c, http.StatusOK, "computer", page)
}

func (p *Pages) noComputer(c *gin.Context) error {
	p.problem(c, http.StatusBadRequest, "computer.none", problemPage{Say: p.words.Say("computer.none-say")})
	return nil
}

// AllowComputer is POST /me/computers: it goes back to the command with a code, by a page
// of its own, for a form may not lead to another site. The code is of no use without the
// verifier, which only the command has.
func (p *Pages) AllowComputer(c *gin.Context) error {
	if _, err := p.typed(c); err != nil {
		return err
	}
	in, ok := readComputer(c.Request.PostForm)
	if !ok {
		return p.noComputer(c)
	}
	page, address := awayPage{Heading: p.words.Say("computer.refused"), Say: p.words.Say("computer.refused-say")}, in.back("error", "access_denied")
	if c.PostForm("do") == "allow" {
		code := rand.Text()
		if !p.computers.put(code, allowed{ask: in, who: asking(c)}) {
			return den.Refuse(den.Busy, "%s", p.words.Say("computer.crowd"))
		}
		page, address = awayPage{Heading: p.words.Say("computer.allowed"), Say: p.words.Say("computer.allowed-say")}, in.back("code", code)
	}
	page.Frame = p.frame(c, page.Heading)
	page.Address, page.Go = address, p.words.Say("computer.go")
	c.Header("Refresh", "0; url="+address)
	c.Header("Cache-Control", "no-store")
	c.Header("Referrer-Policy", "no-referrer")
	return p.show(c, http.StatusOK, "away", page)
}

// ComputerToken is POST /sign-in/computer: the command brings its code with the verifier,
// and gets the token. A code is good once, whatever was brought with it.
func (p *Pages) ComputerToken(c *gin.Context) error {
	if _, err := p.typed(c); err != nil {
		return err
	}
	c.Header("Cache-Control", "no-store")
	one, ok := p.computers.take(c.PostForm("code"))
	sum := sha256.Sum256([]byte(c.PostForm("verifier")))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	if !ok || subtle.ConstantTimeCompare([]byte(challenge), []byte(one.ask.Challenge)) != 1 {
		return den.Refuse(den.Unknown, "%s", p.words.Say("computer.unknown"))
	}
	who, err := p.Den.Still(c, one.who)
	if err != nil {
		return err
	}
	made, secret, err := p.Den.AddToken(c, who, den.NewToken{Name: p.words.Say("computer.token", "Name", one.ask.Name), Grants: one.ask.Grants, Lasts: one.ask.Lasts})
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, gin.H{"token": secret, "ends_at": made.ExpiresAt})
	return nil
}

// allowed is a computer that somebody let in, until it fetches its token.
type allowed struct {
	ask   computerAsk
	who   den.Actor
	until time.Time
}

// computers are the codes under way, in memory: one that is lost is asked for again.
type computers struct {
	mu    sync.Mutex
	under map[string]allowed
	now   func() time.Time
}

// put keeps a code; false means that there are too many of this person, or in all.
func (k *computers) put(code string, one allowed) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	now, same := k.now(), 0
	for code, old := range k.under {
		switch {
		case !now.Before(old.until):
			delete(k.under, code)
		case old.who.ID == one.who.ID:
			same++
		}
	}
	if same >= codesOfOne || len(k.under) >= codesMost {
		return false
	}
	one.until = now.Add(codeLasts)
	k.under[code] = one
	return true
}

// take gives what a code stands for, once.
func (k *computers) take(code string) (allowed, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	one, ok := k.under[code]
	delete(k.under, code)
	return one, ok && k.now().Before(one.until)
}
