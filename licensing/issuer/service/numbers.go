package service

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// numbers are what the service counts, written in the text format of Prometheus. Every label has a bounded set of values.
type numbers struct {
	exchanges family // kind, status
	answers   family // kind
	faults    family // cause
	limited   family // by
	pages     family // status
	commands  family // command, code
	again     atomic.Uint64
	entries   atomic.Uint64
	inFlight  atomic.Int64
	latency   histogram
}

// family is a counter with labels.
type family struct {
	mu     sync.RWMutex
	counts map[string]*atomic.Uint64 // by the values of the labels, with labelSeparator between
}

const labelSeparator = "\x00"

func (f *family) add(n uint64, values ...string) {
	key := strings.Join(values, labelSeparator)
	f.mu.RLock()
	c := f.counts[key]
	f.mu.RUnlock()
	if c == nil {
		f.mu.Lock()
		if c = f.counts[key]; c == nil {
			if f.counts == nil {
				f.counts = map[string]*atomic.Uint64{}
			}
			c = new(atomic.Uint64)
			f.counts[key] = c
		}
		f.mu.Unlock()
	}
	c.Add(n)
}

func (f *family) write(b *bytes.Buffer, name, help string, labels ...string) {
	head(b, name, "counter", help)
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, key := range slices.Sorted(maps.Keys(f.counts)) {
		var pairs []string
		for i, v := range strings.Split(key, labelSeparator) {
			pairs = append(pairs, labels[i]+"="+quoted(v))
		}
		fmt.Fprintf(b, "%s{%s} %d\n", name, strings.Join(pairs, ","), f.counts[key].Load())
	}
}

// bounds are the upper ends of the buckets of latency, in seconds.
var bounds = [...]float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20}

type histogram struct {
	counts [len(bounds) + 1]atomic.Uint64
	sum    atomic.Int64 // nanoseconds
}

func (h *histogram) observe(d time.Duration) {
	i, _ := slices.BinarySearch(bounds[:], d.Seconds())
	h.counts[i].Add(1)
	h.sum.Add(int64(d))
}

func (h *histogram) write(b *bytes.Buffer, name, help string) {
	head(b, name, "histogram", help)
	total := uint64(0)
	for i := range h.counts {
		total += h.counts[i].Load()
		le := "+Inf"
		if i < len(bounds) {
			le = strconv.FormatFloat(bounds[i], 'g', -1, 64)
		}
		fmt.Fprintf(b, "%s_bucket{le=%q} %d\n", name, le, total)
	}
	fmt.Fprintf(b, "%s_sum %g\n%s_count %d\n", name, time.Duration(h.sum.Load()).Seconds(), name, total)
}

func head(b *bytes.Buffer, name, kind, help string) {
	fmt.Fprintf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// quoted is a label's value as the text format writes it.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`).Replace(s) + `"`
}

func statusText(status int) string { return strconv.Itoa(status) }

// exchanged counts an exchange that is over.
func (n *numbers) exchanged(v *visit, took time.Duration) {
	kind := v.kind
	if kind == "" {
		kind = kindOther
	}
	n.exchanges.add(1, kind, statusText(v.status))
	n.latency.observe(took)
}

func (s *Service) metrics(w http.ResponseWriter, _ *http.Request) {
	s.tellLeft(false)
	n, b := &s.numbers, &bytes.Buffer{}
	gauge := func(name, help string, v int64) {
		head(b, name, "gauge", help)
		fmt.Fprintf(b, "%s %d\n", name, v)
	}
	counter := func(name, help string, v uint64) {
		head(b, name, "counter", help)
		fmt.Fprintf(b, "%s %d\n", name, v)
	}
	head(b, "holdfast_build_info", "gauge", "Version of the program and kind of its store.")
	fmt.Fprintf(b, "holdfast_build_info{version=%s,store=%s} 1\n", quoted(s.o.Version), quoted(s.o.Store))
	n.exchanges.write(b, "holdfast_exchanges_total", "Exchanges by kind of request and status of the answer.", "kind", "status")
	n.latency.write(b, "holdfast_exchange_seconds", "Time from the header of a request to the end of its answer.")
	n.answers.write(b, "holdfast_answers_total", "Signed answers by kind.", "kind")
	counter("holdfast_answers_again_total", "Signed answers that were handed out before.", n.again.Load())
	counter("holdfast_usage_entries_total", "Entries of usage that were counted.", n.entries.Load())
	n.faults.write(b, "holdfast_faults_total", "Faults of the service by cause.", "cause")
	n.limited.write(b, "holdfast_limited_total", "Requests told to come again by what was used up.", "by")
	n.pages.write(b, "holdfast_pages_total", "Requests for pages by status.", "status")
	n.commands.write(b, "holdfast_commands_total", "Commands that ran on the folder for other processes, by name and exit code.", "command", "code")
	gauge("holdfast_requests_in_flight", "Requests that are being answered.", n.inFlight.Load())
	out := int64(0)
	if !s.away.began().IsZero() {
		out = 1
	}
	gauge("holdfast_outage", "Whether the store is away.", out)
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(b.Bytes())
}
