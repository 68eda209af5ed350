package web_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The markup of every page, as the server sends it, is what HTML allows.
func TestEveryPageIsValidMarkup(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	folder := t.TempDir()
	visitors := map[string]*visitor{}
	for one := range r.allPages() {
		v, ok := visitors[one.who]
		if !ok {
			v = r.visitor(one.who)
			visitors[one.who] = v
		}
		got := v.get(one.path)
		r.must(os.WriteFile(filepath.Join(folder, one.name+".html"), []byte(got.Text), 0o600))
	}
	wrong := filepath.Join(folder, "control.html")
	validate := func(files ...string) ([]byte, error) {
		command := append([]string{"assets/node_modules/html-validate/bin/html-validate.mjs", "--config", "assets/html-validate.json", "--formatter", "text"}, files...)
		return exec.Command("node", command...).CombinedOutput()
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.html"))
	r.must(err)
	if said, err := validate(files...); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	r.must(os.WriteFile(wrong, []byte("<!DOCTYPE html><html lang=\"en\"><head><title>x</title></head><body><p><div></div></p></body></html>"), 0o600))
	if said, err := validate(wrong); err == nil {
		t.Errorf("the control passed: %s", said)
	}
}
