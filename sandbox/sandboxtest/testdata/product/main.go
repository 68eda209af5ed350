// Command product is what the contract suite runs in sandboxes: a server that can
// be told to misbehave by its first argument.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

const leaderless = "leaderless"

func init() {
	if len(os.Args) > 1 && os.Args[1] == leaderless {
		runtime.LockOSThread() // main runs on the first thread
	}
}

func main() {
	mode := "serve"
	if len(os.Args) > 1 {
		mode = os.Args[1]
	}
	switch mode {
	case "serve":
		serve(":8080")
	case "serve-local":
		serve("127.0.0.1:8080")
	case "elsewhere":
		serve(":9090")
	case "late":
		<-time.After(300 * time.Millisecond)
		serve(":8080")
	case "stubborn":
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT)
		serve(":8080")
	case "exit":
		fmt.Println("giving up")
		os.Exit(3)
	case "succeed":
	case "never":
		idle()
	case "silent":
		silent()
	case "headers":
		endless("HTTP/1.1 200 OK\r\n", "X-More: and more\r\n")
	case "body":
		endless("HTTP/1.1 200 OK\r\n\r\n", "and more and more ")
	case "memory":
		go fillMemory()
		serve(":8080")
	case "memory-alone":
		fillMemory()
	case "memory-child":
		go func() { _ = exec.Command(os.Args[0], "memory-alone").Run() }()
		serve(":8080")
	case "disk":
		go fillDisk()
		serve(":8080")
	case "removed-disk":
		defer hideDisk().Close()
		serve(":8080")
	case leaderless: // the same, without the first thread of the process
		go func() {
			defer hideDisk().Close()
			serve(":8080")
		}()
		_, _, _ = syscall.Syscall(syscall.SYS_EXIT, 0, 0, 0)
	case "log":
		go floodLog()
		serve(":8080")
	case "burn":
		for range 8 {
			go burn()
		}
		serve(":8080")
	case "fork":
		go fork()
		serve(":8080")
	case "wait":
		idle()
	case "ask": // ends well if a page answers
		ask(os.Args[2])
	case "note": // adds a line to a file, and ends well
		note(os.Args[2])
	case "fail-until": // ends badly until a file has so many lines, then serves
		if n, _ := strconv.Atoi(os.Args[3]); note(os.Args[2]) < n {
			os.Exit(7)
		}
		serve(":8080")
	case "probe":
		probe(os.Args[2:])
	default:
		fmt.Fprintf(os.Stderr, "there is no mode %q\n", mode)
		os.Exit(2)
	}
}

func ask(url string) {
	answer, err := (&http.Client{Timeout: time.Second}).Get(url)
	if err != nil || answer.StatusCode != http.StatusOK {
		fmt.Fprintln(os.Stderr, "no answer:", err)
		os.Exit(1)
	}
}

// note adds a line to a file and counts them.
func note(name string) int {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = fmt.Fprintln(f, "note")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	b, _ := os.ReadFile(name)
	return bytes.Count(b, []byte("\n"))
}

// idle runs and does nothing. An empty select would be a deadlock, which ends a program.
func idle() { <-time.After(365 * 24 * time.Hour) }

func serve(at string) {
	l, err := net.Listen("tcp", at)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("listening on", at)
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	mux.HandleFunc("/whoami", whoami)
	mux.HandleFunc("/write", write)
	mux.HandleFunc("/fetch", fetch)
	mux.HandleFunc("/read", read)
	mux.HandleFunc("/events", events)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	fmt.Fprintln(os.Stderr, server.Serve(l))
	os.Exit(1)
}

// whoami tells what the process sees of itself.
func whoami(w http.ResponseWriter, r *http.Request) {
	host, _ := os.Hostname()
	addresses, err := net.LookupHost(host)
	status, _ := os.ReadFile("/proc/self/status")
	resolver, _ := os.ReadFile("/etc/resolv.conf")
	_, _ = fmt.Fprintf(w, "visitor %s\nhost %s %v %v\nuser %d:%d\n%s\n%s", r.RemoteAddr, host, addresses, err, os.Getuid(), os.Getgid(), status, resolver)
}

// fetch asks another service and tells what it said.
func fetch(w http.ResponseWriter, r *http.Request) {
	client := http.Client{Timeout: 5 * time.Second}
	answer, err := client.Get(r.FormValue("url"))
	if err != nil {
		_, _ = io.WriteString(w, err.Error())
		return
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.Copy(w, answer.Body)
}

// read tells what is in a file, or in a folder.
func read(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("file")
	if all, err := os.ReadDir(name); err == nil {
		_, _ = fmt.Fprintln(w, all)
		return
	}
	b, err := os.ReadFile(name)
	if err != nil {
		_, _ = io.WriteString(w, err.Error())
		return
	}
	i, _ := os.Stat(name)
	_, _ = fmt.Fprintf(w, "%s\n%s", i.Mode(), b)
}

// write writes bytes to a file and says how it went.
func write(w http.ResponseWriter, r *http.Request) {
	size, _ := strconv.Atoi(r.FormValue("size"))
	if err := os.WriteFile(r.FormValue("file"), make([]byte, size), 0o600); err != nil {
		_, _ = io.WriteString(w, err.Error())
		return
	}
	_, _ = io.WriteString(w, "written")
}

func silent() {
	l, err := net.Listen("tcp", ":8080")
	if err != nil {
		os.Exit(1)
	}
	var all []net.Conn
	for {
		conn, err := l.Accept()
		if err != nil {
			os.Exit(1)
		}
		all = append(all, conn) // and never speak
	}
}

func endless(start, more string) {
	l, err := net.Listen("tcp", ":8080")
	if err != nil {
		os.Exit(1)
	}
	block := bytes.Repeat([]byte(more), 100)
	for {
		conn, err := l.Accept()
		if err != nil {
			os.Exit(1)
		}
		go func() {
			_, err := io.WriteString(conn, start)
			for err == nil {
				_, err = conn.Write(block)
			}
			_ = conn.Close()
		}()
	}
}

func fillMemory() {
	var all [][]byte
	for {
		b := make([]byte, 1<<20)
		for i := range b {
			b[i] = byte(i) | 1
		}
		all = append(all, b)
	}
}

func fillDisk() {
	for i := 0; ; i++ {
		for _, folder := range []string{"/tmp", "/", "/var", "/dev/shm", "/data"} {
			f, err := os.Create(fmt.Sprintf("%s/fill-%d", folder, i))
			if err != nil {
				continue
			}
			_, _ = f.Write(make([]byte, 1<<20))
			_ = f.Close()
		}
	}
}

// hideDisk writes to a file that has no name any more, and to one in memory.
func hideDisk() io.Closer {
	for _, name := range []string{"/tmp/hidden", "/hidden"} {
		f, err := os.Create(name)
		if err != nil {
			panic(err)
		}
		_ = os.Remove(name)
		for range 24 {
			_, _ = f.Write(make([]byte, 1<<20))
		}
		if name == "/hidden" {
			return f
		}
	}
	return nil
}

func floodLog() {
	line := bytes.Repeat([]byte("all work and no play "), 50)
	line[len(line)-1] = '\n'
	for {
		_, _ = os.Stdout.Write(line)
	}
}

// burn uses a processor for nothing.
func burn() {
	sum := 0
	for {
		sum = sum*31 + 7
		if sum == 1 {
			fmt.Println(sum)
		}
	}
}

func fork() {
	for {
		if err := exec.Command(os.Args[0], "wait").Start(); err != nil {
			<-time.After(10 * time.Millisecond)
		}
	}
}
