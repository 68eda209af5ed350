// Command answers is a product that answers /N with N bytes, for measuring what stands
// before it.
package main

import (
	"log"
	"net/http"
	"strconv"
	"strings"
)

func main() {
	const most = 4 << 20
	body := make([]byte, most)
	log.Fatal(http.ListenAndServe(":8080", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/")) // anything else is answered with nothing
		n = min(max(n, 0), most)
		w.Header()["Content-Type"] = []string{"application/octet-stream"}
		w.Header()["Content-Length"] = []string{strconv.Itoa(n)}
		_, _ = w.Write(body[:n])
	})))
}
