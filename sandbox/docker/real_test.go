package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"innovationden/sandbox"
	"innovationden/sandbox/compose"
	"innovationden/sandbox/sandboxtest"
)

// The Debian packages of real products, with the libraries that they need.
var (
	nginxPackages = []string{"nginx", "nginx-common", "libc6", "libcrypt1", "libpcre2-8-0", "libssl3", "zlib1g"}
	redisPackages = []string{
		"redis-server", "redis-tools", "libc6", "libatomic1", "libcap2", "libgcc-s1", "libgcrypt20", "libgpg-error0", "libhiredis0.14",
		"libjemalloc2", "liblua5.1-0", "liblz4-1", "liblzf1", "liblzma5", "libssl3", "libstdc++6", "libsystemd0", "libzstd1", "lua-bitop", "lua-cjson",
	}
)

const passwd = "root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33:www-data:/var/www:/bin/false\nredis:x:999:999:redis:/data:/bin/false\n"

// debian makes an image of Debian packages. What was downloaded is kept for the next time.
func debian(ctx context.Context, t testing.TB, r *Runtime, c sandboxtest.Config, packages []string, files map[string][]byte) sandbox.Image {
	t.Helper()
	kept := filepath.Join(os.TempDir(), "innovationden-debian-packages")
	must(t, os.MkdirAll(kept, 0o755))
	var layer bytes.Buffer
	w := tar.NewWriter(&layer)
	seen := map[string]bool{}
	take := func(from io.Reader) {
		all := tar.NewReader(from)
		for {
			h, err := all.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			must(t, err)
			h.Name = strings.TrimPrefix(h.Name, "./")
			if h.Name == "" || seen[h.Name] || strings.HasPrefix(h.Name, "usr/share/doc/") || strings.HasPrefix(h.Name, "usr/share/man/") {
				continue
			}
			seen[h.Name] = true
			must(t, w.WriteHeader(h))
			_, err = io.Copy(w, all)
			must(t, err)
		}
	}
	take(bytes.NewReader(sandboxtest.Tar(t, files, 0o755)))
	for _, p := range packages {
		deb := download(ctx, t, kept, p)
		content, err := exec.CommandContext(ctx, "dpkg-deb", "--fsys-tarfile", deb).Output()
		must(t, err)
		take(bytes.NewReader(content))
	}
	must(t, w.Close())
	loaded, err := r.Load(ctx, bytes.NewReader(sandboxtest.ArchiveOf(t, c, nil, layer.Bytes())))
	must(t, err)
	return loaded[0]
}

func download(ctx context.Context, t testing.TB, kept, name string) string {
	t.Helper()
	find := func() string {
		found, err := filepath.Glob(filepath.Join(kept, name+"_*.deb"))
		must(t, err)
		if len(found) == 0 {
			return ""
		}
		return found[0]
	}
	if deb := find(); deb != "" {
		return deb
	}
	get := exec.CommandContext(ctx, "apt-get", "download", "-q", name)
	get.Dir = kept
	if said, err := get.CombinedOutput(); err != nil {
		t.Fatalf("download %s: %v\n%s", name, err, said)
	}
	return find()
}

// nginx in front of a web service that gives jobs through Redis to a worker.
const shop = `
services:
  front:
    image: nginx
    ports: ["8080:80"]
    entrypoint: [nginx, -g, "daemon off;", -c, /etc/nginx/site.conf]
    configs:
      - source: site
        target: /etc/nginx/site.conf
    depends_on: [web]
  web:
    image: app
    command: [web]
    expose: ["8080"]
    depends_on:
      queue: {condition: service_healthy}
  worker:
    image: app
    command: [work]
    restart: on-failure
    depends_on:
      queue: {condition: service_healthy}
  queue:
    image: redis
    user: "999:999"
    command: [redis-server, --dir, /data, --appendonly, "yes", --bind, 0.0.0.0, --protected-mode, "no"]
    volumes: ["jobs:/data"]
    healthcheck:
      test: [CMD, redis-cli, ping]
      interval: 1s
      timeout: 2s
      retries: 10
volumes:
  jobs: {}
configs:
  site:
    content: |
      user www-data;
      pid /tmp/nginx.pid;
      error_log stderr;
      events {}
      http {
        access_log off;
        server {
          listen 80;
          location / { proxy_pass http://web:8080; }
        }
      }
`

func TestRealProductsRunFromTheirComposeFile(t *testing.T) {
	r := engine(t)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 5*time.Minute)
	defer cancel()
	nginx := debian(ctx, t, r, sandboxtest.Config{Entrypoint: []string{"nginx", "-g", "daemon off;"}}, nginxPackages, map[string][]byte{
		"etc/": nil, "etc/passwd": []byte(passwd), "etc/group": []byte("root:x:0:\nwww-data:x:33:\n"),
	})
	redis := debian(ctx, t, r, sandboxtest.Config{Cmd: []string{"redis-server"}}, redisPackages, map[string][]byte{
		"etc/": nil, "etc/passwd": []byte(passwd), "data/": nil,
	})
	app := sandboxtest.LoadImage(t, r, sandboxtest.Config{Entrypoint: []string{"/product"}}, sandboxtest.Program(t, "innovationden/sandbox/docker/testdata/queue"))

	limits := sandbox.Limits{Memory: 512 << 20, CPU: 2000, Pids: 256, Files: 4096, Tmp: 16 << 20, Disk: 256 << 20, Log: 4 << 20}
	stack, err := compose.Read(ctx, "compose.yaml", []byte(shop), compose.Options{Limits: limits})
	must(t, err)
	spec, err := stack.Resolve(sandboxtest.NewID(t), map[string]string{"nginx": nginx.ID, "redis": redis.ID, "app": app.ID})
	must(t, err)
	spec.Front = "front"
	ctx = minute(t, r, spec)
	must(t, r.Start(ctx, spec))
	answers(ctx, t, r, spec.ID, 80)
	if said := get(ctx, t, r, spec.ID, 80, "/"); said != "jobs are taken at /do" {
		t.Errorf("it says %q", said)
	}
	for range 3 {
		get(ctx, t, r, spec.ID, 80, "/do")
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for get(ctx, t, r, spec.ID, 80, "/done") != "3" {
		select {
		case <-ctx.Done():
			t.Fatal("the jobs are not done")
		case <-tick.C:
		}
	}
	// A worker and a database that end are started again, with what they had kept.
	r.stop(t, r.ours.name(spec.ID, "worker"))
	settled(ctx, t, r, spec.ID, sandbox.Running)
	r.errands.Wait()
	get(ctx, t, r, spec.ID, 80, "/do")
	for get(ctx, t, r, spec.ID, 80, "/done") != "4" {
		select {
		case <-ctx.Done():
			t.Fatal("the job after the restart is not done")
		case <-tick.C:
		}
	}
	state := settled(ctx, t, r, spec.ID, sandbox.Running)
	for _, s := range state.Services {
		if !s.Running {
			t.Errorf("it does not run: %+v", s)
		}
	}
}
