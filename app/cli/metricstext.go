package cli

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// sample is one measured value.
type sample struct {
	Name   string            `json:"name"`
	Labels map[string]string `json:"labels,omitempty"`
	Value  float64           `json:"value"`
	series string            // name and labels as they are written
}

// measures are values in the text format of Prometheus. A name that ends in _total is a counter.
type measures struct{ samples []sample }

// families are the names in the order in which they are written, each with its help. They are published and stay.
var families = [][2]string{
	{"holdfast_offline_seconds_left", "Seconds that a product works without a contact; 0 when that time is over."},
	{"holdfast_license_seconds_left", "Seconds until the license of a product ends; 0 when it has ended."},
	{"holdfast_grace_active", "1 while a product works in a grace time, with its reason."},
	{"holdfast_usage_unsent", "Usage entries that no file and no contact has taken along."},
	{"holdfast_receipt_age_seconds", "Seconds since the vendor issued its newest receipt."},
	{"holdfast_clock_trusted", "1 when nothing speaks against the computer's date."},
	{"holdfast_contact_age_seconds", "Seconds since the last contact that came through."},
	{"holdfast_contact_seconds", "Seconds that the last contact took."},
	{"holdfast_contacts_total", "Recorded contacts by result."},
	{"holdfast_contact_failures_total", "Recorded contacts that did not come through, by cause."},
	{"holdfast_offline_sessions_total", "Times of more than a day without a contact that have ended."},
	{"holdfast_grace_activations_total", "Grace times that began, by cause."},
	{"holdfast_grace_recoveries_total", "Grace times after which everything was as before."},
}

// add adds a value; labels are names and values in turn.
func (m *measures) add(name string, value float64, labels ...string) { *m.at(name, labels) = value }

// count adds to a value that is there.
func (m *measures) count(name string, by float64, labels ...string) { *m.at(name, labels) += by }

func (m *measures) at(name string, labels []string) *float64 {
	x := sample{Name: name, Labels: map[string]string{}}
	var pairs []string
	for i := 0; i+1 < len(labels); i += 2 {
		x.Labels[labels[i]] = labels[i+1]
		pairs = append(pairs, labels[i]+`="`+escaped.Replace(labels[i+1])+`"`)
	}
	if x.series = name; len(pairs) > 0 {
		x.series += "{" + strings.Join(pairs, ",") + "}"
	}
	i := slices.IndexFunc(m.samples, func(o sample) bool { return o.series == x.series })
	if i < 0 {
		i, m.samples = len(m.samples), append(m.samples, x)
	}
	return &m.samples[i].Value
}

var escaped = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// text is the exposition: each family together, with help and type.
func (m *measures) text() []byte {
	var b bytes.Buffer
	for _, f := range families {
		kind, head := "gauge", false
		if strings.HasSuffix(f[0], "_total") {
			kind = "counter"
		}
		for _, x := range m.samples {
			if x.Name != f[0] {
				continue
			}
			if !head {
				head = true
				fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s %s\n", f[0], f[1], f[0], kind)
			}
			fmt.Fprintf(&b, "%s %s\n", x.series, strconv.FormatFloat(x.Value, 'f', -1, 64))
		}
	}
	return b.Bytes()
}
