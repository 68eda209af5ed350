package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAReleaseFromAnArchiveIsSentWholeAndAgainWhenTheAnswerIsLost(t *testing.T) {
	s := launching(t)
	s.lose = 1
	text := strings.Repeat("0123456789abcdef", 1<<16)
	archive := filepath.Join(t.TempDir(), "slotwise.tar")
	if err := os.WriteFile(archive, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.play(t, "release", "add", "slotwise", "2.2", "--archive", archive, "--port", "8080", "--profile", "standard").want(t, exitDone, "rel_9")
	got := s.heard(http.MethodPost, "/products/prd_1/archive")
	if len(got) != 2 || got[0] != got[1] || got[0].body != text || got[0].query != "version=2.2&port=8080&profile=standard" || got[0].key == "" {
		t.Errorf("it sent %d requests; the first has %d bytes, %q and the key %q", len(got), len(got[0].body), got[0].query, got[0].key)
	}
}

func TestAReleaseFromAnImage(t *testing.T) {
	s := launching(t)
	s.play(t, "release", "add", "Calendra", "1.1", "--image", "harbour/calendra:1.1", "--env", "A=b,c", "--env", "D=e").want(t, exitDone, "harbour/calendra:1.1")
	if got := s.heard(http.MethodPost, "/products/prd_2/releases"); len(got) != 1 || got[0].body != `{"env":["A=b,c","D=e"],"image":"harbour/calendra:1.1","version":"1.1"}` {
		t.Errorf("it sent %v", got)
	}
	s.refuse["POST /products/prd_2/releases"] = problemDoc(422, "Enter the port.", "/port", "Enter the port.")
	s.play(t, "release", "add", "prd_2", "1.1", "--image", "x").want(t, exitFailed, "--port: Enter the port.")
}

func TestAReleaseFromAComposeFile(t *testing.T) {
	s := launching(t)
	folder := t.TempDir()
	file, archive := filepath.Join(folder, "compose.yaml"), filepath.Join(folder, "all.tar")
	must(t, os.WriteFile(file, []byte("services: {}\n"), 0o600))
	must(t, os.WriteFile(archive, []byte("many images"), 0o600))
	s.play(t, "release", "add", "Calendra", "2", "--compose", file, "--front", "web").want(t, exitDone, "rel_9", "web, services: {}")
	if got := s.heard(http.MethodPost, "/products/prd_2/stacks"); len(got) != 1 || got[0].key == "" ||
		got[0].body != `{"compose":"services: {}\n","front":"web","name":"compose.yaml","version":"2"}` {
		t.Errorf("it sent %v", got)
	}
	s.play(t, "release", "add", "Calendra", "2", "--compose", file, "--archive", archive, "--port", "8080").want(t, exitDone, "rel_9",
		"2, services: {}", "compose.yaml, 8080, all.tar")
	if got := s.heard(http.MethodPost, "/products/prd_2/stacks/archive"); len(got) != 1 || !strings.Contains(got[0].body, "\r\n\r\nmany images\r\n--") {
		t.Errorf("it sent %v", got)
	}
	s.play(t, "release", "add", "Calendra", "2", "--compose", file, "--image", "x").want(t, exitUsage, "leave --image")
	s.play(t, "release", "add", "Calendra", "2", "--image", "x", "--front", "web").want(t, exitUsage, "--front with --compose only")
	s.play(t, "release", "add", "Calendra", "2", "--compose", file+".none").want(t, exitUsage, "compose file cannot be read")
	s.refuse["POST /products/prd_2/stacks"] = problemDoc(422, "Line 7: It may not.", "/compose", "Line 7: It may not.")
	s.play(t, "release", "add", "prd_2", "1.1", "--compose", file).want(t, exitFailed, "--compose: Line 7: It may not.")
}

func TestNamesStandForIdsWhereTheyAreClear(t *testing.T) {
	s := launching(t)
	s.play(t, "product", "add", "Nextslot", "--supplier", "NORTHBRIDGE", "--summary", "Booking").want(t, exitDone, "prd_9")
	if got := s.heard(http.MethodPost, "/products"); len(got) != 1 || got[0].body != `{"name":"Nextslot","summary":"Booking","supplier":"sup_1"}` || got[0].key == "" {
		t.Errorf("it sent %v", got)
	}
	s.play(t, "product", "add", "Nextslot", "--supplier", "Harbour").want(t, exitNotFound, "2 of them are called", "sup_2 or sup_3")
	s.play(t, "product", "add", "Nextslot", "--supplier", "Nobody").want(t, exitNotFound, `There is no supplier "Nobody"`)
	s.play(t, "supplier", "add", "Harbour & Finch").want(t, exitDone, "sup_9  Harbour & Finch")
	s.play(t, "scheme", "show", "standard").want(t, exitDone, "standard/2", "does-the-job")
	s.play(t, "scheme", "show", "nothing").want(t, exitNotFound, `There is no scheme "nothing"`)
}

func TestListsSayHowToReadOn(t *testing.T) {
	s := launching(t)
	p := s.play(t, "trial", "list", "--state", "running", "--limit", "5", "--department", "Local Services")
	p.want(t, exitDone, "tri_1  Booking", "There are more. Repeat the command with --after more")
	if got := s.heard(http.MethodGet, "/trials"); len(got) != 1 || got[0].query != "department=dep_1&state=running&newest=true&limit=5" {
		t.Errorf("it asked for %v", got)
	}
	if p := s.play(t, "trial", "list", "--json"); strings.Contains(p.err, "more") || !strings.HasPrefix(p.out, `{"items":[`) {
		t.Errorf("as JSON it printed %q and %q", p.out, p.err)
	}
}

func TestTheOperatorsCommands(t *testing.T) {
	s := launching(t)
	s.play(t, "host").want(t, exitDone, "disk", "NOT in force", "Warning: No quota.")
	s.play(t, "record", "--subject", "tri_1").want(t, exitDone, "Priya Shah", "The trial started.")
	s.play(t, "sweep", "--dry-run").want(t, exitDone, "would be removed", "1 container", "sha256:5ca1ab1e  no release is made of it")
	s.play(t, "sweep").want(t, exitDone, "removed")
	got := s.heard(http.MethodPost, "/host/sweep")
	if len(got) != 2 || got[0].query != "dry_run=true" || got[1].query != "dry_run=false" {
		t.Errorf("it asked for %v", got)
	}
	s.play(t, "trial", "receipts", "tri_1").want(t, exitDone, "2 containers, 1 volume")
	s.play(t, "sandbox", "receipt", "lea_1").want(t, exitDone, "Left:           0", "event 17", "bye")
}

func TestIdsAreCompleted(t *testing.T) {
	s := launching(t)
	s.play(t, "__complete", "trial", "show", "").want(t, exitDone, "tri_1\tBooking, running", ":4")
	s.play(t, "__complete", "product", "show", "").want(t, exitDone, "prd_2\tCalendra")
	s.play(t, "__complete", "outcome", "decide", "tri_1", "").want(t, exitDone, "try_again")
	s.Close()
	s.play(t, "__complete", "trial", "show", "").want(t, exitDone, ":4")
}
