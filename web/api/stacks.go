package api

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"slices"
	"strconv"
	"strings"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
	"innovationden/web/api/contract"
)

// AddStack adds a release from a compose file whose images are on the engine.
func (a *API) AddStack(ctx context.Context, r contract.AddStackRequestObject) (contract.AddStackResponseObject, error) {
	b := r.Body
	asks, err := readWays(b.Asks, "asks")
	if err != nil {
		return nil, err
	}
	made, err := a.den.AddRelease(ctx, actor.From(ctx), den.NewRelease{Product: den.ID(r.Id), Version: b.Version,
		Compose: b.Compose, ComposeName: value(b.Name), Front: value(b.Front),
		Port: int(value(b.Port)), Path: value(b.Path), Profile: string(value(b.Profile)), Asks: asks,
		Notes: value(b.Notes), Needs: value(b.Needs),
		Once: once(r.Params.IdempotencyKey, "stack", r.Id, b)})
	if err != nil {
		return nil, addressed(err)
	}
	return contract.AddStack201JSONResponse{Body: release(made),
		Headers: contract.AddStack201ResponseHeaders{Location: at("/releases/" + string(made.ID))}}, nil
}

// AddStackArchive adds a release from a compose file whose images come along.
func (a *API) AddStackArchive(ctx context.Context, r contract.AddStackArchiveRequestObject) (contract.AddStackArchiveResponseObject, error) {
	in, err := stackForm(r.Body)
	if err != nil {
		return nil, err
	}
	in.Product, in.ArchiveSize = den.ID(r.Id), sizeOf(ctx)
	made, err := a.den.AddRelease(ctx, actor.From(ctx), in)
	if err != nil {
		return nil, addressed(err)
	}
	return contract.AddStackArchive201JSONResponse{Body: release(made),
		Headers: contract.AddStackArchive201ResponseHeaders{Location: at("/releases/" + string(made.ID))}}, nil
}

// stackForm reads the fields of a form up to its archive, which is read while it arrives.
func stackForm(parts *multipart.Reader) (in den.NewRelease, err error) {
	const mostField = 300 << 10
	var ways, mail string
	fields := map[string]*string{"ways": &ways, "mail": &mail, "version": &in.Version, "compose": &in.Compose, "name": &in.ComposeName, "front": &in.Front,
		"path": &in.Path, "profile": &in.Profile, "notes": &in.Notes, "needs": &in.Needs}
	var faults den.Faults
	var seen []string
	for in.Archive == nil && len(faults) < mostFaults {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return in, unreadForm(err)
		}
		name := part.FormName()
		if name == "archive" {
			in.Archive = part
			break
		}
		into, known := fields[name]
		if !known && name != "port" {
			faults.Add(den.Bad("form", "There is no field %s here. Check its spelling.", shortened(name)))
			continue
		}
		if slices.Contains(seen, name) {
			faults.Add(den.Bad(name, "Give %s once.", name))
			continue
		}
		seen = append(seen, name)
		text, err := io.ReadAll(io.LimitReader(part, mostField+1))
		switch {
		case err != nil:
			return in, unreadForm(err)
		case len(text) > mostField:
			faults.Add(den.Bad(name, "Send a shorter %s.", name))
		case name == "port":
			if in.Port, err = strconv.Atoi(string(text)); err != nil || in.Port < 1 || in.Port > 65535 {
				faults.Add(den.Bad("port", "Give a number between 1 and 65535 for port."))
			}
		default:
			*into = string(text)
		}
	}
	if mail != "" && mail != "true" && mail != "false" {
		faults.Add(den.Bad("mail", "Give true or false for mail."))
	}
	var bad *den.Error
	if in.Asks, err = waysOf(strings.Split(ways, "\n"), mail == "true", "ways"); errors.As(err, &bad) {
		faults = append(faults, bad.All()...)
	}
	if in.Compose == "" {
		faults.Add(den.Bad("compose", "Give compose before the archive: the text of a compose file."))
	}
	if in.Archive == nil {
		faults.Add(den.Bad("archive", "Give archive as the last field: what docker save wrote."))
	}
	return in, faults.Err()
}

func unreadForm(err error) error {
	bad := den.Refuse(den.Invalid, "The form cannot be read. Send it as multipart/form-data, with the archive as its last field.")
	bad.Err = err
	return bad
}
