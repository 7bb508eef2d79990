package reconcile

import (
	"context"
	"time"
)

// Carrier makes exchanges with a vendor's service.
type Carrier interface {
	// Open prepares one contact with the service at the addresses, which are tried in their order. It does not touch the network.
	Open(urls []string) Line
}

// Line is one contact's way to a service. It is used by one goroutine.
type Line interface {
	// Carry makes one exchange, or says why there was none. It returns when ctx ends, whatever the network does.
	Carry(ctx context.Context, c Call) Carried
	Close()
}

// Carried is what became of one exchange. There is an Answer when there is no Cause, and with CauseOutage when the service signed it.
type Carried struct {
	Cause  Cause
	Detail Detail
	Answer []byte // the file, unpacked
	Host   string // host and port that answered, or were tried last
	Class  Class
	Sent   int64 // bytes of the request body on the wire
	Came   int64 // the same of the answer
	Trace  string
	Again  bool // the service had given out the same bytes before
	// RetryAfter is how long the service asked to wait, LongestRetryAfter at most.
	RetryAfter time.Duration
	Status     int    // of HTTP; 0: no answer
	Code       string // of a problem that the service named
	// Err is for logs: it names no password and is not shown to people.
	Err error
}

// elsewhere says that no signed or binding word of the vendor came, so that another address may do better.
func (c Carried) elsewhere() bool {
	switch c.Cause {
	case "", CauseStopped, CauseHere, CauseCAFile, CauseProxy, CauseCaptive, CauseOutage, CauseWaiting:
		return false
	case CauseBusy:
		return c.Status != 429 // it is the vendor that counts, not one of its computers
	}
	return true
}

// causes are in the order in which they can meet a contact: of several addresses the one that got farthest tells most.
var causes = []Cause{
	CauseStopped, CauseHere, CauseCAFile, CauseNoNetwork, CauseDNS, CauseRefused, CauseProxyAway, CauseProxy, CauseCaptive,
	CauseIntercepted, CauseExpired, CauseEarly, CauseOtherName, CauseCertificate, CauseTimeout, CauseCut, CauseNotService, CauseServer, CauseBusy, CauseOutage, CauseAnswer, CauseOther, CauseDeclined, CauseWaiting,
}

func farther(a, b Cause) bool {
	for _, c := range causes {
		switch c {
		case a:
			return false
		case b:
			return true
		}
	}
	return false
}
