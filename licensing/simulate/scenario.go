package simulate

import (
	"strings"
	"time"

	"holdfast/licensing/terms"
)

// Scenario is what is tried. The zero value asks what happens from now on when nothing goes wrong.
type Scenario struct {
	From  time.Time // zero, or before now: now
	Until time.Time // zero: From + 2 years
	// NeverOnline says that this computer has no internet at all: the last real contact stays the last one.
	NeverOnline bool
	Conditions  []Condition // all of them apply
}

// Condition is one thing that goes wrong. Days of For are counted in the zone of From.
type Condition struct {
	Kind Kind
	From time.Time     // zero: Scenario.From
	For  terms.Length  // zero: for good
	By   time.Duration // clock: how far ahead; less than zero is behind
	// Vendor (id or root) and Product (id) limit what a vendor does to a part of the licenses; "" is all. They mean nothing for
	// offline, clock and replaced, which are about the computer.
	Vendor  string
	Product string
	Version string // version: the one that is started
}

// Kind says what goes wrong.
type Kind string

// The kinds of conditions.
const (
	Offline     Kind = "offline"     // no contact to anybody
	Outage      Kind = "outage"      // the vendor cannot be reached and says so, signed
	Maintenance Kind = "maintenance" // planned work: told beforehand, no contact meanwhile
	Clock       Kind = "clock"       // the clock is wrong
	Replaced    Kind = "replaced"    // another computer, for which no answer has come
	Revoked     Kind = "revoked"     // the licenses are withdrawn; For is how long they stay at full use
	Version     Kind = "version"     // another version of the product is started
	Silent      Kind = "silent"      // the vendor is never heard of again
)

// Kinds returns every kind.
func Kinds() []Kind {
	return []Kind{Offline, Outage, Maintenance, Clock, Replaced, Revoked, Version, Silent}
}

// DefaultSpan is how far a scenario without Until looks, in years.
const DefaultSpan = 2

// within gives a scenario its dates. now is the time that is believed, wall what the clock shows.
func (s Scenario) within(now, wall time.Time) Scenario {
	if s.From.Equal(wall) || s.From.Before(now) { // zero too
		s.From = now
	}
	if !s.Until.After(s.From) {
		s.Until = s.From.AddDate(DefaultSpan, 0, 0)
	}
	return s
}

// end is the first moment at which the condition is over; zero: never.
func (c *Condition) end() time.Time {
	switch {
	case c.Kind == Silent || c.Kind == Version || c.Kind == Revoked || !c.For.Lasts():
		return time.Time{}
	case c.For.Days > 0:
		return c.From.AddDate(0, 0, c.For.Days)
	}
	return c.From.Add(c.For.Span)
}

// concerns says whether the condition is about a product.
func (c *Condition) concerns(v *terms.Vendor, product string) bool {
	switch c.Kind {
	case Offline, Clock, Replaced:
		return true
	}
	return (c.Vendor == "" || c.Vendor == v.Root || same(c.Vendor, v.ID)) && (c.Product == "" || same(c.Product, product))
}

// breaks says whether nothing can arrive while the condition lasts.
func (c *Condition) breaks() bool {
	switch c.Kind {
	case Offline, Outage, Maintenance, Silent:
		return true
	}
	return false
}

// silences says whether the vendor can answer nobody while the condition lasts, whatever is carried to it.
func (c *Condition) silences() bool {
	switch c.Kind {
	case Outage, Maintenance, Silent:
		return true
	}
	return false
}

func same(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }
