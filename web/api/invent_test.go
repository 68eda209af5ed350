package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// inventor makes requests of the contract: right ones, ones at the edge of what is
// allowed, and wrong ones.
type inventor struct {
	r    *rand.Rand
	ops  []operation
	ids  map[string][]string // by what they name, of everybody
	of   map[string]string   // the trial of an entry
	all  []string
	keys int
	// recipes are right requests about things in the right state, by operation.
	recipes map[string][]recipe
	done    func(op string) bool // whether an operation has succeeded; nil: not asked
}

// hostile is what people type into fields to see what happens.
var hostile = []string{
	"", " ", "0", "-1", "null", "../../etc/passwd", "'; DROP TABLE trials; --", "<script>alert(1)</script>", "%00", "a\x00b", "\xff\xfe",
	"ŵ", strings.Repeat("a", 64), strings.Repeat("a", 65), strings.Repeat("é", 5000), "{{.}}", "tri_", "_", "lea_000000000000", "\u202e", "1e309", "NaN", "true", "[]", "\r\nX-Injected: 1",
}

func newInventor(seed uint64, doc *openapi3.T) *inventor {
	return &inventor{r: rand.New(rand.NewPCG(seed, 7)), ops: everyOperation(doc), ids: map[string][]string{}, of: map[string]string{}, recipes: map[string][]recipe{}}
}

func (i *inventor) learn(what, id string) {
	const most = 40
	if of := i.ids[what]; len(of) < most {
		i.ids[what], i.all = append(of, id), append(i.all, id)
		return
	}
	i.ids[what][i.r.IntN(most)] = id
}

func (i *inventor) chance(percent int) bool { return i.r.IntN(100) < percent }

func pick[T any](i *inventor, of ...T) T { return of[i.r.IntN(len(of))] }

// request invents one. wild says how many parts in a hundred are wrong.
func (i *inventor) request() question {
	op := i.operation()
	wild := pick(i, 0, 0, 0, 5, 20, 60)
	if r := i.recipes[op.id]; len(r) > 0 && i.chance(60) {
		return i.along(op, pick(i, r...), wild)
	}
	q := question{who: i.person(op), method: op.method, path: op.path, header: map[string]string{}}
	query := ""
	for _, p := range op.spec.Parameters {
		if p := p.Value; p.In == openapi3.ParameterInPath || i.chance(40) || p.Required && !i.chance(wild) {
			v := i.parameter(op, p, wild)
			if trial := i.of[v]; p.Name == "entry" && trial != "" && i.chance(90) {
				q.path = strings.Replace(op.path, "{id}", trial, 1)
			}
			switch p.In {
			case openapi3.ParameterInPath:
				q.path = strings.Replace(q.path, "{"+p.Name+"}", escaped(v), 1)
			case openapi3.ParameterInQuery:
				query += "&" + p.Name + "=" + escaped(v)
			case openapi3.ParameterInHeader:
				q.header[p.Name] = strings.NewReplacer("\r", "", "\n", "").Replace(v)
			}
		}
	}
	if i.chance(wild / 4) {
		query += "&" + escaped(pick(i, hostile...)) + "=1"
	}
	if query != "" {
		q.path += "?" + query[1:]
	}
	i.body(&q, op, wild)
	return q
}

// operation is any, and rather often one that nobody has brought to success yet: the more
// operations there are, the less chance alone finds the way to each.
func (i *inventor) operation() operation {
	var untried []operation
	for _, op := range i.ops {
		if i.done != nil && !i.done(op.id) {
			untried = append(untried, op)
		}
	}
	if len(untried) > 0 && i.chance(30) {
		return pick(i, untried...)
	}
	return pick(i, i.ops...)
}

func (i *inventor) person(op operation) string {
	if isSupplier := slices.Contains([]string{"askChallenge", "showInterest", "takeBackInterest"}, op.id); isSupplier && i.chance(70) {
		return pick(i, seller, rival)
	}
	if i.chance(3) {
		return pick(i, nobody, "no-such-token", "…")
	}
	if i.chance(50) {
		return pick(i, operator, member)
	}
	return pick(i, everybody...)
}

func (i *inventor) parameter(op operation, p *openapi3.Parameter, wild int) string {
	if i.chance(wild) {
		return pick(i, hostile...)
	}
	switch p.Name {
	case "id":
		if slices.Contains([]string{"decide", "getOutcome", "getReport", "getReportFile"}, op.id) && i.chance(50) {
			return i.id("decided", wild)
		}
		before, _, _ := strings.Cut(op.path, "/{id}")
		return i.id(before[strings.LastIndexByte(before, '/')+1:], wild)
	case "entry":
		return i.id("entry", wild)
	case "supplier", "department", "trial", "subject", "actor", "scheme", "share", "organisation", "person", "invitation":
		return i.id(p.Name, wild)
	case "version":
		if p.In == openapi3.ParameterInPath {
			return pick(i, "1", "1", "2", "99")
		}
		return fmt.Sprintf("1.%d", i.r.IntN(500))
	case "after":
		return pick(i, append([]string{"", "AAAA", "!!"}, i.ids["next"]...)...)
	case "Idempotency-Key":
		i.keys++
		return pick(i, "one", "two", fmt.Sprint("key-", i.keys), fmt.Sprint("key-", i.keys))
	case "If-Match":
		return pick(i, "*", `"1"`, `"2"`, `"3"`, `W/"1"`, `"99"`, `"1", "2"`, "1")
	}
	return fmt.Sprint(i.value(p.Schema.Value, p.Name, wild))
}

// id is mostly one of its kind, sometimes any other, sometimes none.
func (i *inventor) id(what string, wild int) string {
	of := i.ids[what]
	switch {
	case len(of) == 0 || i.chance(wild):
		return pick(i, append(slices.Clone(hostile), i.all...)...)
	case i.chance(5):
		return pick(i, i.all...)
	}
	return pick(i, of...)
}

