// Command ledger is a web application that keeps its lines in PostgreSQL; with
// "database" it is the entrypoint of one: it makes the database where there is none
// and becomes the server.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

const (
	bin  = "/usr/lib/postgresql/15/bin/"
	data = "/var/lib/postgresql/data"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "database" {
		database()
	}
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { reply(w, "select count(*) from line") })
	http.HandleFunc("/add", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, "insert into line values (now()) returning 'added'")
	})
	if _, err := query("create table if not exists line (at timestamptz)"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	server := http.Server{Addr: ":8080", ReadHeaderTimeout: time.Minute}
	fmt.Fprintln(os.Stderr, server.ListenAndServe())
	os.Exit(1)
}

func reply(w http.ResponseWriter, sql string) {
	said, err := query(sql)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	_, _ = io.WriteString(w, said)
}

func database() {
	if _, err := os.Stat(data + "/PG_VERSION"); err != nil {
		made := exec.Command(bin+"initdb", "-D", data, "--no-locale", "-E", "UTF8", "-U", "postgres", "--auth=trust", "--no-sync")
		made.Stdout, made.Stderr = os.Stdout, os.Stderr
		if err := made.Run(); err != nil {
			fmt.Fprintln(os.Stderr, "initdb:", err)
			os.Exit(1)
		}
		rules := "local all all trust\nhost all all samenet trust\nhost all all 127.0.0.1/32 trust\n"
		if err := os.WriteFile(data+"/pg_hba.conf", []byte(rules), 0o600); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	err := syscall.Exec(bin+"postgres", []string{bin + "postgres", "-D", data, "-c", "listen_addresses=*", "-c", "unix_socket_directories=/tmp"}, os.Environ())
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// query speaks PostgreSQL's protocol, version 3.0, and returns the first column of the
// last row.
func query(sql string) (string, error) {
	conn, err := net.DialTimeout("tcp", "db:5432", 5*time.Second)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	send := func(kind, body string) {
		b := binary.BigEndian.AppendUint32([]byte(kind), uint32(len(body)+4))
		_, err = conn.Write(append(b, body...))
	}
	send("", "\x00\x03\x00\x00user\x00postgres\x00database\x00postgres\x00\x00")
	last, asked := "", false
	for err == nil {
		var head [5]byte
		if _, err = io.ReadFull(conn, head[:]); err != nil {
			break
		}
		body := make([]byte, binary.BigEndian.Uint32(head[1:])-4)
		if _, err = io.ReadFull(conn, body); err != nil {
			break
		}
		switch head[0] {
		case 'E':
			return "", fmt.Errorf("the database says %s", strings.Join(strings.Split(string(body), "\x00"), " "))
		case 'D':
			if n := binary.BigEndian.Uint32(body[2:]); int(n)+6 <= len(body) {
				last = string(bytes.Clone(body[6 : 6+n]))
			}
		case 'Z':
			if asked {
				return last, nil
			}
			asked = true
			send("Q", sql+"\x00")
		}
	}
	return "", err
}
