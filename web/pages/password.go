package pages

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/form"
)

// Passwords turns passwords into what is kept of them; *web.Passwords is such.
type Passwords interface {
	Hash(ctx context.Context, password string) (encoded string, err error)
	// Matches says whether a password is the one that was kept. It takes as long for
	// nobody's, which is empty.
	Matches(ctx context.Context, encoded, password string) (bool, error)
}

const (
	passwordLeast = 12
	passwordMost  = 256
)

// SignInByPassword is POST /sign-in/password. A wrong address and a wrong password have
// the same answer, and take as long.
func (p *Pages) SignInByPassword(c *gin.Context) error {
	if p.Passwords == nil {
		p.Refusal(c, http.StatusGone, "not_found", "")
		return nil
	}
	v, err := p.typed(c)
	if err != nil {
		return err
	}
	page := signInPage{Then: local(c.PostForm("then")), Form: v, Kept: keptOf(c.Request.PostForm)}
	email := form.Email{Name: "email", What: "password.what-email"}.Read(v)
	password := form.Password{Name: "password", What: "password.what"}.Read(v)
	if v.Bad() {
		return p.showSignIn(c, http.StatusUnprocessableEntity, page)
	}
	if wait := p.slow.take(c.ClientIP(), email); wait > 0 {
		return p.showSignIn(c, p.tooSoon(c, v, wait), page)
	}
	login, err := p.byPassword(c, email, password)
	if err == nil && login.Confirmed {
		p.slow.forgive(c.ClientIP(), email)
		return p.askCode(c, http.StatusOK, Flow{login: login, from: c.ClientIP(), then: page.Then, kept: page.Kept}, p.blank())
	}
	var person den.Person
	if err == nil {
		person, err = p.Den.SignInByLogin(c, login, "")
	}
	if kind := den.KindOf(err); kind == den.Unknown || kind == den.Busy {
		v.Refuse([]form.FieldError{{Field: "email", Say: sentence(err)}}, nil)
		return p.showSignIn(c, later(c, err), page)
	}
	if err != nil {
		return err
	}
	p.slow.forgive(c.ClientIP(), email)
	if err := p.begin(c, Start{Person: person.ID, How: "password"}); err != nil {
		return err
	}
	if page.Kept.To != "" {
		return p.showKept(c, person, page.Kept)
	}
	return to(c, page.Then, "")
}

// byPassword is the login that an address and a password prove. Unknown.
func (p *Pages) byPassword(c *gin.Context, email, password string) (den.Login, error) {
	login, err := p.Den.LoginNamed(c, email)
	if err != nil {
		return login, err
	}
	ok, err := p.Passwords.Matches(c, login.Password, password)
	if err == nil && !ok {
		err = den.Refuse(den.Unknown, "%s", p.words.Say("password.wrong"))
	}
	return login, err
}

// tooSoon says in the form when to try again, and gives the status.
func (p *Pages) tooSoon(c *gin.Context, v *form.Values, wait time.Duration) int {
	at := p.Now().Add(wait + time.Minute - 1).Truncate(time.Minute)
	c.Header("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	v.Say("", "password.too-soon", "When", p.say.Clock(at))
	return http.StatusTooManyRequests
}

// newPassword reads a password that somebody chose; not is what it may not be.
func (p *Pages) newPassword(v *form.Values, name, not string) string {
	password := form.Password{Name: name, What: "password.what-new", Min: passwordLeast, Max: passwordMost}.Read(v)
	if password != "" && form.Same(password, not) {
		v.Say(name, "password.not-email")
		return ""
	}
	return password
}