func (i *inventor) body(q *question, op operation, wild int) {
	if op.spec.RequestBody == nil {
		if i.chance(wild) {
			q.body = pick(i, "{}", "null", "garbage")
		}
		return
	}
	content := op.spec.RequestBody.Value.Content
	schema := content.Get("application/json")
	if content.Get("multipart/form-data") != nil {
		q.header["Content-Type"] = "multipart/form-data; boundary=edge"
		q.body = pick(i, stackBody("a image\n", "archive"), stackBody("", ""), stackBody("refused", "archive"), "--edge", "")
	} else if content.Get("application/octet-stream") != nil {
		q.header["Content-Type"] = "application/octet-stream"
		q.body = pick(i, "name\nAda\n", "", "PK\x03\x04 torn", strings.Repeat("x", 10000))
	} else if schema == nil {
		q.header["Content-Type"] = "application/x-tar"
		q.body = pick(i, "archive", "archive", "", "not an archive", strings.Repeat("x", 10000))
	} else if op.spec.RequestBody.Value.Required || i.chance(60) {
		text, err := json.Marshal(i.value(schema.Schema.Value, "", wild))
		if err != nil {
			panic(err)
		}
		q.body = string(text)
	}
	if !i.chance(wild / 3) {
		return
	}
	text, _ := q.body.(string)
	switch i.r.IntN(7) {
	case 0:
		q.body = text[:i.r.IntN(len(text)+1)]
	case 1:
		q.body = strings.Repeat("[", 20000)
	case 2:
		q.body = text + text
	case 3:
		q.header["Content-Type"] = pick(i, "text/plain", "application/xml", "application/json; charset=utf-16", ";", "multipart/form-data")
	case 4:
		q.body = nil
	case 5:
		q.body = pick(i, "null", "0", `""`, "[]", "true", "1e999", "\xff", `{"a":`+strings.Repeat(`{"a":`, 5000))
	case 6:
		q.body = strings.Repeat(" ", 1<<20+1)
	}
}

// value invents one for a schema.
func (i *inventor) value(s *openapi3.Schema, name string, wild int) any {
	if i.chance(wild / 3) {
		return pick[any](i, nil, 0, -1, 1.5, 1e300, true, "", pick(i, hostile...), []any{}, map[string]any{}, []any{nil}, json.Number("1.0"), json.Number("123456789012345678901234567890"))
	}
	switch {
	case len(s.Enum) > 0:
		return pick(i, s.Enum...)
	case s.Type.Is("boolean"):
		return i.chance(50)
	case s.Type.Is("integer"), s.Type.Is("number"):
		return i.number(s, wild)
	case s.Type.Is("array"):
		list := []any{}
		for range pick(i, 0, 1, 2, 2, 3) {
			list = append(list, i.value(s.Items.Value, name, wild))
		}
		return list
	case s.Type.Is("object"):
		return i.object(s, name, wild)
	}
	return i.text(s, name, wild)
}

func (i *inventor) number(s *openapi3.Schema, wild int) any {
	low, high := int64(0), int64(100)
	if s.Min != nil {
		low = int64(*s.Min)
	}
	if s.Max != nil {
		high = int64(*s.Max)
	}
	if i.chance(wild) {
		return pick[any](i, low-1, high+1, int64(1)<<62, -high, 0.5)
	}
	return pick[any](i, low, high, low+i.r.Int64N(high-low+1), min(high, 3600))
}

func (i *inventor) object(s *openapi3.Schema, name string, wild int) any {
	out := map[string]any{}
	for _, field := range slices.Sorted(maps.Keys(s.Properties)) {
		needed := slices.Contains(s.Required, field)
		if field == "version" && s.Properties[field].Value.Type.Is("integer") && !i.chance(wild) {
			out[field] = i.r.IntN(2)
			continue
		}
		if slices.Contains([]string{"weights", "agreed", "hours", "chair", "pages"}, field) && !i.chance(wild+10) {
			continue // most are out of bounds, or of what is not in the trial
		}
		if needed && !i.chance(wild/2) || !needed && i.chance(50) {
			out[field] = i.value(s.Properties[field].Value, field, wild)
		}
	}
	if more := s.AdditionalProperties.Schema; more != nil {
		for range i.r.IntN(4) {
			out[i.id("criterion", wild)] = i.value(more.Value, name, wild)
		}
	}
	if i.chance(wild / 4) {
		out[pick(i, hostile...)] = 1
	}
	return out
}

func (i *inventor) text(s *openapi3.Schema, name string, wild int) string {
	singular := strings.TrimSuffix(name, "s")
	if len(i.ids[singular]) > 0 {
		return i.id(singular, wild)
	}
	switch {
	case s.Format == "date-time":
		at := time.Now().Add(time.Duration(i.r.IntN(60*24)) * time.Hour)
		return pick(i, at.Format(time.RFC3339), at.Format(time.RFC3339Nano), "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-02-30T00:00:00Z", "2026-06-30T23:59:60Z")
	case name == "image":
		return pick(i, oneImage, twoImage, "no/such:1")
	case name == "path":
		return pick(i, "/", "/start", "/a b", "none")
	case name == "env":
		return pick(i, "A=1", "B=", "=x", "novalue")
	case s.MaxLength != nil && i.chance(10):
		return strings.Repeat(pick(i, "a", "é", "界"), int(*s.MaxLength)+pick(i, -1, 0, wild))
	}
	return pick(i, "A word", "Two words", fmt.Sprint("Text ", i.r.IntN(1000)), "Gwasanaeth ŵ")
}

// escaped puts any text into an address.
func escaped(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}
