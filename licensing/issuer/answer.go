package issuer

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// Answer is the signed file that goes back to one computer.
type Answer struct {
	File    []byte
	Name    string // suggested file name
	Words   string // check words of the file
	Again   bool   // the same request was answered before; these are the same bytes
	Refused bool   // nothing was granted; the file says why
	Partly  bool   // some licenses of the key were granted and some refused
	Reason  string // code of the refusal: device_limit, unknown_key, ended
	Serials []string
	Request string
	Device  string
	Code    string
}

// AnswerFile finds the requests in the content of a file (also a mail or an archive) and answers each. Requests that
// cannot be answered do not hold up the others: their errors are joined to what was answered.
// name is for messages. Errors: those of exchange.Read, and of Answer.
func (is *Issuer) AnswerFile(ctx context.Context, name string, data []byte) ([]Answer, error) {
	found, err := exchange.Read(name, data)
	if err != nil {
		return nil, err
	}
	var answers []Answer
	var trouble []error
	requests := 0
	for _, f := range found {
		for _, e := range f.Bundle.Envelopes {
			if _, kind := exchange.PeekHeader(e); kind != "" && kind != exchange.KindRequest {
				continue // a profile or an answer that lies beside it
			}
			requests++
			a, err := is.Answer(ctx, e)
			if err != nil {
				trouble = append(trouble, err)
				continue
			}
			answers = append(answers, a)
		}
	}
	if requests == 0 {
		return nil, say(CodeNoRequest, nil, "file", name)
	}
	return answers, errors.Join(trouble...)
}

// Answer answers one request: with every license of its key, or with a signed refusal. The answer to the same
// request is always the same bytes. Errors: *terms.Problem when the seal is not right, CodeOtherVendor, CodeKindUnknown,
// CodeRequestOver, CodeClockBehind, and those of the working key. On error nothing was recorded.
func (is *Issuer) Answer(ctx context.Context, e exchange.Envelope) (Answer, error) {
	if err := ctx.Err(); err != nil {
		return Answer{}, err
	}
	r, err := exchange.ParseRequest(e)
	if err != nil {
		return Answer{}, err
	}
	signed, err := base64.StdEncoding.DecodeString(e.Payload)
	if err != nil {
		return Answer{}, fmt.Errorf("request: %w", err)
	}
	sum := sha256.Sum256(signed)
	key := hex.EncodeToString(sum[:])
	var rec answerRecord
	again := false
	look := func(t tx) (who identity, err error) {
		if who, err = identityIn(t); err != nil {
			return who, err
		}
		if r.Vendor != who.Vendor {
			return who, say(CodeOtherVendor, nil, "vendor", r.Vendor, "own", who.Vendor)
		}
		rec, again, err = recorded(t, key)
		return who, err
	}
	// Looking first spares a disk write: mails come twice, and people press twice.
	err = is.db.View(func(t tx) error { _, err := look(t); return err })
	if err == nil && !again {
		err = is.db.Update(func(t tx) error {
			who, err := look(t)
			if err != nil || again {
				return err
			}
			if rec, err = is.decide(t, who, r); err != nil {
				return err
			}
			return put(t, bucketAnswers, key, rec)
		})
	}
	if err != nil {
		return Answer{}, err
	}
	a := rec.answer()
	a.Again = again
	return a, nil
}

// recorded finds the answer that a request got before, if it can be handed out again.
func recorded(t tx, key string) (answerRecord, bool, error) {
	rec, err := get[answerRecord](t, bucketAnswers, key)
	if errors.Is(err, errNoRecord) {
		return rec, false, nil
	}
	if err != nil {
		return rec, false, err
	}
	good, err := stillGood(t, rec)
	return rec, good, err
}

// stillGood says whether the profile has not withdrawn the key of an answer meanwhile.
func stillGood(t tx, rec answerRecord) (bool, error) {
	_, profile, err := profilesIn(t)
	if err != nil {
		return false, err
	}
	i := keyAt(profile, rec.Key)
	if i < 0 {
		return false, nil
	}
	limit := profile.Keys[i].NothingAfter
	return limit.IsZero() || !rec.At.After(limit), nil
}

