package main

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// events sends numbered server-sent events of so many bytes, one every so many
// milliseconds, until nobody reads them any more.
func events(w http.ResponseWriter, r *http.Request) {
	every, _ := strconv.Atoi(r.FormValue("ms"))
	size, _ := strconv.Atoi(r.FormValue("bytes"))
	w.Header().Set("Content-Type", "text/event-stream")
	out, text := http.NewResponseController(w), strings.Repeat("x", size)
	for n := 1; ; n++ {
		if _, err := fmt.Fprintf(w, "id: %d\ndata: %s\n\n", n, text); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-time.After(time.Duration(every) * time.Millisecond):
		}
	}
}
