package issuer

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// Publication is a new version of a policy as it went out.
type Publication struct {
	Product  terms.Product
	Version  int
	From     time.Time
	Changes  []PolicyChange // every changed value
	Entries  []terms.Change // what the changelog says of this version
	Licenses []License      // that follow it
	Files    []Answer       // for every computer that holds a place
	Notice   Letter         // one file for everybody
	Again    bool           // this version went out before; these are the same files
}

// publishRecord is a publication as it went out. Its files lie behind it, one a record.
type publishRecord struct {
	Asked   string         `json:"asked"`
	From    time.Time      `json:"from"`
	Changes []PolicyChange `json:"changes"`
	Serials []string       `json:"serials"`
	Notice  letterRecord   `json:"notice"`
}

// Publish puts a new version of a policy into force for every license of its product. Each known computer gets a file with its license
// under the new policy, and the overlap that keeps what the old one gave: nothing gets shorter (see follow). The same file, and
// one for everybody, announces the change; from zero is now. Licenses keep their own ends.
//
// Errors: CodeNobody (no license of the product), CodePolicyVersion (the version is not higher than theirs), CodePolicySame,
// CodeChangelog (changed values and no entry of this version in changes:), and those of signing.
func (is *Issuer) Publish(ctx context.Context, next terms.Policy, from time.Time) (Publication, error) {
	next = next.WithDefaults()
	out := Publication{Product: next.Product, Version: next.Version, From: from.UTC().Truncate(time.Second)}
	if err := ctx.Err(); err != nil {
		return out, err
	}
	asked, err := digest(next)
	if err != nil {
		return out, err
	}
	key := "publish/" + next.Product.ID + "/" + versionKey(next.Version)
	err = is.db.Update(func(t tx) error {
		who, err := identityIn(t)
		if err != nil {
			return err
		}
		rec, err := get[publishRecord](t, bucketLetters, key)
		switch {
		case err == nil && rec.Asked == asked:
			out.Again = true
		case err == nil:
			return say(CodePolicyVersion, nil, "version", next.Version, "newest", next.Version)
		case !errors.Is(err, errNoRecord):
			return err
		default:
			if rec, err = is.publish(t, who, next, &out); err != nil {
				return err
			}
			rec.Asked = asked
			if err := putLater(t, bucketLetters, key, rec); err != nil {
				return err
			}
			for i, f := range out.Files {
				if err := putLater(t, bucketLetters, key+"/"+versionKey(i), recordOf(f)); err != nil {
					return err
				}
			}
		}
		return out.fill(t, rec, key, next)
	})
	return out, err
}

// fill reads a publication back from its records.
func (p *Publication) fill(t tx, rec publishRecord, key string, next terms.Policy) error {
	p.From, p.Changes, p.Notice, p.Files = rec.From, rec.Changes, rec.Notice.letter(rec.Notice.Asked), nil
	p.Notice.Again = p.Again
	p.Entries = entries(next)
	for _, serial := range rec.Serials {
		l, err := licenseIn(t, serial)
		if err != nil {
			return err
		}
		v, err := view(t, l)
		if err != nil {
			return err
		}
		p.Licenses = append(p.Licenses, v)
	}
	return t.Each(bucketLetters, key+"/", func(_ string, value []byte) error {
		var f answerRecord
		if err := json.Unmarshal(value, &f); err != nil {
			return say(CodeDamaged, err, "file", storeName)
		}
		p.Files = append(p.Files, f.answer())
		return nil
	})
}

func recordOf(a Answer) answerRecord {
	return answerRecord{Name: a.Name, File: a.File, Serials: a.Serials, Device: a.Device, Code: a.Code}
}

// entries are what the changelog says of the policy's own version.
func entries(p terms.Policy) []terms.Change {
	return slices.DeleteFunc(slices.Clone(p.Changes), func(c terms.Change) bool { return c.Version != p.Version })
}

func (is *Issuer) publish(t tx, who identity, next terms.Policy, out *Publication) (publishRecord, error) {
	list, err := reached(t, To{}, next.Product.ID)
	if err != nil {
		return publishRecord{}, err
	}
	var diffs [][]PolicyChange
	newest := list[0]
	for _, rec := range list {
		if rec.Policy.Version >= next.Version {
			return publishRecord{}, say(CodePolicyVersion, nil, "version", next.Version, "newest", rec.Policy.Version)
		}
		if rec.Policy.Version > newest.Policy.Version {
			newest = rec
		}
		diff, err := DiffPolicies(rec.base(), next)
		if err != nil {
			return publishRecord{}, err
		}
		diffs = append(diffs, diff)
	}
	changes := union(diffs...)
	if len(changes) == 0 {
		return publishRecord{}, say(CodePolicySame, nil, "version", next.Version, "newest", newest.Policy.Version)
	}
	told := entries(next)
	if len(told) == 0 {
		return publishRecord{}, say(CodeChangelog, &Uncovered{changes}, "version", next.Version)
	}
	now, err := is.stamp(t)
	if err != nil {
		return publishRecord{}, err
	}
	if out.From.Before(now) {
		out.From = now
	}
	part, err := is.policyNotice(t, newest.base(), next, told, out.From, now)
	if err != nil {
		return publishRecord{}, err
	}
	rec := publishRecord{From: out.From, Changes: changes, Serials: serials(list)}
	for i := range list {
		list[i].follow(next, out.From, now)
		files, err := is.spread(t, who, &list[i], now, "")
		if err != nil {
			return publishRecord{}, err
		}
		for _, f := range files {
			out.Files = append(out.Files, f.answer())
		}
		if err := putLater(t, bucketLicenses, list[i].Serial, list[i]); err != nil {
			return publishRecord{}, err
		}
	}
	audience := To{}.audience()
	l := is.announce(part, audience, list, zoneOf(next))
	w, err := is.seal(t, who, computer{}, now, outgoing{parts: l.parts, audience: audience, slots: l.slots})
	rec.Notice = letterRecord{
		Name: l.name + exchange.Ending(exchange.KindNotice), File: w.file, At: now, Key: who.Signing, Ref: l.ref, Version: l.version,
		Parts: l.parts, Audience: audience,
	}
	return rec, err
}

// policyNotice announces the change, in plain words made from the values that people notice. It stands from now on, so every
// later file brings it until the change is there.
func (is *Issuer) policyNotice(t tx, old, next terms.Policy, told []terms.Change, from, now time.Time) (exchange.Part, error) {
	before, after, err := ruleWords(old, next)
	if err != nil {
		return exchange.Part{}, err
	}
	_, ref, err := is.newRef("P")
	if err != nil {
		return exchange.Part{}, err
	}
	n := terms.Notice{
		ID: "policy-" + next.Product.ID + "-" + versionKey(next.Version), Type: terms.NoticePolicy, Product: next.Product.ID, From: from, Ref: ref,
		Text: joined(told), Old: before, New: after, Policy: next.Version,
	}
	s := statementRecord{At: now, Audience: To{}.audience(), Part: exchange.Part{Kind: exchange.KindNotice, Notice: &n}, Over: from}
	return state(t, n.ID, s)
}

// joined is the text of several changelog entries, in every language that one of them has.
func joined(told []terms.Change) terms.Text {
	languages := map[string]bool{}
	for _, c := range told {
		for lang := range c.Text {
			languages[lang] = true
		}
	}
	all := terms.Text{}
	for lang := range languages {
		var lines []string
		for _, c := range told {
			lines = append(lines, c.Text.In(cmp.Or(lang, "en")))
		}
		all[lang] = strings.Join(lines, " ")
	}
	return all
}
