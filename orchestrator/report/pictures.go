package report

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"innovationden/orchestrator/den"
)

// The pictures of the page in a bundle: what the page of the den shows of times and use. They
// are drawn here because a bundle needs nothing but itself. Nothing is told by colour alone,
// and every figure that they show as a length is written beside it.

// The field that pictures are drawn in.
const (
	pictureWide  = 420.0
	pictureLeft  = 110.0 // where bars and lines begin
	pictureRight = 410.0
	pictureBars  = 275.0 // where bars end at most: a figure stands behind them
	pictureLine  = 18.0  // between lines of text
	pictureHigh  = 160.0
	picturePoint = 60 // points of a line, at most
)

// picture is markup on its way.
type picture struct {
	strings.Builder
	high float64
}

func (p *picture) draw(format string, args ...any) { p.WriteString(fmt.Sprintf(format, args...)) }

func (p *picture) text(x, y float64, say string) {
	p.draw(`<text x="%.0f" y="%.0f">%s</text>`+"\n", x, y, html.EscapeString(say))
}

// framed is the whole picture, for who sees it and for who does not.
func (p *picture) framed(title, say string) string {
	title, say = html.EscapeString(title), html.EscapeString(say)
	return fmt.Sprintf(`<figure><figcaption>%[1]s</figcaption><svg viewBox="0 0 %[3]g %[4]g" role="img" font-size="13"><title>%[1]s</title><desc>%[2]s</desc>`+"\n%[5]s</svg></figure>\n",
		title, say, pictureWide, p.high, p.String())
}

// timesPicture shows within which time answers came in real use; empty where that was not
// measured.
func timesPicture(r den.Report) string {
	shares := []struct{ id, name string }{{den.FactP50, "50 of 100"}, {den.FactP95, "95 of 100"}, {den.FactP99, "99 of 100"}}
	values, most := map[den.ID]map[string]float64{}, 0.0
	for _, one := range r.Facts {
		values[one.Entry] = map[string]float64{}
		for _, f := range one.Facts {
			if slices.ContainsFunc(shares, func(s struct{ id, name string }) bool { return s.id == f.ID }) {
				values[one.Entry][f.ID], most = f.Value, max(most, f.Value)
			}
		}
	}
	if most == 0 {
		return ""
	}
	var p picture
	var said []string
	for _, e := range r.Entries {
		if len(values[e.ID]) == 0 {
			continue
		}
		p.high += pictureLine
		p.text(0, p.high, r.EntryName(e.ID))
		for _, s := range shares {
			v, ok := values[e.ID][s.id]
			if !ok {
				continue
			}
			took, long := amount(den.ReportFact{Value: v, Unit: "ms"}), (pictureBars-pictureLeft)*v/most
			p.high += pictureLine
			p.text(0, p.high, s.name)
			p.draw(`<rect x="%.0f" y="%.0f" width="%.1f" height="12" fill="#1d70b8" stroke="#0b0c0c"/>`+"\n", pictureLeft, p.high-11, long)
			p.text(pictureLeft+long+6, p.high, took)
			said = append(said, fmt.Sprintf("%s: %s answers within %s.", r.EntryName(e.ID), s.name, took))
		}
	}
	p.high += pictureLine / 2
	return p.framed("Response times in real use", strings.Join(said, " "))
}

// used is something that sandboxes use over time.
type used struct {
	title  string
	of     func(den.ReportUse) (float64, bool)
	say    func(float64) string
	isMost bool // of several readings the most counts, otherwise their mean
}

func memoryUse() used {
	return used{"Memory over time", func(u den.ReportUse) (float64, bool) { return float64(u.Memory), true },
		func(n float64) string { return amount(den.ReportFact{Value: n, Unit: "B"}) }, true}
}

func processorUse() used {
	return used{"Processors over time", func(u den.ReportUse) (float64, bool) {
		if u.Processors == nil {
			return 0, false
		}
		return *u.Processors, true
	}, func(n float64) string { return amount(den.ReportFact{Value: n, Unit: "processors"}) }, false}
}

