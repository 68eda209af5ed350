package api_test

import (
	"context"
	"strings"
	"testing"

	"innovationden/orchestrator"
	"innovationden/orchestrator/den"
	"innovationden/sandbox"
	"innovationden/web/api"
)

// oneService reads files that hold the name of a service and of its image, or a word
// that is refused.
type oneService struct{}

func (oneService) Read(_ context.Context, f orchestrator.StackFile, _ den.Size) (orchestrator.StackReading, error) {
	words := strings.Fields(f.Text)
	if len(words) != 2 {
		return orchestrator.StackReading{}, den.Faults{
			den.Bad("compose", "Line 7: services.web.ports: It may not. Instead: Leave it out."),
			den.Bad("compose", "Line 9: services.db.privileged: It may not. Instead: Leave it out."),
		}.Err()
	}
	return orchestrator.StackReading{Services: []orchestrator.StackService{{Name: words[0], Image: words[1]}}, Images: words[1:]}, nil
}

func (oneService) Spec(_ context.Context, id sandbox.ID, r den.Release, s den.Size) (sandbox.Spec, error) {
	return sandbox.Spec{ID: id,
		Services: []sandbox.Service{{Name: r.Front, Image: r.Image, Profile: sandbox.Profile(r.Profile)}},
		Limits:   sandbox.Limits{Memory: s.Memory, CPU: s.CPU, Pids: s.Pids, Files: s.Files, Tmp: s.Tmp, Disk: s.Disk, Log: s.Log}}, nil
}

// stackBody is a form of version 5.0 with the boundary "edge".
func stackBody(compose, archive string) string {
	return "--edge\r\nContent-Disposition: form-data; name=\"version\"\r\n\r\n5.0\r\n" +
		"--edge\r\nContent-Disposition: form-data; name=\"compose\"\r\n\r\n" + compose + "\r\n" +
		"--edge\r\nContent-Disposition: form-data; name=\"archive\"; filename=\"all.tar\"\r\n\r\n" + archive + "\r\n--edge--\r\n"
}

func TestAStackIsRefusedWithEveryLineAtOnce(t *testing.T) {
	w := newWorld(t, func(c *api.Config) { c.MaxArchive = 1 << 16 })
	path, form := "/products/"+string(w.products[0].ID)+"/stacks", map[string]string{"Content-Type": "multipart/form-data; boundary=edge"}
	lines := []string{"/compose: Line 7: services.web.ports: It may not. Instead: Leave it out.", "/compose: Line 9: services.db.privileged: It may not. Instead: Leave it out."}
	w.ask(question{seller, "POST", path, hash{"version": "2", "compose": "no"}, nil}).says(422, lines...)
	w.ask(question{seller, "POST", path + "/archive", stackBody("no", ""), form}).says(422, lines...)
	w.ask(question{seller, "POST", path, hash{"version": "2", "compose": "web none:1"}, nil}).says(422,
		"/compose: There is no image \"none:1\" on the engine. Check the name, or give an archive that docker save wrote with every image.")
	w.ask(question{seller, "POST", path + "/archive", stackBody("web none:1", "junk"), form}).says(422,
		"/archive: This image cannot be run here: the archive is not one that docker save writes.")
	odd := "--edge\r\nContent-Disposition: form-data; name=\"colour\"\r\n\r\nred\r\n--edge\r\nContent-Disposition: form-data; name=\"port\"\r\n\r\n0\r\n--edge--\r\n"
	w.ask(question{seller, "POST", path + "/archive", odd, form}).says(422, "/form: There is no field colour here. Check its spelling.",
		"/port: Give a number between 1 and 65535 for port.", "/compose: Give compose before the archive: the text of a compose file.",
		"/archive: Give archive as the last field: what docker save wrote.")
	w.ask(question{seller, "POST", path + "/archive", "x", map[string]string{"Content-Type": "application/x-tar"}}).says(415,
		"Send the fields and the archive as multipart/form-data, with that Content-Type.")
	w.ask(question{seller, "POST", path + "/archive", stackBody("web none:1", strings.Repeat("x", 1<<17)), form}).is(413)
	if kept := len(w.engine.Kept()); kept != 2 {
		t.Errorf("the engine keeps %d images", kept)
	}
}
