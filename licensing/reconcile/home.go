package reconcile

import (
	"context"
	"time"
)

// Home is what a Runner needs of the engine. Every call returns soon, or when its context ends.
type Home interface {
	// ContactVendors are the trusted vendors, each with what waits for a contact. It reads no file and asks no key store.
	ContactVendors() []Vendor
	// CheckInCall makes a check-in for all licenses of a vendor. full asks for everything again, although the vendor's newest
	// answer was taken. No license of the vendor here: ok is false.
	CheckInCall(ctx context.Context, root string, full bool) (c Call, ok bool, err error)
	// WaitingCalls are the requests to a vendor that wait for their answers, oldest first.
	WaitingCalls(ctx context.Context, root string) ([]Call, error)
	// UsageCall makes a usage file of at most most bytes of content, or returns the one that waits for its receipt. Nothing to
	// report: ok is false.
	UsageCall(ctx context.Context, root string, most int) (c Call, ok bool, err error)
	// TakeAnswer imports what came back for c.
	TakeAnswer(ctx context.Context, root string, c Call, answer []byte) (Taken, error)
	// KeepContact records a contact that ended, and shows when the next one is planned.
	KeepContact(ctx context.Context, c Contact) error
	// ShowContact shows a contact that ended like those before it and has no record of its own yet.
	ShowContact(c Contact)
	// ShowPlan shows what is planned, or under way, for a vendor.
	ShowPlan(root string, p Plan)
}

// Vendor is a vendor to contact, with the facts that its next contact depends on.
type Vendor struct {
	Root string
	Name string
	URLs []string // addresses of its service, in the order to try
	// Now is the decision time for this vendor at this look; zero: the wall clock.
	Now time.Time
	// LastOK is when a contact succeeded last, LastTry when one ended last; decision times.
	LastOK, LastTry time.Time
	Cause           Cause     // of the last one
	Failures        int       // contacts in a row up to the last one that did not succeed, as far as they are recorded
	RetryAt         time.Time // when the service asked for the next one, if it did
	Licenses        int       // held here
	Requests        int       // that wait for an answer
	RequestAt       time.Time // when the newest of them was made
	Usage           uint64
	UsageSince      time.Time // when the oldest use that waits was recorded
	// UsagePromised: a person was told that usage leaves from UsageSince on. It then waits neither for power nor for another line, and
	// leaves spread, however much it is.
	UsagePromised bool
	// NextDate is the nearest date that a contact would move: offline time, license end, usage due, an answer to a hold; zero: none.
	// MoveFrom is when it begins to matter.
	NextDate, MoveFrom time.Time
}
