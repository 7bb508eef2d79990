package licensing

import (
	"context"
	"errors"

	"holdfast/licensing/usage"
)

var errNotYet = errors.New("not yet") // skeleton: replaced while the parts are built

// RecordUsage makes events durable, in order, and returns what became of each.
func (e *Engine) RecordUsage(ctx context.Context, events []UsageEvent) ([]Recorded, error) {
	return nil, errNotYet
}

// UsageRows calls fn for the entries of a vendor's ledger from number from on, oldest first.
func (e *Engine) UsageRows(ctx context.Context, vendor string, from uint64, fn func(usage.Row) error) error {
	return errNotYet
}

// DraftUsage makes the usage file of everything without a receipt, and shows everything that is in it. Nothing has left then.
func (e *Engine) DraftUsage(ctx context.Context, o UsageOptions) (UsageDraft, error) {
	return UsageDraft{}, errNotYet
}

// UsageLeft records that the draft was saved under a name, to be carried or mailed to the vendor.
func (e *Engine) UsageLeft(ctx context.Context, draftID, name string) error { return errNotYet }

// SetUsageLevel keeps a person's choice of level for a vendor.
func (e *Engine) SetUsageLevel(ctx context.Context, vendor, level string) error { return errNotYet }

// Receipts are those of all vendors, newest first.
func (e *Engine) Receipts() []ReceiptView { return nil }

// Prove signs nonce and answer with the device key.
func (e *Engine) Prove(product, nonce string, answer []byte) (Proof, error) { return Proof{}, errNotYet }
