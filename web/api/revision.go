package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"

	"innovationden/orchestrator/den"
)

// etag is a revision as an entity tag (RFC 9110, 8.8.3).
func etag(rev int64) *string {
	tag := `"` + strconv.FormatInt(rev, 10) + `"`
	return &tag
}

// revision reads If-Match. Nothing and "*" mean "whatever is there", 0.
func revision(ifMatch *string) (int64, error) {
	if ifMatch == nil || *ifMatch == "" || *ifMatch == "*" {
		return 0, nil
	}
	text := strings.Trim(strings.TrimPrefix(strings.TrimSpace(*ifMatch), "W/"), `"`)
	rev, err := strconv.ParseInt(text, 10, 64)
	if err != nil || rev < 1 {
		return 0, &den.Error{Kind: den.Stale, Say: "If-Match must be the ETag that you read. Read it again, then send the change with its new ETag."}
	}
	return rev, nil
}

// once makes a create safe to repeat, where the caller asked for it.
func once(key *string, request ...any) den.Once {
	if key == nil || *key == "" {
		return den.Once{}
	}
	body, err := json.Marshal(request)
	if err != nil {
		return den.Once{}
	}
	sum := sha256.Sum256(body)
	return den.Once{Key: *key, Body: hex.EncodeToString(sum[:])}
}
