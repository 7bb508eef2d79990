package issuer

import (
	"time"

	"holdfast/licensing/exchange"
)

// bucketBriefs keeps the short answers of before the fifth version of the store: hex SHA-256 of a request's signed bytes → briefRecord, and
// "at/" day "/" the same hash → nothing, so that old ones are found.
const bucketBriefs = "briefs"

// briefRecord is a short answer as it was handed out.
type briefRecord struct {
	At       time.Time         `json:"at"`
	Key      string            `json:"key"` // id of the key that signed
	Request  string            `json:"request"`
	Device   string            `json:"device"`
	Code     string            `json:"code"`
	Envelope exchange.Envelope `json:"envelope"`
}

// answer is the same as others are kept.
func (b briefRecord) answer() answerRecord {
	return answerRecord{
		Name: fileName(exchange.KindStanding, nil, b.Code), Kind: exchange.KindStanding, Brief: true, Envelopes: []exchange.Envelope{b.Envelope},
		At: b.At, Key: b.Key, Request: b.Request, Device: b.Device, Code: b.Code,
	}
}
