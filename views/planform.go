package views

import (
	"slices"
	"time"

	"holdfast/licensing/simulate"
	"holdfast/licensing/terms"
)

// planForm is what a person tries on Plan ahead; it is kept while the window is open.
type planForm struct {
	tab        int  // dates or "what if"
	never      bool // this computer never goes online
	conditions []planCondition
	tried      bool // there is a result, which follows the form
}

// planCondition is one condition as it is chosen and typed.
type planCondition struct {
	kind             simulate.Kind
	start            int // one of the starts
	startText        string
	long             int // one of the lengths of its kind
	longText         string
	by               int // one of planShifts, or another
	byText           string
	version, product string // product is a key; "" is all
}

// What a start may be: an own date is typed.
const (
	startToday = iota
	startTomorrow
	startMonth // the first of the next month
	startOther
)

// planLengths are the days to choose from; after them come "for good" and a length that is typed.
var planLengths = []int{1, 2, 7, 10, 14, 30, 60, 90, 180, 365}

// planShifts are how far a clock may be off; after them comes one that is typed.
var planShifts = []int{1, 30, 400, -1, -30, -400}

// usualDays is how long a condition lasts unless it is chosen otherwise.
var usualDays = map[simulate.Kind]int{simulate.Offline: 60, simulate.Outage: 10, simulate.Maintenance: 2}

// lasts says whether a kind has a length: the others are for good.
func lasts(k simulate.Kind) bool { _, ok := usualDays[k]; return ok }

// ofProduct says whether a kind may be about one product only.
func ofProduct(k simulate.Kind) bool { return k == simulate.Revoked || k == simulate.Version }

// newCondition is a condition with sensible values.
func newCondition(k simulate.Kind) planCondition {
	c := planCondition{kind: k, start: startTomorrow, long: slices.Index(planLengths, usualDays[k]), by: slices.Index(planShifts, 400)}
	if !lasts(k) {
		c.long = len(planLengths)
	}
	return c
}

// usualPlan is what is asked most: 60 days without internet.
func usualPlan() planForm {
	return planForm{conditions: []planCondition{newCondition(simulate.Offline)}}
}

// offered are the kinds that can be added; one of each is enough.
func (f planForm) offered() []simulate.Kind {
	return slices.DeleteFunc(simulate.Kinds(), func(k simulate.Kind) bool {
		return slices.ContainsFunc(f.conditions, func(c planCondition) bool { return c.kind == k })
	})
}

// planWrong is what has to be put right: beside which condition and field.
type planWrong struct {
	condition int
	field     string // start, long, by or version
	id        string // of what is said
}

// scenario reads what was chosen and typed. The first thing that cannot be read stops it.
func (v voice) scenario(f planForm, now time.Time) (simulate.Scenario, *planWrong) {
	s := simulate.Scenario{From: now, NeverOnline: f.never}
	for i, c := range f.conditions {
		x := simulate.Condition{Kind: c.kind}
		var wrong string
		stop := func(field string) (simulate.Scenario, *planWrong) {
			return simulate.Scenario{}, &planWrong{i, field, wrong}
		}
		if x.From, wrong = v.starts(c, now); wrong != "" {
			return stop("start")
		}
		if x.For, wrong = v.length(c); wrong != "" {
			return stop("long")
		}
		switch c.kind {
		case simulate.Clock:
			if x.By, wrong = v.shift(c); wrong != "" {
				return stop("by")
			}
		case simulate.Version:
			if x.Version = c.version; terms.CheckVersion(x.Version) != nil {
				wrong = wrongVersion
				return stop("version")
			}
		}
		if ofProduct(c.kind) {
			x.Vendor, x.Product = splitKey(c.product)
		}
		s.Conditions = append(s.Conditions, x)
	}
	return s, nil
}

// starts is when a condition begins.
func (v voice) starts(c planCondition, now time.Time) (time.Time, string) {
	today := startOfDay(now.In(v.zone))
	switch c.start {
	case startToday:
		return now, ""
	case startTomorrow:
		return today.AddDate(0, 0, 1), ""
	case startMonth:
		return time.Date(today.Year(), today.Month()+1, 1, 0, 0, 0, 0, v.zone), ""
	}
	return v.readDate(c.startText, now)
}

// length is how long a condition lasts; the zero Length is for good.
func (v voice) length(c planCondition) (terms.Length, string) {
	switch {
	case !lasts(c.kind) || c.long == len(planLengths):
		return terms.Length{}, ""
	case c.long < len(planLengths):
		return terms.Days(planLengths[c.long]), ""
	}
	return v.readLength(c.longText)
}

// shift is how far the clock is off.
func (v voice) shift(c planCondition) (time.Duration, string) {
	if c.by < len(planShifts) {
		return time.Duration(planShifts[c.by]) * 24 * time.Hour, ""
	}
	return v.readShift(c.byText)
}

// startOptions are the words of the starts.
func (v voice) startOptions(now time.Time) []string {
	month, _ := v.starts(planCondition{start: startMonth}, now)
	return []string{v.t("plan.start.today"), v.t("plan.start.tomorrow"), v.short(month), v.t("plan.start.other")}
}

// lengthOptions are the words of the lengths.
func (v voice) lengthOptions() []string {
	var out []string
	for _, n := range planLengths {
		out = append(out, v.Days(n))
	}
	return append(out, v.t("plan.length.always"), v.t("plan.length.other"))
}

// shiftOptions are the words of how far a clock is off.
func (v voice) shiftOptions() []string {
	var out []string
	for _, n := range planShifts {
		out = append(out, v.shiftWords(time.Duration(n)*24*time.Hour))
	}
	return append(out, v.t("plan.shift.other"))
}

// shiftWords says how far a clock is off.
func (v voice) shiftWords(by time.Duration) string {
	id := "plan.shift.ahead"
	if by < 0 {
		id, by = "plan.shift.behind", -by
	}
	return v.t(id, "length", v.Length(lengthOf(by)))
}

// lengthOf is a span as a length: in days where it is whole days.
func lengthOf(d time.Duration) terms.Length {
	if day := 24 * time.Hour; d%day == 0 {
		return terms.Days(int(d / day))
	}
	return terms.Length{Span: d}
}
