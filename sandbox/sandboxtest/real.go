package sandboxtest

import (
	"context"
	"embed"
	"testing"
)

// The Debian packages of products that nobody here wrote, with the libraries that they need.
var (
	nginxPackages = []string{"nginx", "nginx-common", "libc6", "libcrypt1", "libpcre2-8-0", "libssl3", "zlib1g"}
	redisPackages = []string{
		"redis-server", "redis-tools", "libc6", "libatomic1", "libcap2", "libgcc-s1", "libgcrypt20", "libgpg-error0", "libhiredis0.14",
		"libjemalloc2", "liblua5.1-0", "liblz4-1", "liblzf1", "liblzma5", "libssl3", "libstdc++6", "libsystemd0", "libzstd1", "lua-bitop", "lua-cjson",
	}
	postgresPackages = []string{
		"postgresql-15", "postgresql-client-15", "dash", "libc6", "libpq5", "libicu72", "libxml2", "libssl3", "libgssapi-krb5-2", "libkrb5-3", "libk5crypto3", "libcom-err2",
		"libkrb5support0", "libkeyutils1", "libpam0g", "libaudit1", "libcap-ng0", "libldap-2.5-0", "libsasl2-2", "liblz4-1", "libzstd1", "libsystemd0",
		"libcap2", "libgcrypt20", "libgpg-error0", "liblzma5", "zlib1g", "libselinux1", "libpcre2-8-0", "libuuid1", "libstdc++6", "libgcc-s1", "libcrypt1", "tzdata",
		"libgnutls30", "libnettle8", "libhogweed6", "libgmp10", "libidn2-0", "libunistring2", "libtasn1-6", "libp11-kit0", "libffi8",
	}
)

const passwd = "root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33:www-data:/var/www:/bin/false\nredis:x:999:999:redis:/data:/bin/false\n"

const groups = "root:x:0:\nwww-data:x:33:\nadm:x:4:\n"

//go:embed testdata/stacks
var files embed.FS

// Stack is a product as its supplier sends it: a compose file, and one archive with an
// image for each name. Its file names the service that answers, Front, at port Port.
type Stack struct {
	Compose string
	Front   string
	Port    int
	Images  []Image
}

func stack(t testing.TB, file, front string, port int, images ...Image) Stack {
	t.Helper()
	text, err := files.ReadFile("testdata/stacks/" + file)
	must(t, err)
	return Stack{Compose: string(text), Front: front, Port: port, Images: images}
}

// Site is nginx with a page.
func Site(ctx context.Context, t testing.TB) Stack {
	t.Helper()
	return stack(t, "site.yaml", "site", 80, Image{Tags: []string{"site/nginx:1"}, Config: Config{Cmd: []string{"nginx", "-g", "daemon off;"}}, Layers: [][]byte{
		Debian(ctx, t, map[string][]byte{
			"etc/": nil, "etc/passwd": []byte(passwd), "etc/group": []byte(groups), "run/": nil, "var/": nil, "var/www/": nil, "var/www/html/": nil,
			"var/www/html/index.html": []byte("<h1>A page of nginx</h1>\n"), "etc/nginx/": nil, "etc/nginx/sites-enabled/": nil,
			"etc/nginx/sites-enabled/default": []byte("server { listen 80; root /var/www/html; }\n"),
		}, nginxPackages...),
	}})
}

// Shop is nginx in front of a web service that gives jobs to a worker through Redis:
// /do takes one, /done says how many are done.
func Shop(ctx context.Context, t testing.TB) Stack {
	t.Helper()
	app := Tar(t, map[string][]byte{"product": Program(ctx, t, "innovationden/sandbox/sandboxtest/testdata/queue"), "tmp/": nil}, 0o755)
	return stack(t, "shop.yaml", "front", 80,
		Image{Tags: []string{"shop/nginx:1"}, Config: Config{Entrypoint: []string{"nginx", "-g", "daemon off;"}}, Layers: [][]byte{
			Debian(ctx, t, map[string][]byte{"etc/": nil, "etc/passwd": []byte(passwd), "etc/group": []byte(groups)}, nginxPackages...),
		}},
		Image{Tags: []string{"shop/redis:1"}, Config: Config{Cmd: []string{"redis-server"}}, Layers: [][]byte{
			Debian(ctx, t, map[string][]byte{"etc/": nil, "etc/passwd": []byte(passwd), "data/": nil}, redisPackages...),
		}},
		Image{Tags: []string{"shop/app:1"}, Config: Config{Entrypoint: []string{"/product"}}, Layers: [][]byte{app}})
}

// Books is a web application that keeps its lines in PostgreSQL: /add adds one, / says
// how many there are.
func Books(ctx context.Context, t testing.TB) Stack {
	t.Helper()
	program := Program(ctx, t, "innovationden/sandbox/sandboxtest/testdata/ledger")
	data := "/var/lib/postgresql/data"
	return stack(t, "books.yaml", "app", 8080,
		Image{Tags: []string{"books/app:1"}, Config: Config{Entrypoint: []string{"/product"}}, Layers: [][]byte{
			Tar(t, map[string][]byte{"product": program, "tmp/": nil}, 0o755),
		}},
		Image{Tags: []string{"books/db:1"}, Config: Config{Entrypoint: []string{"/product", "database"}, Volumes: map[string]struct{}{data: {}}}, Layers: [][]byte{
			Debian(ctx, t, map[string][]byte{
				"etc/": nil, "etc/passwd": []byte(passwd), "tmp/": nil, "product": program,
				"var/": nil, "var/lib/": nil, "var/lib/postgresql/": nil, "var/lib/postgresql/data/": nil,
			}, postgresPackages...),
		}})
}

// Archive makes what `docker save` writes of its images.
func (s Stack) Archive(t testing.TB) []byte {
	t.Helper()
	return ArchiveOf(t, s.Images...)
}
