package api_test

import (
	"strings"

	"innovationden/web/api/contract"
)

// tokens makes a token, sees it and takes it back.
func (s *story) tokens() {
	add, err := s.official.AddTokenWithResponse(s.ctx, nil, contract.NewToken{Name: "nightly", Grants: []contract.Grant{contract.Read}, LastsSeconds: 3600})
	made := told(s.w, add.JSON201, err, add.Body)
	if who, err := s.w.o.Who(s.ctx, made.Secret); err != nil || who.ID != s.w.people[member].ID || who.Changes() {
		s.t.Errorf("the token stands for %+v: %v", who, err)
	}
	list, err := s.official.ListTokensWithResponse(s.ctx)
	if got := told(s.w, list.JSON200, err, list.Body); len(got.Items) != 1 || strings.Contains(string(list.Body), made.Secret) {
		s.t.Errorf("the tokens are %s", list.Body)
	}
	added, err := s.ops.AddSignInLinkWithResponse(s.ctx, string(s.w.people[member].ID))
	link := told(s.w, added.JSON201, err, added.Body)
	if link.Url != public+"/sign-in?link="+link.Secret {
		s.t.Errorf("the link is %s", link.Url)
	}
	if who, err := s.w.o.SignIn(s.ctx, link.Secret); err != nil || who.ID != s.w.people[member].ID {
		s.t.Errorf("the link signs in %+v: %v", who, err)
	}
	back, err := s.official.RevokeTokenWithResponse(s.ctx, made.Token.Id)
	if got := told(s.w, back.JSON200, err, back.Body); len(got.Items) != 0 {
		s.t.Errorf("left: %+v", got)
	}
}
