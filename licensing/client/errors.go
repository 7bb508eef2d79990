package client

import (
	"errors"
	"fmt"
)

// Errors of this package; test with errors.Is.
var (
	// ErrNoHoldfast says that nobody answered in time. Whether the program goes on is its own decision.
	ErrNoHoldfast = errors.New("client: no Holdfast answers on this account")
	// ErrOlderRecords says that the records of this account are older than they were: a copy was put back, a computer was cloned, or somebody
	// else acknowledged uses. The result beside it is as usual.
	ErrOlderRecords = errors.New("client: the records are older than this program has seen them")
	// ErrNotProven says that something was granted without the signature of the device key, and that the last one is too
	// long ago. The key store of the account may be locked.
	ErrNotProven = errors.New("client: the answer is not signed by this computer's key")
	// ErrVendor says that the documents behind the answer are not signed by the vendor whose root key is compiled in.
	ErrVendor = errors.New("client: the documents are not signed by this program's vendor")
	// ErrLicense says that no license behind the answer covers the product, its version or the feature that was granted.
	ErrLicense = errors.New("client: no license behind the answer covers what it grants")
	// ErrDevice says that the license behind the answer is bound to another computer's key.
	ErrDevice = errors.New("client: the license is for another computer")
	// ErrSignature says that the device key did not sign this answer for this question.
	ErrSignature = errors.New("client: the signature does not match the answer")
	// ErrAnswer says that the answer cannot be read, or answers another question.
	ErrAnswer = errors.New("client: the answer is not one to this question")
)

// Refused is what the endpoint had to say against a request. Code is stable; Text is for a person.
type Refused struct {
	Status int
	Code   string
	Text   string
}

func (r *Refused) Error() string { return fmt.Sprintf("client: %s (%d): %s", r.Code, r.Status, r.Text) }
