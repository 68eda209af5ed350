package api

import (
	"context"
	"mime"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
)

// maxBody bounds a request body that is not an archive, in bytes.
const maxBody = 1 << 20

// known turns away whoever nobody knows, but for the register where it is open.
func (a *API) known(c *gin.Context) {
	sealed(c)
	if !actor.From(c.Request.Context()).Known() && !a.reads(c) {
		Problem(c, a.log, &den.Error{
			Kind: den.Unknown,
			Say:  "Send a token: Authorization: Bearer den_… On the machine of the den it is in the file operator.token of the data folder.",
		})
	}
}

// bound limits what a body may hold, before anything reads it.
func (a *API) bound(c *gin.Context) {
	limit := int64(maxBody)
	if strings.HasSuffix(c.FullPath(), "/sheets/:sheet") {
		limit = maxSheet
	}
	if isFile(c) {
		limit = a.archive
		what, want := "the archive", "application/x-tar"
		switch {
		case strings.HasSuffix(c.FullPath(), "/stacks/archive"):
			what, want = "the fields and the archive", "multipart/form-data"
		case strings.HasSuffix(c.FullPath(), "/data"), strings.HasSuffix(c.FullPath(), "/evidence"), strings.HasSuffix(c.FullPath(), "/sbom"):
			what, want, limit = "the file", "application/octet-stream", maxData
		}
		kind, with, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
		if isOff := err != nil || kind != want || want == "multipart/form-data" && with["boundary"] == ""; isOff && !isBare(c) {
			Answer(c, unsupported(what, want))
			return
		}
	}
	if c.Request.ContentLength > limit {
		Answer(c, tooLarge(limit))
		return
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
}

// sizeOf is how long the body of a request says it is, in bytes; 0 where it does not say.
func sizeOf(ctx context.Context) int64 {
	c, ok := ctx.(*gin.Context) // the generated server hands on what gin handed it
	if !ok {
		return 0
	}
	return max(c.Request.ContentLength, 0)
}

// isFile says whether the body is a file, which is read while it arrives.
func isFile(c *gin.Context) bool {
	return strings.HasSuffix(c.FullPath(), "/archive") || c.Request.Method == http.MethodPut && strings.HasSuffix(c.FullPath(), "/data") ||
		c.Request.Method == http.MethodPost && (strings.HasSuffix(c.FullPath(), "/evidence") || strings.HasSuffix(c.FullPath(), "/sbom"))
}

// isBare says that a piece of evidence comes without a file, as a stretch of the log does.
func isBare(c *gin.Context) bool {
	return strings.HasSuffix(c.FullPath(), "/evidence") && c.Request.ContentLength == 0 && c.GetHeader("Content-Type") == ""
}

// maxSheet bounds a sheet of the techmap as JSON, in bytes.
const maxSheet = 12 << 20

// maxData bounds scenario data, evidence and SBOMs, in bytes: above what the den keeps, so
// that its own sentence says what is too large.
const maxData = 33 << 20
