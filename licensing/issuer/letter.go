package issuer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

// Letter is a signed file that answers no request: an extension, a notice, a hold or a withdrawal.
type Letter struct {
	File    []byte
	Name    string // suggested file name
	Words   string // check words of the file
	Ref     string // reference that people name
	Version int    // of a state; grows with every change of the same subject
	Until   time.Time
	Serials []string // licenses that it is about; none: everybody
	Parts   []exchange.Part
	Again   bool // the order was known; these are the same bytes
	Differs bool // it was known with other content, which stays
}

// letter is what a verb wants to sign.
type letter struct {
	parts    []exchange.Part
	audience *exchange.Audience
	name     string
	ref      string
	version  int
	until    time.Time
	serials  []string
	slots    map[string]any // for the first line
}

// write signs what write makes, once for every order; "" is no order. A repeated order gives the same bytes. When the key that
// signed them was withdrawn meanwhile, the same parts are signed again: nothing is granted or said twice.
func (is *Issuer) write(ctx context.Context, verb, order string, asked any, make func(t tx, now time.Time) (letter, error)) (Letter, error) {
	var out Letter
	if err := ctx.Err(); err != nil {
		return out, err
	}
	sum, err := digest(asked)
	if err != nil {
		return out, err
	}
	err = is.db.Update(func(t tx) error {
		who, err := identityIn(t)
		if err != nil {
			return err
		}
		key := verb + "/" + order
		rec, err := get[letterRecord](t, bucketLetters, key)
		known := err == nil && order != ""
		if err != nil && !errors.Is(err, errNoRecord) {
			return err
		}
		if known {
			good, err := stillGood(t, rec)
			if err != nil || good {
				out = rec.letter(sum)
				return err
			}
		}
		now, err := is.stamp(t)
		if err != nil {
			return err
		}
		l := letter{parts: rec.Parts, audience: rec.Audience, name: rec.Name, ref: rec.Ref, version: rec.Version, until: rec.Until, serials: rec.Serials}
		if !known {
			if l, err = make(t, now); err != nil {
				return err
			}
			rec.Asked = sum
		}
		w, err := is.seal(t, who, computer{}, now, outgoing{parts: l.parts, audience: l.audience, external: order, slots: l.slots})
		if err != nil {
			return err
		}
		rec = letterRecord{
			Asked: rec.Asked, Name: l.name + exchange.Ending(l.parts[0].Kind), File: w.file, At: now, Key: who.Signing,
			Ref: l.ref, Version: l.version, Until: l.until, Serials: l.serials, Parts: l.parts, Audience: l.audience,
		}
		if known {
			rec.Name = l.name // has its ending
		}
		out = rec.letter(sum)
		out.Again = known
		if order == "" {
			return nil
		}
		return putLater(t, bucketLetters, key, rec)
	})
	return out, err
}

func (rec letterRecord) letter(asked string) Letter {
	return Letter{
		File: rec.File, Name: rec.Name, Words: wordsOf(rec.File), Ref: rec.Ref, Version: rec.Version, Until: rec.Until, Serials: rec.Serials,
		Parts: rec.Parts, Again: true, Differs: asked != rec.Asked,
	}
}

// digest tells two orders apart.
func digest(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("compare orders: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16]), nil
}

// newRef makes an id and the reference that people name: a letter for its kind and eight digits.
func (is *Issuer) newRef(letter string) (id, ref string, err error) {
	if id, err = is.o.newID(); err == nil {
		ref = letter + "-" + strings.ToUpper(id[:8])
	}
	return id, ref, err
}

// text says something in every language that Holdfast speaks: it travels to people whose language is not known here.
func text(id string, slots map[string]any) (terms.Text, error) {
	all := terms.Text{}
	for _, lang := range plain.Languages() {
		s, err := plain.New(lang)
		if err != nil {
			return nil, err
		}
		all[lang] = s.Text(id, slots)
	}
	return all, nil
}

// about names the product of licenses for a file name: the first one's, and how many more there are.
func about(list []licenseRecord) string {
	names := map[string]bool{}
	for _, rec := range list {
		names[rec.Policy.Product.ID] = true
	}
	if len(list) == 0 {
		return "all"
	}
	name := safeName(productName(list[0].Policy.Product))
	if n := len(names); n > 1 {
		name += fmt.Sprintf("-and-%d-more", n-1)
	}
	return name
}

func serials(list []licenseRecord) []string {
	var all []string
	for _, rec := range list {
		all = append(all, rec.Serial)
	}
	return all
}
