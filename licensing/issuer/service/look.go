package service

import (
	"encoding/base64"
	"encoding/json"

	"holdfast/licensing/exchange"
)

// kindOther stands for every kind of request that is not known here, so that callers cannot invent new ones in log and metrics.
const kindOther = "other"

// sight is what a file says of itself, unverified: enough to follow it and to count who sent it.
type sight struct {
	found            []exchange.Found
	files            int // requests and usage files in it
	key, trace, kind string
}

// look reads the head of the only request or usage file in data. Errors are those of exchange.Read.
func look(data []byte) (sight, error) {
	found, err := exchange.Read("request", data)
	if err != nil {
		return sight{kind: kindOther}, err
	}
	v := sightOf(found)
	if len(found) == 1 && found[0].Problem != nil {
		return v, found[0].Problem
	}
	return v, nil
}

// sightOf is what look sees in a file that was read.
func sightOf(found []exchange.Found) sight {
	v := sight{kind: kindOther, found: found}
	for _, f := range found {
		if f.Problem != nil {
			v.files++
			continue
		}
		var head *exchange.Envelope
		for i, e := range f.Bundle.Envelopes {
			if e.PayloadType == exchange.UsageType { // what travels with it belongs to it
				v.files, head = v.files+1, &f.Bundle.Envelopes[i]
				break
			}
		}
		if head == nil {
			for i, e := range f.Bundle.Envelopes {
				if e.PayloadType == exchange.RequestType {
					v.files, head = v.files+1, &f.Bundle.Envelopes[i]
				}
			}
		}
		if head != nil {
			v.read(*head)
		}
	}
	return v
}

func (v *sight) read(e exchange.Envelope) {
	var p struct {
		KeyID string `json:"keyid"`
		Trace string `json:"trace"`
		Kind  string `json:"kind"`
	}
	b, err := base64.StdEncoding.DecodeString(e.Payload)
	if err != nil || json.Unmarshal(b, &p) != nil {
		return // the desk says what is wrong with it
	}
	if plainToken(p.KeyID) {
		v.key = p.KeyID
	}
	if plainToken(p.Trace) {
		v.trace = p.Trace
	}
	switch {
	case e.PayloadType == exchange.UsageType:
		v.kind = string(exchange.KindUsage)
	case p.Kind == exchange.RequestActivate, p.Kind == exchange.RequestCheckin, p.Kind == exchange.RequestRenew, p.Kind == exchange.RequestMoreTime:
		v.kind = p.Kind
	}
}

// plainToken says whether a text may stand in a header and in a log: short, and of letters, digits, dash, dot and underscore.
func plainToken(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.', c == '_':
		default:
			return false
		}
	}
	return true
}
