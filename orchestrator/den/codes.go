package den

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238 as every app has it
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// codeStep is how long a time code stands.
const codeStep = 30 * time.Second

// StepOf numbers the step of a time, as RFC 6238 has it.
func StepOf(at time.Time) int64 { return at.Unix() / int64(codeStep/time.Second) }

// TimeCode is the six digits that an app shows for a secret in a step; empty for what
// is no secret.
func TimeCode(secret string, step int64) string {
	const least, mask, digits = 16, 0x7fffffff, 1_000_000
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil || len(key) < least {
		return ""
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, step)
	sum := mac.Sum(nil)
	from := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[from:from+4])&mask%digits)
}

// StepWith is the step of which a code is, one before or after now at most and later
// than the last that counted: no code counts twice.
func StepWith(secret, code string, now time.Time, last int64) (step int64, ok bool) {
	for step = StepOf(now) - 1; step <= StepOf(now)+1; step++ {
		if made := TimeCode(secret, step); made != "" && step > last && hmac.Equal([]byte(made), []byte(code)) {
			return step, true
		}
	}
	return 0, false
}

// PlainCode is a code without what people put between its characters.
func PlainCode(typed string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(typed))
}

// NewCodes is the input of AddCodes.
type NewCodes struct {
	Secret   string   // base32
	Code     string   // that the app shows now
	Recovery []string // codes that work once each, for who lost the app
	Rev      int64    // of the login
}