// usePicture shows what each sandbox used over time; empty where there are no two readings.
func usePicture(r den.Report, f used) string {
	var from, to time.Time
	for _, one := range r.Facts {
		for _, u := range one.Use {
			if _, ok := f.of(u); !ok {
				continue
			}
			if from.IsZero() || u.At.Before(from) {
				from = u.At
			}
			if u.At.After(to) {
				to = u.At
			}
		}
	}
	if !to.After(from) {
		return ""
	}
	lines, tops, most := map[den.ID][]reading{}, map[den.ID]float64{}, 0.0
	for _, one := range r.Facts {
		lines[one.Entry] = readings(one.Use, f)
		for _, u := range one.Use {
			n, _ := f.of(u) // of each reading: what is said is true of all, also where a line shows means
			tops[one.Entry], most = max(tops[one.Entry], n), max(most, n)
		}
	}
	p := picture{high: pictureLine + pictureHigh}
	p.text(0, pictureLine, f.say(most))
	p.text(0, p.high, "0")
	p.draw(`<path d="M%[1]g %[2]gV%[3]gH%[4]g" fill="none" stroke="#505a5f"/>`+"\n", pictureLeft, pictureLine-pictureLine/2, p.high, pictureRight)
	axis := p.high + pictureLine
	p.text(pictureLeft, axis, from.UTC().Format("2 January 15:04 UTC"))
	p.draw(`<text x="%g" y="%g" text-anchor="end">%s</text>`+"\n", pictureRight, axis, to.UTC().Format("2 January 15:04 UTC"))
	dashes := []string{"", "8 4", "3 3", "12 3 3 3", "1 3"}
	bottom, said := p.high, []string(nil)
	p.high = axis
	for i, e := range r.Entries {
		if len(lines[e.ID]) == 0 {
			continue
		}
		dash := dashes[i%len(dashes)]
		var path picture
		for n, at := range lines[e.ID] {
			step := "L"
			if n == 0 || at.isApart {
				step = "M"
			}
			path.draw("%s%.1f %.1f", step, pictureLeft+(pictureRight-pictureLeft)*float64(at.at.Sub(from))/float64(to.Sub(from)), bottom-pictureHigh*at.n/max(most, 1e-9))
		}
		p.high += pictureLine
		p.draw(`<path d="%s" fill="none" stroke="#0b0c0c" stroke-width="1.5" stroke-dasharray="%s"/>`+"\n", path.String(), dash)
		p.draw(`<path d="M0 %[1]gH100" fill="none" stroke="#0b0c0c" stroke-width="1.5" stroke-dasharray="%[2]s"/>`+"\n", p.high-4, dash)
		said = append(said, fmt.Sprintf("%s: %s at most.", r.EntryName(e.ID), f.say(tops[e.ID])))
		p.text(pictureLeft, p.high, said[len(said)-1])
	}
	p.high += pictureLine / 2
	return p.framed(f.title, strings.Join(said, " "))
}

// reading is one point of a line.
type reading struct {
	at      time.Time
	n       float64
	isApart bool // nothing is known between the one before and this
}

// readings makes one point of several neighbours where there are too many to tell dashes
// apart. A line is interrupted where nothing was read for three times as long as usual.
func readings(use []den.ReportUse, f used) (out []reading) {
	var all []reading
	var gaps []time.Duration
	for _, u := range use {
		n, ok := f.of(u)
		if !ok {
			continue
		}
		if len(all) > 0 {
			gaps = append(gaps, u.At.Sub(all[len(all)-1].at))
		}
		all = append(all, reading{at: u.At, n: n})
	}
	usual := slices.Clone(gaps)
	slices.Sort(usual)
	count := 0 // of the readings in the last point
	for i, one := range all {
		one.isApart = i > 0 && gaps[i-1] > 3*usual[len(usual)/2]
		if count == 0 || one.isApart || count >= (len(all)+picturePoint-1)/picturePoint {
			out, count = append(out, one), 1
			continue
		}
		last := &out[len(out)-1]
		count++
		if f.isMost {
			last.n = max(last.n, one.n)
		} else {
			last.n += (one.n - last.n) / float64(count)
		}
	}
	return out
}
