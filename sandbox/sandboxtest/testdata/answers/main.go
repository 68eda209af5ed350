// Command answers is a product that answers /N with N bytes, and each message of a
// WebSocket at /echo with itself, for measuring what stands before it.
package main

import (
	"log"
	"net/http"
	"strconv"
	"strings"

	"github.com/coder/websocket"
)

const most = 4 << 20

func main() {
	body := make([]byte, most)
	http.HandleFunc("/echo", echo)
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/")) // anything else is answered with nothing
		n = min(max(n, 0), most)
		w.Header()["Content-Type"] = []string{"application/octet-stream"}
		w.Header()["Content-Length"] = []string{strconv.Itoa(n)}
		_, _ = w.Write(body[:n])
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}

func echo(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer func() { _ = conn.CloseNow() }() // nobody is there any more
	conn.SetReadLimit(most)
	for {
		kind, message, err := conn.Read(r.Context())
		if err != nil || conn.Write(r.Context(), kind, message) != nil {
			return
		}
	}
}
