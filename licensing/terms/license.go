package terms

import "time"

// Binding says to what a license is bound.
type Binding string

// How a license finds its computer.
const (
	BoundToDevice   Binding = "device"    // to one computer's key
	BoundToFirstUse Binding = "first_use" // to the first computer that opens it
	BoundToSite     Binding = "site"      // to every computer of the customer's site
)

// License is the state part of a response that grants rights. Times are UTC. It is complete: the highest
// Version of a Serial replaces every lower one.
type License struct {
	Serial   string       `json:"serial"`
	Version  int          `json:"version"`
	Customer string       `json:"customer,omitempty"` // opaque, or a name when the vendor wrote one
	Binding  Binding      `json:"binding"`
	Device   *BoundDevice `json:"device,omitempty"` // for BoundToDevice
	Issued   time.Time    `json:"issued"`
	Starts   time.Time    `json:"starts,omitzero"`
	Ends     time.Time    `json:"ends,omitzero"`      // zero: no end
	KeyHash  string       `json:"key_hash,omitempty"` // hex SHA-256 of the license key it came from
	Places   PlaceCount   `json:"places,omitzero"`
	Policy   Policy       `json:"policy"`
	Overlap  *Overlap     `json:"overlap,omitempty"` // after a change of the policy
}

// BoundDevice is the computer that a license is for.
type BoundDevice struct {
	ID    string `json:"id"`   // hex SHA-256 of the device's public key
	Code  string `json:"code"` // short form that people read, such as 7F3A-2C91
	Label string `json:"label,omitempty"`
}

// PlaceCount says how many computers may hold the license and how many did when it was issued.
type PlaceCount struct {
	Total int `json:"total"`
	Used  int `json:"used"`
}
