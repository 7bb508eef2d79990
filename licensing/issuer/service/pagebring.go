package service

import (
	"context"
	"time"

	"holdfast/licensing/device"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

// brought is one request or usage file that a person brought, and what became of it: answer or err.
type brought struct {
	name   string // of the file; tells several apart, nothing more
	words  string // check words of the file
	asked  *asked // nil when no seal was proven
	id     string // see issuer.HandedID; "" without a proven seal
	answer *issuer.Answer
	err    error
}

// asked is what a request or usage file says, after its seal was proven.
type asked struct {
	kind   string // of exchange.Request, or usageKind
	code   string // computed from the device's key
	label  string
	made   time.Time
	until  time.Time // an answer is not taken later
	wanted time.Time
}

const usageKind = "usage"

// maxBrought bounds the answers to one upload.
const maxBrought = 200

// notAsked says that a file of ours holds nothing that could be answered.
type notAsked struct{ kind exchange.Kind }

func (n notAsked) Error() string { return "a file of kind " + string(n.kind) }

// tooMany says that what stands behind the first maxBrought was left alone.
type tooMany struct{}

func (tooMany) Error() string { return "more requests than are answered at once" }

// bring answers everything in the files, each request once. Files that hold none are left out when another does.
func (p *page) bring(ctx context.Context, files []upload) []brought {
	var all, others []brought
	seen := map[string]bool{}
	for _, f := range files {
		found, err := exchange.Read(f.name, f.data)
		if err != nil {
			all = append(all, p.settled(ctx, letter{brought: brought{name: f.name, err: err}, size: len(f.data)}))
			continue
		}
		var quiet []letter
		before := len(all)
		for _, d := range found {
			for _, b := range inside(d) {
				if _, quietly := b.err.(notAsked); quietly {
					quiet = append(quiet, b)
					continue
				}
				if b.id != "" && seen[b.id] {
					continue
				}
				if len(all) >= maxBrought {
					return append(all, brought{name: f.name, err: tooMany{}})
				}
				seen[b.id] = true
				all = append(all, p.settled(ctx, b))
			}
		}
		if len(all) == before && len(quiet) > 0 {
			others = append(others, p.settled(ctx, quiet[0]))
		}
	}
	return append(all, others...)
}

// letter is what was brought, with what the desk answers: one request, or a usage file with what lies beside it.
type letter struct {
	brought
	found []exchange.Found
	size  int // bytes that it came in
}

// inside finds the requests in a bundle, or the usage file that it is.
func inside(f exchange.Found) []letter {
	b := brought{name: f.Name, words: f.Words}
	if f.Problem != nil {
		b.err = f.Problem
		return []letter{{brought: b}}
	}
	var all []letter
	for _, e := range f.Bundle.Envelopes {
		if _, kind := exchange.PeekHeader(e); kind == exchange.KindUsage {
			return []letter{{b.usage(e), []exchange.Found{f}, len(f.Raw)}} // a receipt lies beside it
		}
	}
	for _, e := range f.Bundle.Envelopes {
		if _, kind := exchange.PeekHeader(e); kind != "" && kind != exchange.KindRequest {
			continue
		}
		only := f
		only.Bundle.Envelopes = []exchange.Envelope{e}
		all = append(all, letter{b.request(e), []exchange.Found{only}, len(f.Raw) / len(f.Bundle.Envelopes)})
	}
	if len(all) == 0 {
		b.err = notAsked{f.Kind()}
		return []letter{{brought: b}}
	}
	return all
}

func (b brought) request(e exchange.Envelope) brought {
	r, err := exchange.ParseRequest(e)
	if err != nil {
		b.err = err
		return b
	}
	b.asked = &asked{kind: r.Kind, code: codeOf(r.Device), label: r.Device.Label, made: r.Issued, until: r.Until, wanted: r.Wanted}
	b.id, b.err = issuer.HandedID(e)
	return b
}

func (b brought) usage(e exchange.Envelope) brought {
	u, err := exchange.ParseUsage(e)
	if err != nil {
		b.err = err
		return b
	}
	b.asked = &asked{kind: usageKind, code: codeOf(u.Device), label: u.Device.Label, made: u.Issued}
	b.id, b.err = issuer.HandedID(e)
	return b
}

// codeOf is the code of a device whose key was proven.
func codeOf(d exchange.RequestDevice) string {
	k, err := exchange.DecodeKey(d.Public)
	if err != nil {
		return ""
	}
	return device.Code(k)
}

// settled takes one to the desk, and has it counted.
func (p *page) settled(ctx context.Context, l letter) brought {
	answer := func() brought { return p.answered(ctx, l) }
	if p.around == nil {
		return answer()
	}
	return p.around(ctx, l, answer)
}

// answered takes one to the desk.
func (p *page) answered(ctx context.Context, l letter) brought {
	b := l.brought
	if b.err != nil {
		return b
	}
	answers, err := p.desk.AnswerFound(ctx, b.name, l.found)
	if len(answers) == 1 {
		b.answer = &answers[0]
		return b
	}
	if b.err = err; err == nil {
		b.err = notAsked{exchange.KindRequest}
	}
	return b
}
