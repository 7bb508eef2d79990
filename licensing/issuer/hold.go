package issuer

import (
	"context"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// NewHold describes a hold on a license, or with Lift its end.
type NewHold struct {
	Serial   string
	Reason   terms.Text // the question
	Works    terms.Text // what goes on meanwhile; none: everything
	AnswerBy time.Time  // last moment of full use without an answer; zero: nothing stops
	Lift     bool
	Order    string
}

// Hold puts a license on hold while the vendor asks a question, changes the question, or lifts the hold. The file is for every
// computer of the license, and later answers bring it too. Errors: CodeSerialUnknown, CodeNotOnHold, CodeValue.
func (is *Issuer) Hold(ctx context.Context, n NewHold) (Letter, error) {
	n.Serial = strings.ToUpper(strings.TrimSpace(n.Serial))
	if len(n.Reason) == 0 && !n.Lift {
		return Letter{}, say(CodeValue, nil, "flag", "--reason", "value", "")
	}
	return is.write(ctx, "hold", n.Order, n, func(t tx, now time.Time) (letter, error) {
		rec, err := licenseIn(t, n.Serial)
		if err != nil {
			return letter{}, err
		}
		s, had, err := statement(t, exchange.KindHold, rec.Serial)
		if err != nil {
			return letter{}, err
		}
		h := exchange.Hold{Serial: rec.Serial, Reason: n.Reason, Works: n.Works, AnswerBy: n.AnswerBy.UTC().Truncate(time.Second)}
		name := "on-hold_"
		switch {
		case n.Lift && (!had || s.Part.Hold.Lifted):
			return letter{}, say(CodeNotOnHold, nil, "serial", rec.Serial)
		case n.Lift:
			h, name = *s.Part.Hold, "hold-lifted_"
			h.Lifted = true
			if len(n.Reason) > 0 {
				h.Reason = n.Reason
			}
		case !h.AnswerBy.IsZero() && !h.AnswerBy.After(now):
			return letter{}, say(CodeValue, nil, "flag", "--answer-by", "value", n.AnswerBy.Format(time.RFC3339))
		case had && !s.Part.Hold.Lifted:
			h.Ref = s.Part.Hold.Ref // the same matter
		}
		if h.Ref == "" {
			if _, h.Ref, err = is.newRef("H"); err != nil {
				return letter{}, err
			}
		}
		s.At, s.Audience, s.Part = now, To{Serial: rec.Serial}.audience(), exchange.Part{Kind: exchange.KindHold, Hold: &h}
		return said(t, rec, s, h.Ref, name)
	})
}

// said records a statement about one license and makes the letter with it.
func said(t tx, rec licenseRecord, s statementRecord, ref, name string) (letter, error) {
	part, err := state(t, rec.Serial, s)
	return letter{
		parts: []exchange.Part{part}, audience: s.Audience, ref: ref, version: part.Version, serials: []string{rec.Serial},
		name:  name + about([]licenseRecord{rec}) + "_" + safeName(rec.Serial),
		slots: map[string]any{"product": productNames([]licenseRecord{rec}), "serial": rec.Serial},
	}, err
}
