package cli

import (
	"cmp"
	"context"
	"path/filepath"
	"time"
)

type metricsCmd struct {
	reads
	Prometheus string `help:"cli.flag.prometheus" placeholder:"FILE"`
}

// run prints what monitors want to know in the text format of Prometheus, or writes it to a file as a whole.
func (c *metricsCmd) run(ctx context.Context, s *session) (result, error) {
	if c.Prometheus != "" {
		if err := s.measurable(c.Prometheus); err != nil {
			return result{}, err
		}
	}
	m, err := s.measure(ctx)
	if err != nil {
		return result{}, err
	}
	if c.Prometheus == "" {
		if s.JSON {
			return result{json: map[string]any{"metrics": m.samples}}, nil
		}
		return result{raw: m.text()}, nil
	}
	name := s.resolve(c.Prometheus)
	if err := s.write(name, m.text(), 0o644); err != nil {
		return result{}, &fileError{filepath.Base(name), err}
	}
	r := result{json: map[string]any{"file": name, "samples": len(m.samples)}}
	r.page.add(s.text("cli.metrics.written", map[string]any{"file": name, "n": len(m.samples)}))
	return r, nil
}

// measure reads the records and the state of the engine.
func (s *session) measure(ctx context.Context) (*measures, error) {
	snap, m := s.engine.Snapshot(), &measures{}
	now := snap.Verdict.At
	left := func(t time.Time) float64 { return max(t.Sub(now).Truncate(time.Second).Seconds(), 0) }
	age := func(t time.Time) float64 { return max(now.Sub(t).Truncate(time.Second).Seconds(), 0) }
	for _, p := range snap.Verdict.Products {
		labels := []string{"product", p.ID, "vendor", s.vendorID(p.Vendor)}
		if !p.OfflineUntil.IsZero() {
			m.add("holdfast_offline_seconds_left", left(p.OfflineUntil), labels...)
		}
		if !p.LicenseEnds.IsZero() {
			m.add("holdfast_license_seconds_left", left(p.LicenseEnds), labels...)
		}
		reason, active := "none", 0.0
		if p.Cause != "" {
			reason, active = string(p.Cause), 1
		}
		m.add("holdfast_grace_active", active, append(labels, "reason", reason)...)
	}
	for _, u := range snap.Usage {
		m.add("holdfast_usage_unsent", float64(u.Unsent), "vendor", s.vendorID(u.Root))
	}
	told := map[string]bool{}
	for _, r := range s.engine.Receipts() { // newest first
		if vendor := s.vendorID(r.Root); !told[vendor] {
			told[vendor] = true
			m.add("holdfast_receipt_age_seconds", age(r.Issued), "vendor", vendor)
		}
	}
	trusted := 1.0
	if snap.Clock.State != "" {
		trusted = 0
	}
	m.add("holdfast_clock_trusted", trusted)
	for _, c := range snap.Contacts {
		if c.Host == "" {
			continue
		}
		vendor := s.vendorID(c.Root)
		if !c.OK.IsZero() {
			m.add("holdfast_contact_age_seconds", age(c.OK), "vendor", vendor)
		}
		if c.Last != nil {
			m.add("holdfast_contact_seconds", c.Last.Took.Seconds(), "vendor", vendor)
		}
	}
	if err := s.countContacts(ctx, m); err != nil {
		return nil, err
	}
	graces, err := s.engine.Grace(ctx)
	if err != nil {
		return nil, err
	}
	for _, g := range graces {
		switch g.Event {
		case "started":
			m.count("holdfast_grace_activations_total", 1, "cause", string(g.Cause))
		case "recovered":
			m.count("holdfast_grace_recoveries_total", 1)
		}
	}
	return m, nil
}

// offlineFrom is how long there must be no contact for that time to count as offline.
const offlineFrom = 24 * time.Hour

// countContacts counts the contacts that were recorded, and those that they stand for.
func (s *session) countContacts(ctx context.Context, m *measures) error {
	all, err := s.engine.ContactLog(ctx, "", 0)
	if err != nil {
		return err
	}
	later := map[string]time.Time{} // by vendor: the contact after the one that is looked at
	for _, c := range all {         // newest first
		if c.Unrecorded { // a count never goes back, not when the program ends either
			continue
		}
		vendor := s.vendorID(c.Root)
		m.count("holdfast_offline_sessions_total", 0, "vendor", vendor)
		if !c.Cause.Reached() {
			m.count("holdfast_contacts_total", float64(1+c.Before), "vendor", vendor, "result", "failed")
			m.count("holdfast_contact_failures_total", float64(1+c.Before), "vendor", vendor, "cause", string(c.Cause))
			continue
		}
		m.count("holdfast_contacts_total", float64(1+c.Before), "vendor", vendor, "result", "ok")
		if next, ok := later[vendor]; ok && next.Sub(c.At) > offlineFrom {
			m.count("holdfast_offline_sessions_total", 1, "vendor", vendor)
		}
		later[vendor] = c.At
	}
	return nil
}

// measurable says whether the file for numbers can be written at all, before anything is done.
func (s *session) measurable(name string) error {
	if err := s.place(name); err != nil {
		return err
	}
	if err := s.writable(name); err != nil {
		return &fileError{name, err}
	}
	return nil
}

// keepMetrics returns what writes the file of an agent. What keeps it from that is told on standard error, once until it is over.
func (s *session) keepMetrics(name string) func(context.Context, Opened) {
	told := false
	return func(ctx context.Context, o Opened) {
		one := *s
		one.home, one.engine, one.ids, one.vendors, one.seen = o.Home, o.Engine, nil, nil, nil
		m, err := one.measure(ctx)
		if err == nil {
			err = s.write(name, m.text(), 0o644)
		}
		if err != nil && !told && ctx.Err() == nil {
			one.failed(ctx, &fileError{name, one.unplaced(name, err)}, nil).page.write(s.Err)
		}
		told = err != nil
	}
}

// unplaced is why a file cannot be written, as far as its place says so; else err.
func (s *session) unplaced(name string, err error) error {
	return cmp.Or(s.place(name), err)
}
