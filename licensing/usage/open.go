package usage

import (
	"crypto/ed25519"
	"crypto/hpke"
	"errors"
	"fmt"
	"sync"
	"time"

	"holdfast/licensing/exchange"
)

// Opened is a usage file that was opened with the vendor's key. Every epoch in it was rebuilt, entry by entry, and compared with the
// close that the device signed.
type Opened struct {
	File   exchange.Usage
	Epochs []Proven // in order of their numbers
	// Findings are those of the whole file; those of an epoch are with it.
	Findings []Finding

	packed  []*packed
	signers []ed25519.PublicKey // the present key of the device and its former ones
	keys    func(id string) (hpke.PrivateKey, error)
}

// Owner is the device that the epochs in the file name, which the ledger belongs to: the sender, or the one that it was before it lost
// its key; else the sender is another one. Epochs that can be counted are believed first.
func (o Opened) Owner() string {
	for i := range o.Epochs {
		if o.Epochs[i].counts() {
			return o.Epochs[i].device
		}
	}
	for i := range o.Epochs {
		if device := o.Epochs[i].device; device != "" {
			return device
		}
	}
	return o.File.Device.ID
}

// Proven is what one epoch of a usage file says. Fault is "" when the chain and the signed close prove all of it; else the code of the
// finding that says why not, and then nothing of it is counted. With not_signed its entries are whole and no close says so: it waits until
// its close comes, or until a later epoch, which is proven, calls it damaged; then it is counted as far as it goes.
type Proven struct {
	Number   uint64    `json:"number"`
	First    uint64    `json:"first"`
	Last     uint64    `json:"last"`
	Start    string    `json:"start"`               // hex head before its first entry: the same for copies of one epoch
	Previous string    `json:"previous,omitempty"`  // hex
	Behind   bool      `json:"behind,omitempty"`    // Previous is the head of an epoch that was left open for a time
	Damaged  []uint64  `json:"damaged,omitempty"`   // numbers of earlier epochs that it calls damaged
	LostFrom uint64    `json:"lost_from,omitempty"` // entries that are lost with them
	LostTo   uint64    `json:"lost_to,omitempty"`
	Head     string    `json:"head"`
	Close    string    `json:"close"` // hex hash of the close; without one, the head
	Key      string    `json:"key"`
	Sums     []Sum     `json:"sums"` // by product, meter and day
	Since    []Sum     `json:"since,omitempty"`
	Sessions string    `json:"sessions,omitempty"` // base64 of the first 4 random bytes of each
	Events   uint64    `json:"events"`
	Unread   uint64    `json:"unread,omitempty"`
	From     time.Time `json:"from,omitzero"`
	To       time.Time `json:"to,omitzero"`
	Early    *Session  `json:"early,omitempty"` // first and last session, for the clock
	Final    *Session  `json:"final,omitempty"`
	Fault    string    `json:"fault,omitempty"`
	Findings []Finding `json:"findings,omitempty"`

	device string // that its header names
	index  int    // of packed; -1 when it was kept without its entries
	of     *Opened
}

// Open opens a usage file: env is its first envelope and sealed the bytes beside it, as exchange.Read gives them. keys returns the
// vendor's private key for the id of a sealing key. The error is a *terms.Problem when the file is not what its device signed, or
// the error of keys when the file itself cannot be opened. What is wrong with single epochs is in their findings instead.
func Open(env exchange.Envelope, sealed []byte, keys func(id string) (hpke.PrivateKey, error)) (Opened, error) {
	u, err := exchange.ParseUsage(env)
	if err != nil {
		return Opened{}, err
	}
	return OpenFace(u, sealed, keys)
}

// OpenFace is Open for a face that exchange.ParseUsage verified.
func OpenFace(u exchange.Usage, sealed []byte, keys func(id string) (hpke.PrivateKey, error)) (Opened, error) {
	var signers []ed25519.PublicKey
	for _, key := range append([]string{u.Device.Public}, u.Former...) {
		public, err := exchange.DecodeKey(key)
		if err != nil {
			return Opened{}, changed(err)
		}
		signers = append(signers, public)
	}
	switch {
	case u.Sealed.Unpacked > maxContent:
		return Opened{}, tooLarge(fmt.Errorf("%d bytes unpacked", u.Sealed.Unpacked))
	case int64(len(sealed)) != u.Sealed.Size || hexSum(sealed) != u.Sealed.SHA256:
		return Opened{}, changed(errors.New("the sealed bytes are not those that were signed"))
	}
	private, err := keys(u.Sealed.Key)
	if err != nil {
		return Opened{}, err
	}
	content, err := openContent(sealed, u, private)
	if err != nil {
		return Opened{}, err
	}
	epochs, err := unpack(content)
	if err != nil {
		return Opened{}, malformed(err)
	}
	if s, err := (span{}).of(epochs); err != nil {
		return Opened{}, malformed(err)
	} else if face := (span{u.FromEpoch, u.ToEpoch, u.First, u.Last, u.Entries, u.Close}); s != face {
		return Opened{}, malformed(fmt.Errorf("the content has %v, its face says %v", s, face))
	}
	o := Opened{File: u, packed: epochs, signers: signers, keys: remembered(keys)}
	if err := o.proveAll(); err != nil {
		return Opened{}, malformed(err)
	}
	return o, nil
}

// remembered asks keys for each id once, as making a private key takes longer than opening a small epoch.
func remembered(keys func(id string) (hpke.PrivateKey, error)) func(id string) (hpke.PrivateKey, error) {
	var mu sync.Mutex
	known := map[string]hpke.PrivateKey{}
	return func(id string) (hpke.PrivateKey, error) {
		mu.Lock()
		defer mu.Unlock()
		if key, ok := known[id]; ok {
			return key, nil
		}
		key, err := keys(id)
		if err == nil {
			known[id] = key
		}
		return key, err
	}
}

func (o *Opened) proveAll() error {
	for i := range o.packed {
		p, err := o.prove(i, reading{sums: tally{}})
		if err != nil {
			return err
		}
		o.Epochs = append(o.Epochs, p)
	}
	o.clocks()
	if owner := o.Owner(); owner != o.File.Device.ID {
		o.Findings = append(o.Findings, finding("other_device", o.File.Ledger, 0, 0, "device", owner, "sender", o.File.Device.ID))
	}
	return nil
}

// Rows calls fn for every entry of the file in readable form, also of epochs that are not proven. An error of fn ends it.
func (o Opened) Rows(fn func(Row) error) error {
	for i := range o.packed {
		if _, err := o.prove(i, reading{sums: tally{}, rows: fn}); err != nil {
			return err
		}
	}
	return nil
}

// Contents is everything in the file, for a backend that reads it without a store.
func (o Opened) Contents() (Contents, error) {
	c := Contents{Schema: ContentsSchema, File: o.File, Epochs: []Epoch{}, Rows: []Row{}}
	sums := tally{}
	for i, p := range o.packed {
		e, err := p.face()
		if err != nil {
			return Contents{}, err
		}
		e.Closed, e.Unread = o.Epochs[i].Since, o.Epochs[i].Unread
		c.Epochs = append(c.Epochs, e)
		_, err = o.prove(i, reading{sums: sums, rows: func(r Row) error {
			c.Rows = append(c.Rows, r)
			return nil
		}})
		if err != nil {
			return Contents{}, err
		}
	}
	c.Sums = sums.list()
	return c, nil
}
