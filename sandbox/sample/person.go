package sample

import (
	"net/http"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what a visitor types, in characters.
const (
	nameLimit  = 100
	emailLimit = 254
)

// person is who an appointment is for.
type person struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Phone string `json:"phone"`
}

// fault says what to do about one field.
type fault struct {
	Field string `json:"field"`
	Say   string `json:"detail"`
}

func personFrom(r *http.Request) person {
	return person{Name: r.PostFormValue("name"), Email: r.PostFormValue("email"), Phone: r.PostFormValue("phone")}.trimmed()
}

func (p person) trimmed() person {
	return person{
		Name:  strings.Join(strings.Fields(p.Name), " "),
		Email: strings.TrimSpace(p.Email),
		Phone: strings.Join(strings.Fields(p.Phone), " "),
	}
}

// faults returns what is wrong, in the order of the form. Telephone numbers follow
// ITU-T E.164: at most 15 digits; shorter than 10 is no number of a person here.
func (p person) faults() []fault {
	var all []fault
	switch {
	case p.Name == "":
		all = append(all, fault{"name", "Enter your full name"})
	case utf8.RuneCountInString(p.Name) > nameLimit:
		all = append(all, fault{"name", "Full name must be 100 characters or less"})
	case !printable(p.Name):
		all = append(all, fault{"name", "Full name must only include letters, spaces and punctuation"})
	}
	switch {
	case p.Email == "":
		all = append(all, fault{"email", "Enter your email address"})
	case len(p.Email) > emailLimit || !isEmail(p.Email):
		all = append(all, fault{"email", "Enter an email address in the correct format, like name@example.com"})
	}
	switch {
	case p.Phone == "":
		all = append(all, fault{"phone", "Enter your phone number"})
	case !isPhone(p.Phone):
		all = append(all, fault{"phone", "Enter a phone number, like 01632 960 001 or +44 808 157 0192"})
	}
	return all
}

func printable(text string) bool {
	return utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

func isEmail(text string) bool {
	address, err := mail.ParseAddress(text)
	if err != nil || address.Address != text {
		return false
	}
	host := text[strings.LastIndexByte(text, '@')+1:]
	return strings.Contains(host, ".") && !strings.HasPrefix(host, ".") && !strings.HasSuffix(host, ".")
}

func isPhone(text string) bool {
	digits := 0
	for i, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '+' && i == 0, strings.ContainsRune(" ()-.", r):
		default:
			return false
		}
	}
	return digits >= 10 && digits <= 15
}
