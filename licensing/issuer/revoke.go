package issuer

import (
	"context"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// NewRevocation describes the withdrawal of a license, or with Lift its end.
type NewRevocation struct {
	Serial   string
	Reason   terms.Text
	By       string    // who decided
	Until    time.Time // last moment of full use; zero: now
	ReviewBy time.Time // until when a review can be asked for
	Lift     bool
	Order    string
}

// Revoke withdraws a license. The file is for every computer of it; an answer to a check-in brings it too, and later activations
// are refused with its reason and reference. It ends with Lift, or when the license is renewed.
// Errors: CodeSerialUnknown, CodeNotWithdrawn, CodeValue.
func (is *Issuer) Revoke(ctx context.Context, n NewRevocation) (Letter, error) {
	n.Serial = strings.ToUpper(strings.TrimSpace(n.Serial))
	switch {
	case len(n.Reason) == 0 && !n.Lift:
		return Letter{}, say(CodeValue, nil, "flag", "--reason", "value", "")
	case strings.TrimSpace(n.By) == "":
		return Letter{}, say(CodeValue, nil, "flag", "--by", "value", n.By)
	}
	return is.write(ctx, "revoke", n.Order, n, func(t tx, now time.Time) (letter, error) {
		rec, err := licenseIn(t, n.Serial)
		if err != nil {
			return letter{}, err
		}
		s, had, err := statement(t, exchange.KindRevocation, rec.Serial)
		if err != nil {
			return letter{}, err
		}
		if n.Lift {
			if !had || s.Part.Revocation.Lifted {
				return letter{}, say(CodeNotWithdrawn, nil, "serial", rec.Serial)
			}
			s = liftedBy(s, n.By, n.Reason, now)
			return said(t, rec, s, s.Part.Revocation.Ref, "given-back_")
		}
		r := exchange.Revocation{
			Serial: rec.Serial, Reason: n.Reason, DecidedBy: n.By, From: now,
			Until: n.Until.UTC().Truncate(time.Second), ReviewBy: n.ReviewBy.UTC().Truncate(time.Second),
		}
		for flag, at := range map[string]time.Time{"--until": r.Until, "--review-by": r.ReviewBy} {
			if !at.IsZero() && at.Before(now) {
				return letter{}, say(CodeValue, nil, "flag", flag, "value", at.Format(time.RFC3339))
			}
		}
		if had && !s.Part.Revocation.Lifted {
			r.Ref, r.From = s.Part.Revocation.Ref, s.Part.Revocation.From // the same matter, told anew
		} else if _, r.Ref, err = is.newRef("W"); err != nil {
			return letter{}, err
		}
		s.At, s.Audience, s.Part = now, To{Serial: rec.Serial}.audience(), exchange.Part{Kind: exchange.KindRevocation, Revocation: &r}
		return said(t, rec, s, r.Ref, "withdrawn_")
	})
}

// liftedBy is the statement that ends a withdrawal.
func liftedBy(s statementRecord, by string, reason terms.Text, now time.Time) statementRecord {
	r := *s.Part.Revocation
	r.Lifted, s.At = true, now
	if by != "" {
		r.DecidedBy = by
	}
	if len(reason) > 0 {
		r.Reason = reason
	}
	s.Part.Revocation = &r
	return s
}

// giveBack ends the withdrawal of a license that is renewed or changed, and returns the part that says so; nil when there is none.
func giveBack(t tx, rec licenseRecord, now time.Time) (*exchange.Part, error) {
	s, had, err := statement(t, exchange.KindRevocation, rec.Serial)
	if err != nil || !had || s.Part.Revocation.Lifted {
		return nil, err
	}
	part, err := state(t, rec.Serial, liftedBy(s, "", nil, now))
	return &part, err
}
