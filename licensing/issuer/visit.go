package issuer

import (
	"errors"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/exchange"
)

// visit is a request that is being answered, and what the answer will hold. Nothing of it stays when an error ends it.
type visit struct {
	is     *Issuer
	t      tx
	k      known
	r      exchange.Request
	d      computer
	now    time.Time
	by     Decision
	refuse refuser

	records []licenseRecord // given or confirmed; what stands about them goes along
	serials []string
	granted []exchange.Part
	added   []exchange.Part // more time
	refused []exchange.Part
	told    []exchange.Part // what a computer has to know that is given nothing
	gone    []string        // serials that are withdrawn
	grants  []grantRecord
	until   time.Time
	capped  bool
	decided bool // a person's decision was needed
}

func (is *Issuer) visit(t tx, k known, r exchange.Request, d computer, now time.Time) visit {
	return visit{is: is, t: t, k: k, r: r, d: d, now: now, refuse: refuser{is: is, profile: k.profile, now: now}}
}

func (v *visit) no(code string, rec *licenseRecord, full []Place) error {
	part, err := v.refuse.because(code, rec, full)
	v.refused = append(v.refused, part)
	return err
}

// seal signs the answer: licenses first, then more time, what stands about the licenses, and refusals.
func (v *visit) seal() (answerRecord, error) {
	parts := slices.Concat(v.granted, v.added)
	said, apart, err := standing(v.t, v.records, v.now)
	if err != nil {
		return answerRecord{}, err
	}
	for _, p := range said {
		if !slices.ContainsFunc(parts, func(o exchange.Part) bool { return o.Kind == p.Kind && o.ID != "" && o.ID == p.ID }) {
			parts = append(parts, p)
		}
	}
	parts = slices.Concat(parts, v.refused, v.told)
	if asksBriefly(v.r) {
		p, err := v.believed(said, apart)
		if err != nil {
			return answerRecord{}, err
		}
		parts = append(parts, p)
	}
	f := outgoing{
		parts: parts, apart: apart, trace: v.r.Trace, external: v.r.ExternalID,
		answers: answers(v.r),
	}
	if len(v.gone) > 0 {
		f.slots = map[string]any{"serial": v.gone[0]}
	}
	w, err := v.is.sealed(v.k, v.d, v.now, f)
	if err != nil {
		return answerRecord{}, err
	}
	rec := answerRecord{
		Name: w.name, Kind: w.kind, Line: w.line, Envelopes: w.envelopes, At: v.now, Key: v.k.who.Signing, Request: v.r.ID, Device: v.d.id, Code: v.d.code, Serials: v.serials,
		Withdrawn: v.gone, Until: v.until, EndsFirst: v.capped,
	}
	if v.decided {
		rec.Agent, rec.Second, rec.Why = v.by.Agent, v.by.Second, v.by.Reason+v.by.Refuse
	}
	if len(v.refused) > 0 {
		if rec.Partly = len(v.granted) > 0; !rec.Partly {
			rec.Refused = v.refused[0].Refusal.Code
		}
	}
	return rec, nil
}

// maxNamed is how many licenses fit into one answer with their policies.
const maxNamed = 400

// meet answers a check-in, a request to renew or one for more time: by the licenses that it names and the places that the computer
// holds. Each license is given again in its next version, which counts as a contact.
func (v *visit) meet() error {
	named, err := v.named()
	if err != nil {
		return err
	}
	if len(named) > maxNamed {
		return say(CodeTooMany, nil, "n", len(named), "most", maxNamed, "code", v.d.code)
	}
	if len(named) == 0 {
		return v.no(reasonUnknownPlace, nil, nil)
	}
	var mine []licenseRecord
	for _, n := range named {
		rec, ok, err := v.admit(n)
		if err != nil {
			return err
		}
		if ok {
			mine = append(mine, rec)
		}
	}
	if err := v.judge(mine); err != nil {
		return err
	}
	if v.decided && v.by.Refuse != "" {
		part, err := v.refuse.declined(v.by.Refuse)
		v.refused, v.added, v.until, v.capped = append(v.refused, part), nil, time.Time{}, false
		if err == nil {
			v.told, err = decisions(v.t, mine) // no decision waits for the next check-in
		}
		return err
	}
	for _, g := range v.grants {
		if err := putGrant(v.t, g); err != nil {
			return err
		}
	}
	for i := range mine {
		if err := v.give(&mine[i]); err != nil {
			return err
		}
	}
	return nil
}