// decide makes the answer to a request that was not answered before, and records places and versions.
func (is *Issuer) decide(t tx, who identity, r exchange.Request) (answerRecord, error) {
	if r.Kind != kindActivate {
		return answerRecord{}, say(CodeKindUnknown, nil, "kind", r.Kind)
	}
	d, err := computerOf(r)
	if err != nil {
		return answerRecord{}, err
	}
	now, err := is.stamp(t)
	if err != nil {
		return answerRecord{}, err
	}
	if now.After(r.Until) {
		return answerRecord{}, say(CodeRequestOver, nil, "until", r.Until.UTC(), "code", d.code)
	}
	_, profile, err := profilesIn(t)
	if err != nil {
		return answerRecord{}, err
	}
	refuse := refuser{is: is, profile: profile, now: now}
	key, err := get[keyRecord](t, bucketKeys, r.KeyHash)
	if errors.Is(err, errNoRecord) {
		refusal, err := refuse.because(reasonUnknownKey, nil, nil)
		if err != nil {
			return answerRecord{}, err
		}
		return is.sealAnswer(t, who, r, d, now, []exchange.Part{refusal}, nil)
	}
	if err != nil {
		return answerRecord{}, err
	}
	var granted, refused []exchange.Part
	var records []licenseRecord
	for _, serial := range key.Serials {
		rec, err := licenseIn(t, serial)
		if err != nil {
			return answerRecord{}, err
		}
		records = append(records, rec)
		part, ok, err := is.grant(t, &rec, d, now, refuse)
		if err != nil {
			return answerRecord{}, err
		}
		if ok {
			granted = append(granted, part)
		} else {
			refused = append(refused, part)
		}
	}
	return is.sealAnswer(t, who, r, d, now, append(granted, refused...), records)
}

const kindActivate = "activate"

// grant gives a license to a computer, or says why not.
func (is *Issuer) grant(t tx, rec *licenseRecord, d computer, now time.Time, refuse refuser) (exchange.Part, bool, error) {
	if !rec.Ends.IsZero() && now.After(rec.Ends) {
		part, err := refuse.because(reasonEnded, rec, nil)
		return part, false, err
	}
	used, full, err := takePlace(t, *rec, d, now)
	if err != nil {
		return exchange.Part{}, false, err
	}
	if full != nil {
		part, err := refuse.because(reasonPlaces, rec, full)
		return part, false, err
	}
	part, err := issue(t, rec, d, used, now)
	return part, true, err
}

// issue makes the license part for one computer, with the next version of its serial.
func issue(t tx, rec *licenseRecord, d computer, used int, now time.Time) (exchange.Part, error) {
	rec.Version++
	l := licenseOf(*rec, now)
	l.Binding = terms.BoundToDevice
	l.Device = &terms.BoundDevice{ID: d.id, Code: d.code, Label: d.label}
	l.Places.Used = used
	part := exchange.Part{Kind: exchange.KindLicense, Version: l.Version, License: &l}
	return part, put(t, bucketLicenses, rec.Serial, *rec)
}

func licenseOf(rec licenseRecord, now time.Time) terms.License {
	return terms.License{
		Serial: rec.Serial, Version: rec.Version, Customer: rec.Customer, Issued: now, Starts: rec.Starts, Ends: rec.Ends,
		KeyHash: rec.KeyHash, Places: terms.PlaceCount{Total: rec.Places}, Policy: rec.Policy,
	}
}

// sealAnswer signs the answer to a request and writes it as a file. The first part is the main one.
func (is *Issuer) sealAnswer(t tx, who identity, r exchange.Request, d computer, now time.Time, parts []exchange.Part, records []licenseRecord) (answerRecord, error) {
	f := outgoing{parts: parts, trace: r.Trace, external: r.ExternalID, answers: &exchange.Answers{Request: r.ID, Nonce: r.Nonce, Device: r.Device.ID}}
	file, name, err := is.seal(t, who, d, now, f)
	if err != nil {
		return answerRecord{}, err
	}
	rec := answerRecord{Name: name, File: file, At: now, Key: who.Signing, Request: r.ID, Device: d.id, Code: d.code}
	for _, l := range records {
		rec.Serials = append(rec.Serials, l.Serial)
	}
	for _, p := range parts {
		if p.Refusal != nil {
			rec.Partly = parts[0].License != nil
			if !rec.Partly {
				rec.Refused = p.Refusal.Code
				break
			}
		}
	}
	return rec, nil
}

func (r answerRecord) answer() Answer {
	return Answer{
		File: r.File, Name: r.Name, Words: wordsOf(r.File), Refused: r.Refused != "", Partly: r.Partly, Reason: r.Refused,
		Serials: r.Serials, Request: r.Request, Device: r.Device, Code: r.Code,
	}
}
