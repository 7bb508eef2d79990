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
)

// Answer is the signed file that goes back to one computer.
type Answer struct {
	File    []byte
	Name    string // suggested file name
	Words   string // check words of the file
	Again   bool   // the same request was answered before; these are the same bytes
	Brief   bool   // a check-in that finds nothing new; the file says no more than that
	Refused bool   // nothing was granted; the file says why
	Partly  bool   // some licenses of the key were granted and some refused
	Reason  string // code of the refusal: device_limit, unknown_key, ended, withdrawn, unknown_place, unknown_license, declined
	Serials []string
	// Withdrawn are those of Serials that the answer withdraws. Until is more time that was granted, and EndsFirst says that a
	// license end cut it short. Agent is the person who decided; "" when nobody had to.
	Withdrawn []string
	Until     time.Time
	EndsFirst bool
	Agent     string
	Request   string
	Trace     string
	Device    string
	Code      string
	At        time.Time // signed at
	// Receipt says what was counted, when this is the answer to a usage file; nil otherwise.
	Receipt *Counting

	packed []byte // what Pack makes of it, when it is at hand
}

// Pack is the answer in the compact form, see exchange.Pack.
func (a Answer) Pack() ([]byte, error) {
	if a.packed != nil {
		return a.packed, nil
	}
	return exchange.Pack(a.File)
}

// AnswerFile finds the requests and usage files in the content of a file (also a mail or an archive) and answers each. Those that
// cannot be answered do not hold up the others: their errors are joined to what was answered.
// name is for messages. Errors: those of exchange.Read, of Answer and of Receive.
func (is *Issuer) AnswerFile(ctx context.Context, name string, data []byte) ([]Answer, error) {
	return is.DecideFile(ctx, name, data, Decision{})
}

// DecideFile is AnswerFile with a person's decision for the requests in it that need one.
func (is *Issuer) DecideFile(ctx context.Context, name string, data []byte, by Decision) ([]Answer, error) {
	found, err := exchange.Read(name, data)
	if err != nil {
		return nil, err
	}
	return is.decideFound(ctx, name, found, by)
}

// AnswerFound is AnswerFile for what exchange.Read found in a file.
func (is *Issuer) AnswerFound(ctx context.Context, name string, found []exchange.Found) ([]Answer, error) {
	return is.decideFound(ctx, name, found, Decision{})
}

// AnswerPacked is AnswerFound for a caller who uses what Pack makes of the answers and nothing else: they may have no File and no Words.
func (is *Issuer) AnswerPacked(ctx context.Context, name string, found []exchange.Found) ([]Answer, error) {
	return is.decideFound(ctx, name, found, Decision{packed: true})
}