// namedLicense is a license that a request is about. mayTake: the computer may take a free place of it.
type namedLicense struct {
	serial  string
	version int
	mayTake bool
}

// named lists the licenses that the request names, those of the key in it, and, when it names none or understands what is left out, those
// of which the computer holds a place. Each comes once.
func (v *visit) named() ([]namedLicense, error) {
	var all []namedLicense
	add := func(n namedLicense) {
		n.serial = strings.ToUpper(strings.TrimSpace(n.serial))
		if n.serial != "" && !slices.ContainsFunc(all, func(o namedLicense) bool { return o.serial == n.serial }) {
			all = append(all, n)
		}
	}
	key, err := get[keyRecord](v.t, bucketKeys, v.r.KeyHash)
	if err != nil && !errors.Is(err, errNoRecord) {
		return nil, err
	}
	for _, l := range v.r.Licenses {
		add(namedLicense{serial: l.Serial, version: l.Version, mayTake: slices.Contains(key.Serials, l.Serial)})
		if len(all) > maxNamed {
			return all, nil
		}
	}
	for _, serial := range key.Serials {
		add(namedLicense{serial: serial, mayTake: true})
	}
	add(namedLicense{serial: v.r.Serial})
	if len(all) > 0 && !asksBriefly(v.r) {
		return all, nil
	}
	serials, err := serialsOf(v.t, v.d.id)
	for _, serial := range serials {
		add(namedLicense{serial: serial})
	}
	return all, err
}

// admit finds the place of the computer, or takes a free one when it may. ok is false when there is no license for it: the answer
// then says why.
func (v *visit) admit(n namedLicense) (rec licenseRecord, ok bool, err error) {
	v.serials = append(v.serials, n.serial)
	rec, err = get[licenseRecord](v.t, bucketLicenses, n.serial)
	if errors.Is(err, errNoRecord) {
		return rec, false, v.no(reasonUnknownLicense, &licenseRecord{Serial: n.serial}, nil)
	}
	if err != nil {
		return rec, false, err
	}
	all, err := placesOf(v.t, rec.Serial)
	if err != nil {
		return rec, false, err
	}
	no, err := withdrawn(v.t, rec.Serial)
	if err != nil {
		return rec, false, err
	}
	holds := samePlace(all, v.d) >= 0
	n.mayTake = n.mayTake || n.version == starterVersion && rec.Policy.Devices.FirstUse.Lasts() // it has the starter license
	switch {
	case no != nil && (holds || n.version > 0): // it has the license, so it has to know
		rec.held = n.version
		v.gone, v.records = append(v.gone, rec.Serial), append(v.records, rec)
		return rec, false, nil
	case no != nil:
		part, err := v.refuse.withdrawn(rec, *no)
		v.refused = append(v.refused, part)
		return rec, false, err
	case !holds && !n.mayTake && rec.Policy.Devices.Site == "":
		return rec, false, v.no(reasonUnknownPlace, &rec, nil)
	}
	used, full, err := takePlace(v.t, rec, v.d, v.now)
	if err != nil {
		return rec, false, err
	}
	if full != nil {
		return rec, false, v.no(reasonPlaces, &rec, full)
	}
	rec.used, rec.held = used, n.version
	return rec, true, nil
}

// give puts the next version of a license into the answer.
func (v *visit) give(rec *licenseRecord) error {
	part, err := issue(v.t, rec, v.d, rec.used, v.now)
	v.granted, v.records = append(v.granted, part), append(v.records, *rec)
	return err
}
