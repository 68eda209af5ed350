// Command queue is a small product of two parts that meet at a Redis: "web" takes
// jobs over HTTP, "work" does them.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const redis = "queue:6379"

func main() {
	if len(os.Args) > 1 && os.Args[1] == "work" {
		work()
	}
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "jobs are taken at /do") })
	http.HandleFunc("/do", func(w http.ResponseWriter, _ *http.Request) { reply(w, "RPUSH", "jobs", "one") })
	http.HandleFunc("/done", func(w http.ResponseWriter, _ *http.Request) { reply(w, "GET", "done") })
	server := http.Server{Addr: ":8080", ReadHeaderTimeout: time.Minute}
	fmt.Fprintln(os.Stderr, server.ListenAndServe())
	os.Exit(1)
}

func reply(w http.ResponseWriter, words ...string) {
	said, err := ask(words...)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	_, _ = io.WriteString(w, said)
}

func work() {
	for {
		_, err := ask("BLPOP", "jobs", "0")
		if err == nil {
			_, err = ask("INCR", "done")
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// ask speaks RESP, the protocol of Redis, and returns the last line of the answer.
func ask(words ...string) (string, error) {
	conn, err := net.DialTimeout("tcp", redis, 5*time.Second)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	var b strings.Builder
	fmt.Fprintf(&b, "*%d\r\n", len(words))
	for _, w := range words {
		fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(w), w)
	}
	if _, err := io.WriteString(conn, b.String()); err != nil {
		return "", err
	}
	return value(bufio.NewReader(conn))
}

func value(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	line = strings.TrimSpace(line)
	n, _ := strconv.Atoi(line[1:])
	switch line[0] {
	case '-':
		return "", fmt.Errorf("redis says %s", line[1:])
	case '$':
		if n < 0 {
			return "", nil
		}
		return bulk(r, n)
	case '*':
		last := ""
		for range n {
			if last, err = value(r); err != nil {
				return "", err
			}
		}
		return last, nil
	}
	return line[1:], nil
}

func bulk(r *bufio.Reader, n int) (string, error) {
	b := make([]byte, n+2)
	_, err := io.ReadFull(r, b)
	return string(b[:n]), err
}
