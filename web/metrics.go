package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"innovationden/orchestrator/den"
	"innovationden/web/actor"
)

// metrics are what a Prometheus server reads at /metrics, with the token of somebody who
// may see the host. They name no person, organisation, trial or address.
type metrics struct {
	requests *prometheus.HistogramVec
	registry *prometheus.Registry
}

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry(), requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "den_http_request_duration_seconds", Help: "Time to answer a request of the den's own pages and API.",
		Buckets: []float64{.001, .005, .02, .1, .5, 2, 10},
	}, []string{"method", "route", "status"})}
	m.registry.MustRegister(m.requests, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// count measures a request by its route, never by its address.
func (m *metrics) count(now func() time.Time) gin.HandlerFunc {
	return func(c *gin.Context) {
		began := now()
		c.Next()
		route := c.FullPath()
		if route == "" {
			route = "none"
		}
		m.requests.WithLabelValues(method(c.Request), route, strconv.Itoa(c.Writer.Status())).Observe(now().Sub(began).Seconds())
	}
}

// method is the method of a request, of those that there are: anybody can make up others,
// and each would be counted by itself for as long as the den runs.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "other"
}

// metricsPage is GET /metrics. The host is asked once, for who may and for what it says.
func (s *server) metricsPage(c *gin.Context) error {
	host, err := s.Den.Host(c.Request.Context(), actor.From(c.Request.Context()))
	if err != nil {
		return err
	}
	own := prometheus.NewRegistry()
	own.MustRegister(hostReading{host, s.Now()})
	promhttp.HandlerFor(prometheus.Gatherers{s.metrics.registry, own}, promhttp.HandlerOpts{}).ServeHTTP(c.Writer, c.Request)
	return nil
}

// hostReading is the host as it was when somebody asked.
type hostReading struct {
	host den.HostView
	at   time.Time
}

// gauge is one figure of the host.
type gauge struct {
	name, help string
	value      func(den.HostView, time.Time) float64
}

var gauges = []gauge{
	{"den_engine_up", "Whether the engine that runs sandboxes answers.", func(h den.HostView, _ time.Time) float64 { return truth(h.Up) }},
	{"den_engine_disk_free_bytes", "Free space where the engine keeps its data; -1 where it is not known.", func(h den.HostView, _ time.Time) float64 { return float64(h.DiskFree) }},
	{"den_data_disk_free_bytes", "Free space where the den keeps its records; -1 where it is not known.", func(h den.HostView, _ time.Time) float64 { return float64(h.DataFree) }},
	{"den_tls_certificate_expiry_timestamp_seconds", "When the certificate that the den shows runs out, in seconds since 1970; -1 where the den speaks no HTTPS itself.", func(h den.HostView, _ time.Time) float64 { return stamp(h.CertEnds) }},
	{"den_sandboxes_live", "Sandboxes that can be used.", func(h den.HostView, _ time.Time) float64 { return float64(h.Live) }},
	{"den_sandboxes_starting", "Sandboxes that are starting.", func(h den.HostView, _ time.Time) float64 { return float64(h.Starting) }},
	{"den_sandboxes_queued", "Requests that wait for room or for agreement.", func(h den.HostView, _ time.Time) float64 { return float64(h.Queue) }},
	{"den_sandboxes_room", "How many sandboxes may run at once.", func(h den.HostView, _ time.Time) float64 { return float64(h.Room) }},
	{"den_cells_ready", "Empty cells kept ready.", func(h den.HostView, _ time.Time) float64 { return float64(h.CellsReady) }},
	{"den_cells_wanted", "Empty cells that should be kept ready.", func(h den.HostView, _ time.Time) float64 { return float64(h.CellsWant) }},
	{"den_warm_ready", "Products kept ready.", func(h den.HostView, _ time.Time) float64 { return float64(h.WarmReady) }},
	{"den_warm_hits", "Launches since the start that took a product kept ready.", func(h den.HostView, _ time.Time) float64 { return float64(h.WarmHits) }},
	{"den_warm_misses", "Launches since the start that could have.", func(h den.HostView, _ time.Time) float64 { return float64(h.WarmMisses) }},
	{"den_record_events", "Events in the record.", func(h den.HostView, _ time.Time) float64 { return float64(h.Head.Size) }},
	{"den_pass_age_seconds", "Since the last pass; -1 before the first.", func(h den.HostView, now time.Time) float64 { return age(h.LastPass, now) }},
	{"den_sweep_age_seconds", "Since the last sweep; -1 before the first.", func(h den.HostView, now time.Time) float64 { return age(h.LastSweep, now) }},
	{"den_backup_age_seconds", "Since the last backup; -1 where none is known.", func(h den.HostView, now time.Time) float64 { return age(h.Backup.At, now) }},
	{"den_backup_failed", "Whether the last try to make a backup failed.", func(h den.HostView, _ time.Time) float64 { return truth(h.Backup.Error != "") }},
}

func (g gauge) desc() *prometheus.Desc { return prometheus.NewDesc(g.name, g.help, nil, nil) }

// Describe implements prometheus.Collector.
func (r hostReading) Describe(to chan<- *prometheus.Desc) {
	for _, g := range gauges {
		to <- g.desc()
	}
}

// Collect implements prometheus.Collector.
func (r hostReading) Collect(to chan<- prometheus.Metric) {
	for _, g := range gauges {
		to <- prometheus.MustNewConstMetric(g.desc(), prometheus.GaugeValue, g.value(r.host, r.at))
	}
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func stamp(at time.Time) float64 {
	if at.IsZero() {
		return -1
	}
	return float64(at.Unix())
}

func age(at, now time.Time) float64 {
	if at.IsZero() {
		return -1
	}
	return now.Sub(at).Seconds()
}
