package orchestrator

import (
	buffer "bytes"
	"context"
	"fmt"
	"image"
	_ "image/gif"  // what a picture may come as
	_ "image/jpeg" // the same
	"image/png"
	"io"
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// Bounds of evidence, so that nobody fills the disk or the memory.
const (
	mostEvidence      = 8 << 20 // bytes of one file
	mostPixels        = 40_000_000
	mostPieces        = 40  // of one assessment
	mostStretch       = 400 // lines of a log
	evidenceNameBytes = 200
)

// AddEvidence keeps something that an evaluator saw beside their scores for an entry. A
// picture is decoded within limits and made anew as PNG, so that what is kept is a
// picture and nothing else; a file is only ever downloaded.
func (o *Orchestrator) AddEvidence(ctx context.Context, actor den.Actor, in den.NewEvidence) (x den.Evidence, err error) {
	if o.Files == nil {
		return x, den.Refuse(den.Conflict, "This den keeps no files. Ask the operator.")
	}
	var lease den.ID
	err = o.Store.View(ctx, func(tx den.Tx) error {
		_, e, _, err := o.exhibiting(tx, actor, in)
		lease = e.Lease
		return err
	})
	if err != nil {
		return x, err
	}
	if x, err = o.keepEvidence(ctx, actor, lease, in); err != nil {
		return x, err
	}
	err = o.update(ctx, actor, func(tx den.Tx, p *pen) error {
		before, err := p.answered(tx, in.Once)
		if err != nil {
			return err
		}
		t, e, a, err := o.exhibiting(tx, actor, in)
		if err != nil {
			return err
		}
		if at := slices.IndexFunc(a.Evidence, func(one den.Evidence) bool { return one.ID == before }); at >= 0 {
			x = a.Evidence[at]
			return nil
		}
		if a.ID == "" {
			a.ID = p.id(den.KindAssessment)
		}
		x.ID, x.AddedAt = p.id(den.KindEvidence), p.now
		if err := o.onShelf(x.Hash); err != nil {
			return err
		}
		a.Evidence, a.SavedAt = append(slices.Clone(a.Evidence), x), p.now
		if _, err := tx.Assessments().Put(a); err != nil {
			return err
		}
		if err := p.answer(tx, in.Once, x.ID); err != nil {
			return err
		}
		_, err = p.record(tx, den.Event{
			Act: "evidence.added", Subject: a.ID, About: []den.ID{t.ID, t.Department}, Say: fmt.Sprintf("%s kept evidence about %s: %s.", actor.Name, e.Label, x.Hash),
		})
		return err
	})
	return x, err
}

// exhibiting reads the assessment to which evidence is to be added.
func (o *Orchestrator) exhibiting(tx den.Tx, actor den.Actor, in den.NewEvidence) (t den.Trial, e den.Entry, a den.Assessment, err error) {
	if t, err = mayTrial(tx, actor, in.Trial, den.AssessTrial); err != nil {
		return t, e, a, err
	}
	e, ok := t.Entry(in.Entry)
	if !ok {
		return t, e, a, den.Missing()
	}
	if err := assessable(tx, t); err != nil {
		return t, e, a, err
	}
	if err := cleared(tx, t.ID, actor.ID); err != nil {
		return t, e, a, err
	}
	scheme, err := o.schemeIn(tx, t.Scheme)
	if err != nil {
		return t, e, a, err
	}
	if a, err = ownAssessment(tx, actor.ID, t.ID, e.ID); err != nil {
		return t, e, a, err
	}
	_, known := scheme.Criterion(in.Criterion)
	switch {
	case a.Submitted():
		err = den.Refuse(den.Conflict, "You have submitted this assessment, so it cannot change any more.")
	case in.Criterion != "" && !known:
		err = den.Bad("criterion", "Choose a question of the scheme.")
	case len(a.Evidence) >= mostPieces:
		err = den.Bad("file", "You have kept %d pieces of evidence, which is the most.", mostPieces)
	}
	return t, e, a, err
}

// keepEvidence puts the content on the shelf.
func (o *Orchestrator) keepEvidence(ctx context.Context, actor den.Actor, lease den.ID, in den.NewEvidence) (x den.Evidence, err error) {
	x = den.Evidence{Criterion: in.Criterion, Kind: in.Kind, Name: fileName(in.Name)}
	content, most := in.Content, int64(mostEvidence)
	switch {
	case in.Kind == den.LogStretch:
		text, err := o.stretch(ctx, actor, lease, in)
		if err != nil {
			return x, err
		}
		content, x.Name = strings.NewReader(text), fmt.Sprintf("log-%d-%d.txt", in.From, in.To)
	case content == nil || in.Kind != den.Picture && in.Kind != den.File:
		return x, den.Bad("file", "Choose a picture or a file.")
	case in.Kind == den.Picture:
		made, err := o.anew(ctx, content)
		if err != nil {
			return x, err
		}
		content, x.Width, x.Height = made.png, made.width, made.height
		most *= 4 // as PNG it may be larger than it came
	}
	x.Hash, x.Size, err = o.Files.Keep(ctx, content, most)
	if in.Kind == den.File && den.KindOf(err) == den.Invalid {
		err = den.Bad("file", "Choose a file of at most %s.", bytes(mostEvidence))
	}
	return x, err
}

// fileName is the last part of a stranger's name for a file, printable and bounded.
func fileName(name string) string {
	name = oneLine(name[strings.LastIndexAny(name, `/\`)+1:])
	if len(name) > evidenceNameBytes {
		name = strings.ToValidUTF8(name[:evidenceNameBytes], "")
	}
	if name == "" {
		return "evidence"
	}
	return name
}

// picture is one that was made anew.
type picture struct {
	png           io.Reader
	width, height int
}

// anew decodes a picture within the limits of bytes and pixels and encodes it again, one
// at a time: a small file may need hundreds of megabytes.
func (o *Orchestrator) anew(ctx context.Context, from io.Reader) (picture, error) {
	text, err := io.ReadAll(io.LimitReader(from, mostEvidence+1))
	if err != nil {
		return picture{}, err
	}
	if len(text) > mostEvidence {
		return picture{}, den.Bad("file", "Choose a picture of at most %s.", bytes(mostEvidence))
	}
	size, _, err := image.DecodeConfig(buffer.NewReader(text))
	if err != nil {
		return picture{}, den.Bad("file", "This is no picture that can be read. Choose a PNG, JPEG or GIF, or keep it as a file.")
	}
	if size.Width < 1 || size.Height < 1 || size.Width > mostPixels/size.Height {
		return picture{}, den.Bad("file", "Choose a picture of at most 40 million pixels.")
	}
	select {
	case o.drawing <- struct{}{}:
		defer func() { <-o.drawing }()
	case <-ctx.Done():
		return picture{}, ctx.Err()
	}
	decoded, _, err := image.Decode(buffer.NewReader(text))
	if err != nil {
		return picture{}, den.Bad("file", "This picture is damaged. Make it again, then choose it.")
	}
	var out buffer.Buffer
	if err := png.Encode(&out, decoded); err != nil {
		return picture{}, den.Bad("file", "This picture cannot be kept. Make it again, then choose it.")
	}
	return picture{png: &out, width: size.Width, height: size.Height}, nil
}

// stretch is the lines From to To of what a product printed.
func (o *Orchestrator) stretch(ctx context.Context, actor den.Actor, lease den.ID, in den.NewEvidence) (string, error) {
	if lease == "" {
		return "", den.Bad("from", "There is no log yet.")
	}
	text, err := o.Logs(ctx, actor, lease, logMost)
	if err != nil {
		return "", err
	}
	all := strings.SplitAfter(string(text), "\n")
	switch {
	case in.From < 1 || in.To < in.From || in.To-in.From >= mostStretch:
		return "", den.Bad("from", "Enter the first and the last line, at most %d lines.", mostStretch)
	case in.From > len(all):
		return "", den.Bad("from", "The log has %d lines.", len(all))
	}
	return strings.Join(all[in.From-1:min(in.To, len(all))], ""), nil
}

// Exhibit reads a piece of evidence: one's own, or of others once it can be seen with
// their scores. The caller closes it. NotFound.
func (o *Orchestrator) Exhibit(ctx context.Context, actor den.Actor, trial, id den.ID) (x den.Evidence, content io.ReadCloser, err error) {
	err = o.Store.View(ctx, func(tx den.Tx) error {
		t, err := mayTrial(tx, actor, trial, den.ReadTrial)
		if err != nil {
			return err
		}
		all, err := o.assessments(tx, actor, t)
		if err != nil {
			return err
		}
		for _, a := range all {
			for _, one := range a.Evidence {
				if one.ID == id {
					x = one
					return nil
				}
			}
		}
		return den.Missing()
	})
	if err != nil || o.Files == nil {
		return x, nil, err
	}
	content, err = o.Files.Read(x.Hash)
	return x, content, err
}
