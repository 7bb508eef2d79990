package issuer

import (
	"encoding/json"
	"errors"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

func statementKey(kind exchange.Kind, subject string) string { return string(kind) + "/" + subject }

// statement is the newest version of what was said about a subject; ok is false when nothing was.
func statement(t tx, kind exchange.Kind, subject string) (rec statementRecord, ok bool, err error) {
	rec, err = get[statementRecord](t, bucketStatements, statementKey(kind, subject))
	if errors.Is(err, errNoRecord) {
		return rec, false, nil
	}
	return rec, err == nil, err
}

// Statement is the newest version of what the vendor said about one license, or of one notice.
type Statement struct {
	Kind     exchange.Kind     `json:"kind"` // hold, revocation or notice
	Version  int               `json:"version"`
	At       time.Time         `json:"at"`
	Audience exchange.Audience `json:"audience"`
	Part     exchange.Part     `json:"said"`
	Zone     *time.Location    `json:"-"` // where the days of a notice are counted
}

// Statements lists what was said, by kind and subject.
func (is *Issuer) Statements() ([]Statement, error) {
	all := []Statement{}
	err := is.db.View(func(t tx) error {
		return t.Each(bucketStatements, "", func(_ string, value []byte) error {
			var rec statementRecord
			if err := json.Unmarshal(value, &rec); err != nil {
				return say(CodeDamaged, err, "file", storeName)
			}
			zone := time.UTC
			if n := rec.Part.Notice; n != nil && n.Policy > 0 {
				list, err := reached(t, To{}, n.Product)
				if err != nil {
					return err
				}
				zone = noticeZone(*n, list)
			}
			all = append(all, Statement{rec.Part.Kind, rec.Version, rec.At, *rec.Audience, rec.Part, zone})
			return nil
		})
	})
	return all, err
}

// state records the next version of a statement and returns its part.
func state(t tx, subject string, rec statementRecord) (exchange.Part, error) {
	rec.Version++
	rec.Part.Version = rec.Version
	return rec.Part, putLater(t, bucketStatements, statementKey(rec.Part.Kind, subject), rec)
}

// withdrawn is the standing withdrawal of a license, nil when there is none.
func withdrawn(t tx, serial string) (*exchange.Revocation, error) {
	rec, ok, err := statement(t, exchange.KindRevocation, serial)
	if err != nil || !ok || rec.Part.Revocation.Lifted {
		return nil, err
	}
	return rec.Part.Revocation, nil
}

// standing is everything that the vendor said about licenses and that counts now, for an answer that takes them along. What is
// for some of the licenses only, such as a notice to one customer, is in apart with its own audience.
func standing(t tx, list []licenseRecord, now time.Time) (parts []exchange.Part, apart []message, err error) {
	if parts, err = decisions(t, list); err != nil {
		return nil, nil, err
	}
	for _, rec := range list {
		more, err := grantsOf(t, rec, now)
		if err != nil {
			return nil, nil, err
		}
		parts = append(parts, more...)
	}
	err = t.Each(bucketStatements, string(exchange.KindNotice)+"/", func(_ string, value []byte) error {
		s, err := notices.of(value) // every check-in looks at all notices
		if err != nil {
			return say(CodeDamaged, err, "file", storeName)
		}
		n := s.Part.Notice
		hits := 0
		for _, rec := range list {
			if rec.within(s.Audience) && (n.Product == "" || n.Product == rec.Policy.Product.ID) {
				hits++
			}
		}
		switch {
		case hits == 0, !s.Over.IsZero() && now.After(s.Over):
		case s.Audience.Scope == scopeAll, hits == len(list):
			parts = append(parts, s.Part)
		default:
			apart = append(apart, message{parts: []exchange.Part{s.Part}, audience: s.Audience})
		}
		return nil
	})
	return parts, apart, err
}

// decisions are the withdrawals and holds of licenses, standing or lifted.
func decisions(t tx, list []licenseRecord) (parts []exchange.Part, err error) {
	for _, kind := range []exchange.Kind{exchange.KindRevocation, exchange.KindHold} {
		for _, rec := range list {
			s, ok, err := statement(t, kind, rec.Serial)
			if err != nil {
				return nil, err
			}
			if ok {
				parts = append(parts, s.Part)
			}
		}
	}
	return parts, nil
}

// over is the moment after which a notice counts for nothing: the work, the problem and every grace that it gives are over. Zero:
// not known. The longest grace of the licenses that it reaches counts.
func over(n terms.Notice, list []licenseRecord) time.Time {
	end := n.Until
	for _, rec := range list {
		zone, g := zoneOf(rec.Policy), rec.Policy.Grace
		length, from := g.Outage, n.From
		switch n.Type {
		case terms.NoticePolicy:
			return n.From
		case terms.NoticeMaintenance:
			length, from = g.Maintenance, n.Until
		case terms.NoticeMigration:
			length = g.Migration
		}
		for _, l := range append(featureGraces(rec.Policy), length) {
			if to := l.After(from, zone); to.After(end) {
				end = to
			}
		}
	}
	if n.Type == terms.NoticeMaintenance || !n.Until.IsZero() {
		return end
	}
	return time.Time{} // goes on until the vendor says that it is over
}

func featureGraces(p terms.Policy) []terms.Length {
	var all []terms.Length
	for _, f := range p.Features {
		if f.Grace.Lasts() {
			all = append(all, f.Grace)
		}
	}
	return all
}
