package service

import (
	"context"
	"errors"
	"net/http"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// outcome is what became of something that was brought: the code of its texts (page.out.<code>.…, with the variant's where there are
// some), the status, and what fills the texts.
type outcome struct {
	code, variant string
	status        int
	tone          terms.Tone
	slots         []any
	problem       bool
	retry         time.Duration // when it is worth another try; 0: pageRetry
}

// nobody is the variant of texts that do without the vendor's name, for when it is not known.
const nobody = "nobody"

func troubled(code string, status int, slots ...any) outcome {
	return outcome{code: code, status: status, tone: terms.ToneNotice, slots: slots, problem: true}
}

// outcomeOf judges one. The second result is what the log should know of.
func outcomeOf(b brought) (outcome, error) {
	if b.answer != nil {
		return outcomeOfAnswer(b), nil
	}
	var p *terms.Problem
	var own *issuer.Error
	var not notAsked
	var many tooMany
	switch {
	case errors.As(b.err, &not):
		return troubled("file_ours", http.StatusUnsupportedMediaType).of(string(not.kind)), nil
	case errors.As(b.err, &many):
		return troubled("many_requests", http.StatusRequestEntityTooLarge, "n", maxBrought), nil
	case errors.Is(b.err, errFull):
		return troubled("busy", http.StatusServiceUnavailable), nil
	case errors.Is(b.err, errOften):
		return troubled("rate", http.StatusTooManyRequests), nil
	case errors.Is(b.err, errAway): // the log was told when it went away
		return serviceFault(), nil
	case errors.As(b.err, &p):
		return outcomeOfProblem(p), nil
	case errors.As(b.err, &own):
		if o, ok := outcomeOfCode(own); ok {
			return o, nil
		}
	}
	return serviceFault(), b.err
}

// serviceFault is everything that is nothing the person could do about.
func serviceFault() outcome {
	o := troubled("service", http.StatusServiceUnavailable)
	o.tone = terms.ToneWarn
	return o
}

func (o outcome) of(variant string) outcome {
	o.variant = variant
	return o
}

func outcomeOfProblem(p *terms.Problem) outcome {
	switch p.State {
	case terms.StateFileEmpty, terms.StateFileCut, terms.StateFileChanged, terms.StateFileTooNew:
		return troubled(string(p.State), http.StatusBadRequest)
	case terms.StateFileOtherKind:
		kind, _ := p.Slots["kind"].(string)
		return troubled("file_other", http.StatusUnsupportedMediaType).of(kind)
	case terms.StateFileUnreadable:
		if p.Slots["cause"] == exchange.CauseTooLarge {
			return troubled("too_large", http.StatusRequestEntityTooLarge)
		}
	}
	return troubled("file_unreadable", http.StatusBadRequest)
}

func outcomeOfCode(e *issuer.Error) (outcome, bool) {
	switch e.Code {
	case issuer.CodeNeedsPerson, issuer.CodeSecondNeeded:
		return outcome{code: "needs_person", status: http.StatusAccepted, tone: terms.ToneNotice}, true
	case issuer.CodeRequestOver:
		return troubled("request_over", http.StatusBadRequest, "until", e.Slots["until"]), true
	case issuer.CodeOtherVendor:
		return troubled("other_vendor", http.StatusMisdirectedRequest, "other", e.Slots["vendor"]), true
	case issuer.CodeSealedForOther:
		return troubled("sealed_for_other", http.StatusMisdirectedRequest), true
	case issuer.CodeKindUnknown:
		return troubled("file_too_new", http.StatusBadRequest), true
	case issuer.CodeTooMany:
		return troubled("many_licenses", http.StatusBadRequest), true
	case issuer.CodeNoRequest, issuer.CodeNoUsage:
		return troubled("file_ours", http.StatusUnsupportedMediaType), true
	}
	return outcome{}, false
}

func outcomeOfAnswer(b brought) outcome {
	o := outcome{status: http.StatusOK, tone: terms.ToneOK}
	a := b.answer
	switch {
	case a.Receipt != nil && a.Receipt.Number == 0:
		o.code, o.tone = "receipt_none", terms.ToneWarn
	case a.Receipt != nil && len(a.Receipt.Missing) > 0:
		o.code, o.tone = "receipt_missing", terms.ToneWarn
	case a.Receipt != nil:
		o.code = "receipt"
	case a.Refused:
		o.code, o.variant, o.tone = "refused", a.Reason, terms.ToneWarn
	case len(a.Withdrawn) > 0:
		o.code, o.tone = "withdrawn", terms.ToneStop
	case a.Partly:
		o.code, o.tone = "partly", terms.ToneWarn
	case a.Kind() == exchange.KindStanding:
		o.code = "standing"
	default:
		o.code = "license"
		if b.asked != nil {
			o.variant = b.asked.kind
		}
		if !a.Until.IsZero() {
			o.variant = "until"
		}
	}
	return o
}

// statusOf is that of several outcomes: one that was answered makes it a success, else the first counts.
func statusOf(all []outcome) int {
	for _, o := range all {
		if !o.problem {
			if len(all) > 1 {
				return http.StatusOK
			}
			return o.status
		}
	}
	return all[0].status
}

// noted tells the log of what is the service's own, unless the person went away.
func (v visitor) noted(err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		v.p.report(v.r.Context(), err)
	}
}
