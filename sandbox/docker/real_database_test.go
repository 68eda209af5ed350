package docker

import (
	"context"
	"testing"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/compose"
	"innovationden/sandbox/sandboxtest"
)

var postgresPackages = []string{
	"postgresql-15", "dash", "libc6", "libpq5", "libicu72", "libxml2", "libssl3", "libgssapi-krb5-2", "libkrb5-3", "libk5crypto3", "libcom-err2",
	"libkrb5support0", "libkeyutils1", "libpam0g", "libaudit1", "libcap-ng0", "libldap-2.5-0", "libsasl2-2", "liblz4-1", "libzstd1", "libsystemd0",
	"libcap2", "libgcrypt20", "libgpg-error0", "liblzma5", "zlib1g", "libselinux1", "libpcre2-8-0", "libuuid1", "libstdc++6", "libgcc-s1", "libcrypt1", "tzdata",
	"libgnutls30", "libnettle8", "libhogweed6", "libgmp10", "libidn2-0", "libunistring2", "libtasn1-6", "libp11-kit0", "libffi8",
}

const books = `
services:
  app:
    image: app
    ports: ["8080"]
    depends_on:
      db: {condition: service_healthy}
  db:
    image: db
    user: "999:999"
    shm_size: 64mb
    stop_signal: SIGINT
    volumes: ["rows:/var/lib/postgresql/data"]
    healthcheck:
      test: [CMD, /usr/lib/postgresql/15/bin/pg_isready, -h, 127.0.0.1]
      interval: 1s
      timeout: 2s
      retries: 20
    restart: always
volumes:
  rows: {}
`

// A database that takes its time to come up, and an application that cannot do
// without; what was written is there after the database ended and was started again.
func TestPostgreSQLAndAnApplication(t *testing.T) {
	r := engine(t)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 5*time.Minute)
	defer cancel()
	program := sandboxtest.Program(t, "innovationden/sandbox/docker/testdata/ledger")
	app := sandboxtest.LoadImage(t, r, sandboxtest.Config{Entrypoint: []string{"/product"}}, program)
	db := debian(ctx, t, r, sandboxtest.Config{
		Entrypoint: []string{"/product", "database"}, Volumes: map[string]struct{}{"/var/lib/postgresql/data": {}},
	}, append([]string{"postgresql-client-15"}, postgresPackages...), map[string][]byte{
		"etc/": nil, "etc/passwd": []byte(passwd), "tmp/": nil, "product": program, "var/": nil, "var/lib/": nil, "var/lib/postgresql/": nil, "var/lib/postgresql/data/": nil,
	})
	limits := sandbox.Limits{Memory: 1 << 30, CPU: 2000, Pids: 256, Files: 4096, Tmp: 16 << 20, Disk: 512 << 20, Log: 4 << 20}
	stack, err := compose.Read(ctx, "compose.yaml", []byte(books), compose.Options{Limits: limits})
	must(t, err)
	spec, err := stack.Resolve(sandboxtest.NewID(t), map[string]string{"app": app.ID, "db": db.ID})
	must(t, err)
	spec.Front = "app"
	ctx = minute(t, r, spec)
	for state := (sandbox.State{}); state.Seen != sandbox.Running; {
		must(t, r.Start(ctx, spec))
		state, err = r.Look(ctx, spec.ID)
		must(t, err)
		if state.Seen == sandbox.Exited || r.triesOf(spec.ID, "db") > 1 {
			log, _ := r.Logs(ctx, spec.ID, "db", 4096)
			t.Fatalf("seen %+v\n%s", state, log)
		}
	}
	answers(ctx, t, r, spec.ID, 8080)
	for range 2 {
		if said := get(ctx, t, r, spec.ID, 8080, "/add"); said != "added" {
			t.Fatalf("it says %q", said)
		}
	}
	r.stop(t, r.ours.name(spec.ID, "db"))
	settled(ctx, t, r, spec.ID, sandbox.Running)
	r.errands.Wait()
	answers(ctx, t, r, spec.ID, 8080)
	if said := get(ctx, t, r, spec.ID, 8080, "/"); said != "2" {
		t.Errorf("it has %q lines, want 2", said)
	}
}