func (is *Issuer) decideFound(ctx context.Context, name string, found []exchange.Found, by Decision) ([]Answer, error) {
	var answers []Answer
	var trouble []error
	requests := 0
	for _, f := range found {
		if f.Problem != nil { // one of several cannot be read
			requests++
			trouble = append(trouble, f.Problem)
			continue
		}
		if e, ok := usageIn(f); ok {
			requests++
			a, err := is.receive(ctx, f, e, by.packed)
			if err != nil {
				trouble = append(trouble, err)
				continue
			}
			answers = append(answers, a)
			continue
		}
		for _, e := range f.Bundle.Envelopes {
			if e.PayloadType != exchange.RequestType && !mayBeRequest(e) {
				continue // a profile or an answer that lies beside it
			}
			requests++
			a, err := is.Decide(ctx, e, by)
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

// mayBeRequest says whether an envelope could be a request that this build does not know, or a damaged one: nothing that says it is
// something else.
func mayBeRequest(e exchange.Envelope) bool {
	_, kind := exchange.PeekHeader(e)
	return kind == "" || kind == exchange.KindRequest
}

// Answer answers one request: to activate with every license of its key, a check-in, a renewal or more time with every license that it
// names, or with a signed refusal. The answer to the same
// request is always the same bytes, for 90 days when it is a check-in that no person decided. Errors: *terms.Problem when the seal is not right, CodeOtherVendor, CodeKindUnknown,
// CodeRequestOver, CodeNeedsPerson, CodeTooMany, CodeClockBehind, CodeClockAhead, and those of the working key. On error nothing was
// recorded.
func (is *Issuer) Answer(ctx context.Context, e exchange.Envelope) (Answer, error) {
	return is.Decide(ctx, e, Decision{})
}

// Decide is Answer with a person's decision, which counts where one is needed and is left alone elsewhere. Errors besides those
// of Answer: CodeSecondNeeded, CodeSecondSame, CodeValue.
func (is *Issuer) Decide(ctx context.Context, e exchange.Envelope, by Decision) (Answer, error) {
	if err := ctx.Err(); err != nil {
		return Answer{}, err
	}
	r, err := exchange.ParseRequest(e)
	if err != nil {
		return Answer{}, err
	}
	key, err := payloadKey(e)
	if err != nil {
		return Answer{}, fmt.Errorf("request: %w", err)
	}
	d, err := computerOf(r)
	if err != nil {
		return Answer{}, err
	}
	var a Answer
	var k known
	needs := asked(signingNeeds, answerNeeds(key), meetingNeeds(r, d))
	err = is.db.For(ctx, needs, repeatable, early).Update(func(t tx) (err error) {
		if k, err = is.addressee(t, r.Vendor); err != nil {
			return err
		}
		rec, again, err := recorded(t, key, k)
		if err == nil && !again {
			rec.answerRecord, err = is.made(t, key, k, r, d, by)
		}
		if err == nil {
			a, err = is.handed(rec, k.profile, by.packed)
			a.Again = again
		}
		return err
	})
	if err != nil {
		return Answer{}, err
	}
	is.memory.keep(k)
	if !a.Again {
		is.prune(ctx, a.At)
	}
	a.Trace = r.Trace
	return a, nil
}

// made makes and records the answer to a request that was not answered before.
func (is *Issuer) made(t tx, key string, k known, r exchange.Request, d computer, by Decision) (answerRecord, error) {
	short, err := is.brief(t, k, r, d)
	if err != nil {
		return answerRecord{}, err
	}
	if short != nil {
		return *short, is.keepRecent(t, key, receiptRecord{answerRecord: *short})
	}
	rec, err := is.decide(t, k, r, d, by)
	switch {
	case err != nil:
	case fades(r, rec):
		err = is.keepRecent(t, key, receiptRecord{answerRecord: rec})
	default:
		if err = raise(t, storeRecent); err == nil {
			err = put(t, bucketAnswers, key, rec)
		}
	}
	return rec, err
}

// meetingNeeds are the records that the answer to a request is probably made of, besides those that each request needs.
func meetingNeeds(r exchange.Request, d computer) asking {
	all := asked(indexNeeds(d.id), needAll(bucketStatements, string(exchange.KindNotice)+"/"))
	if r.KeyHash != "" {
		all = asked(all, need(bucketKeys, r.KeyHash))
	}
	for _, l := range r.Licenses[:min(len(r.Licenses), maxNamed)] {
		all = asked(all, licenseNeeds(l.Serial))
		if mayBeBrief(r) { // the places of others are no matter then
			all = asked(all, need(bucketPlaces, l.Serial+"/"+d.id))
		} else {
			all = asked(all, needAll(bucketPlaces, l.Serial+"/"))
		}
	}
	return all
}

// licenseNeeds are the records that an answer about a license is made of, without places.
func licenseNeeds(serial string) asking {
	return asked(need(bucketLicenses, serial),
		need(bucketStatements, statementKey(exchange.KindRevocation, serial), statementKey(exchange.KindHold, serial)),
		needAll(bucketGrants, reachKey(exchange.Audience{Scope: scopeAll}), reachKey(exchange.Audience{Scope: scopeLicense, ID: serial})))
}

// signingNeeds are the records that every signature needs.
var signingNeeds = asked(need(bucketMeta, metaIdentity, metaClock), needAll(bucketProfiles, ""))

// payloadKey names what was answered: the hex SHA-256 of its signed bytes.
func payloadKey(e exchange.Envelope) (string, error) {
	signed, err := base64.StdEncoding.DecodeString(e.Payload)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(signed)
	return hex.EncodeToString(sum[:]), nil
}

// addressee is who signs, when what came was meant for this vendor. Errors: CodeOtherVendor.
func (is *Issuer) addressee(t tx, vendor string) (known, error) {
	who, err := identityIn(t)
	if err == nil && vendor != who.Vendor {
		err = say(CodeOtherVendor, nil, "vendor", vendor, "own", who.Vendor)
	}
	if err != nil {
		return known{}, err
	}
	return is.knownFor(t, who)
}

// answerNeeds are the records in which the answer to a request stands.
func answerNeeds(key string) asking {
	return asked(recentNeeds(key), need(bucketAnswers, key), need(bucketBriefs, key))
}

// recorded finds the answer that a request got before, if it can be handed out again.
func recorded(t tx, key string, k known) (receiptRecord, bool, error) {
	rec, err := recentIn(t, key)
	if errors.Is(err, errNoRecord) {
		rec.answerRecord, err = get[answerRecord](t, bucketAnswers, key)
	}
	if errors.Is(err, errNoRecord) {
		var b briefRecord
		b, err = get[briefRecord](t, bucketBriefs, key)
		rec.answerRecord = b.answer()
	}
	if errors.Is(err, errNoRecord) {
		return receiptRecord{}, false, nil
	}
	return rec, err == nil && k.good(rec.Key, rec.At), err
}

// good says whether the profile has not withdrawn the key of something that was signed at a time.
func (k known) good(key string, at time.Time) bool {
	i := keyAt(k.profile, key)
	if i < 0 {
		return false
	}
	limit := k.profile.Keys[i].NothingAfter
	return limit.IsZero() || !at.After(limit)
}

// stillGood is good for a letter.
func stillGood(t tx, rec letterRecord) (bool, error) {
	_, profile, err := profilesIn(t)
	return err == nil && known{profile: profile}.good(rec.Key, rec.At), err
}

// decide makes the answer to a request that was not answered before, and records places and versions.
func (is *Issuer) decide(t tx, k known, r exchange.Request, d computer, by Decision) (answerRecord, error) {
	switch r.Kind {
	case exchange.RequestActivate, exchange.RequestCheckin, exchange.RequestRenew, exchange.RequestMoreTime:
	default:
		return answerRecord{}, say(CodeKindUnknown, nil, "kind", r.Kind)
	}
	now, err := is.stamp(t)
	if err != nil {
		return answerRecord{}, err
	}
	// A check-in may be what puts the computer's date right: its own idea of the date refuses nothing.
	if r.Kind == exchange.RequestActivate && now.After(r.Until) {
		return answerRecord{}, say(CodeRequestOver, nil, "until", r.Until.UTC(), "code", d.code)
	}
	v := is.visit(t, k, r, d, now)
	v.by = by
	if r.Kind == exchange.RequestActivate {
		err = v.activate()
	} else {
		err = v.meet()
	}
	if err != nil {
		return answerRecord{}, err
	}
	return v.seal()
}

// handed is an answer as it goes out: packed, or as a file.
func (is *Issuer) handed(rec receiptRecord, p exchange.Profile, packed bool) (a Answer, err error) {
	var small []byte
	switch line := rec.Line; {
	case len(rec.Envelopes) == 0: // an old one, that has its file
	case packed:
		small, err = exchange.Compact(rec.Envelopes...)
	default:
		if rec.Brief { // its line is written anew; what is signed is not
			line = is.firstLine(rec.Kind, p, map[string]any{"code": rec.Code})
		}
		rec.File, err = exchange.Armor(rec.Kind, line, rec.Envelopes...)
	}
	a = rec.answer()
	a.packed = small
	return a, err
}

func (r answerRecord) answer() Answer {
	return Answer{
		File: r.File, Name: r.Name, Words: wordsOf(r.File), Refused: r.Refused != "", Brief: r.Brief, Partly: r.Partly, Reason: r.Refused,
		Serials: r.Serials, Request: r.Request, Device: r.Device, Code: r.Code, At: r.At,
		Withdrawn: r.Withdrawn, Until: r.Until, EndsFirst: r.EndsFirst, Agent: r.Agent,
	}
}
