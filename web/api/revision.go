package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"

	"innovationden/orchestrator/den"
)

// etag is a revision as an entity tag (RFC 9110, 8.8.3). What was never saved has
// none: there is nothing to hold a change against.
func etag(rev int64) *string {
	if rev == 0 {
		return nil
	}
	tag := `"` + strconv.FormatInt(rev, 10) + `"`
	return &tag
}

// revision reads If-Match. Nothing and "*" mean "whatever is there", 0.
func revision(ifMatch *string) (int64, error) {
	text := strings.TrimSpace(value(ifMatch))
	if text == "" || text == "*" {
		return 0, nil
	}
	rev, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(text, "W/"), `"`), 10, 64)
	if err != nil || rev < 1 {
		return 0, den.Refuse(den.Stale, "If-Match must be the ETag that you read. Read it again, then send the change with its new ETag.")
	}
	return rev, nil
}

// matched makes a change to the revision that the caller has read.
func matched[T any](ifMatch *string, change func(rev int64) (T, error)) (T, error) {
	rev, err := revision(ifMatch)
	if err != nil {
		var none T
		return none, err
	}
	return change(rev)
}

// once makes a create safe to repeat, where the caller asked for it.
func once(key *string, request ...any) den.Once {
	if value(key) == "" {
		return den.Once{}
	}
	body, err := json.Marshal(request)
	if err != nil {
		return den.Once{}
	}
	sum := sha256.Sum256(body)
	return den.Once{Key: *key, Body: hex.EncodeToString(sum[:])}
}
