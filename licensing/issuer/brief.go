package issuer

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// asksBriefly says that the sender of a check-in understands a standing part.
func asksBriefly(r exchange.Request) bool { return r.Brief && r.Kind == exchange.RequestCheckin }

// mayBeBrief says that the answer to a request could be a standing part alone: its sender was told a state before, and nothing happened
// to it since.
func mayBeBrief(r exchange.Request) bool {
	return asksBriefly(r) && r.State != "" && !r.Restored && !r.Changed && r.KeyHash == "" && len(r.Licenses) > 0
}

// unchanged says whether the computer was told all that the answer to its check-in would say now: it names exactly the licenses of which
// it holds a place, in the versions given to it, and the state is the one that it was told.
func (v *visit) unchanged() (bool, error) {
	named, err := v.named()
	if err != nil || len(named) > maxNamed {
		return false, err
	}
	var list, good []licenseRecord
	for _, n := range named {
		if n.version == 0 { // it holds a place of it and does not know
			return false, nil
		}
		rec, err := get[licenseRecord](v.t, bucketLicenses, n.serial)
		if errors.Is(err, errNoRecord) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		p, err := placeIn(v.t, rec.Serial, v.d)
		if err != nil || p.Device != v.d.id {
			return false, err
		}
		no, err := withdrawn(v.t, rec.Serial)
		if err != nil {
			return false, err
		}
		if list = append(list, rec); no != nil {
			continue
		}
		if n.version != p.Given || !v.d.at(p) {
			return false, nil
		}
		good = append(good, rec)
	}
	said, apart, err := standing(v.t, list, v.now)
	if err != nil {
		return false, err
	}
	state, err := v.state(good, said, apart)
	return err == nil && state == v.r.State, err
}

// state names what an answer to the computer says now: the licenses that it gives and what stands about them, whatever their versions
// and dates of issue are. Of statements the version counts: each is meant to be heard. How many places others use is no part of it: a computer
// hears that with what else there is to say.
func (v *visit) state(given []licenseRecord, said []exchange.Part, apart []message) (string, error) {
	pieces := []any{v.k.profile.Version}
	for _, rec := range given {
		l := summedLicense{License: boundLicense(rec, v.d, 0, v.now), Policy: rec.policySum}
		l.Version, l.Issued = 0, time.Time{}
		if l.Policy == "" {
			sum, err := sumOf(rec.Policy)
			if err != nil {
				return "", fmt.Errorf("state of a computer: %w", err)
			}
			l.Policy = sum
		}
		pieces = append(pieces, l)
	}
	for _, p := range said {
		pieces = append(pieces, p)
	}
	for _, m := range apart {
		pieces = append(pieces, m.parts, m.audience)
	}
	texts := make([]string, 0, len(pieces))
	for _, p := range pieces {
		b, err := json.Marshal(p)
		if err != nil {
			return "", fmt.Errorf("state of a computer: %w", err)
		}
		texts = append(texts, string(b))
	}
	slices.Sort(texts) // the order of parts says nothing
	h := sha256.New()
	for _, s := range texts {
		_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(s))))
		_, _ = h.Write([]byte(s))
	}
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}

// summedLicense is a license with the sum of its policy, which need not be written for every check-in.
type summedLicense struct {
	terms.License
	Policy string `json:"policy"`
}

// believed is the standing part of a full answer: what is known of the computer, this answer included.
func (v *visit) believed(said []exchange.Part, apart []message) (exchange.Part, error) {
	var given []licenseRecord
	s := exchange.Standing{}
	devices := []string{v.d.id}
	for _, rec := range v.records {
		version := rec.Version
		if slices.Contains(v.gone, rec.Serial) {
			version = rec.held // nothing of it is given any more
		} else {
			given = append(given, rec)
		}
		if version > 0 {
			s.Licenses = append(s.Licenses, exchange.RequestLicense{Serial: rec.Serial, Version: version})
		}
		p, err := placeIn(v.t, rec.Serial, v.d)
		if err != nil {
			return exchange.Part{}, err
		}
		devices = append(devices, p.Former...)
	}
	var err error
	if s.State, err = v.state(given, said, apart); err != nil {
		return exchange.Part{}, err
	}
	slices.Sort(devices)
	for _, id := range slices.Compact(devices) {
		ledgers, err := ledgersOf(v.t, id)
		if err != nil {
			return exchange.Part{}, err
		}
		for _, rec := range ledgers {
			if c := rec.Standing; c.Receipt > 0 && len(s.Ledgers) < maxLedgers {
				s.Ledgers = append(s.Ledgers, exchange.LedgerStanding{
					Ledger: rec.ID, Epoch: max(c.Next, 1) - 1, Seq: c.Last, Close: c.Close, Receipt: c.Receipt,
				})
			}
		}
	}
	slices.SortFunc(s.Ledgers, func(a, b exchange.LedgerStanding) int { return strings.Compare(a.Ledger, b.Ledger) })
	return exchange.Part{Kind: exchange.KindStanding, Standing: &s}, nil
}

// maxLedgers bounds the ledgers in a standing part; a computer begins a new one when it loses its records.
const maxLedgers = 64

// brief signs the answer to a check-in of a computer that was told everything: a standing part alone, without the profile, which has not
// changed either. It is nil for others.
func (is *Issuer) brief(t tx, k known, r exchange.Request, d computer) (*answerRecord, error) {
	if !mayBeBrief(r) {
		return nil, nil
	}
	now, err := is.stamp(t)
	if err != nil {
		return nil, err
	}
	v := is.visit(t, k, r, d, now)
	if same, err := v.unchanged(); err != nil || !same {
		return nil, err
	}
	signed, err := is.sign(k, now, outgoing{
		parts: []exchange.Part{{Kind: exchange.KindStanding, Standing: &exchange.Standing{State: r.State}}}, trace: r.Trace, external: r.ExternalID,
		answers: answers(r),
	})
	if err != nil {
		return nil, err
	}
	rec := briefRecord{At: now, Key: k.who.Signing, Request: r.ID, Device: d.id, Code: d.code, Envelope: signed[0]}.answer()
	return &rec, nil
}
