package licensing

import (
	"maps"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/exchange"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// records is the state of a home: what all journal records together say. It only ever changes through apply,
// so replaying the journal gives the same records again.
type records struct {
	Seq        uint64
	Head       string
	Vendors    map[string]vendorRecord     // by first trusted root key id
	Licenses   map[string]*licenseRecord   // by vendor root + "/" + serial
	Requests   map[string]*requestRecord   // by id
	Documents  map[string]*documentRecord  // by hash
	Keys       map[string]keyRecord        // by hash of the license key
	Parts      map[string]*partRecord      // by vendor root + "/" + kind + "/" + subject
	Grace      map[string]graceRecord      // what the grace ledger said last, by vendor root + "/" + product
	Usage      map[string]usageRecord      // by vendor root
	UsageFiles map[string]*usageFileRecord // by id
	Contacts   map[string]contactRecord    // by vendor root
	Home       homeRecord
	// changes counts how often anything but documents, grace and home changed, for what is made from it once.
	changes uint64
}

type vendorRecord struct {
	Root     string           `json:"root"`    // first trusted root key id: the vendor's identity here
	Current  string           `json:"current"` // base64 public root key that signs now
	Document string           `json:"document"`
	Trusted  time.Time        `json:"trusted"`
	Former   []string         `json:"former,omitempty"` // key ids of roots that were succeeded: never trusted again
	Profile  exchange.Profile `json:"profile,omitzero"`
}

type licenseRecord struct {
	Root      string        `json:"root"`
	Serial    string        `json:"serial"`
	Version   int           `json:"version"`
	Document  string        `json:"document"`
	KeyID     string        `json:"keyid"`
	Taken     time.Time     `json:"taken"`
	FirstUsed time.Time     `json:"first_used,omitzero"`
	Profile   string        `json:"profile,omitempty"` // hash of the profile that verified it: what is held stays
	License   terms.License `json:"license,omitzero"`
}

func (l licenseRecord) key() string { return l.Root + "/" + l.Serial }

type requestRecord struct {
	ID       string             `json:"id"`
	Kind     string             `json:"kind"`
	Vendor   string             `json:"vendor"` // root
	KeyHash  string             `json:"key_hash,omitempty"`
	Nonce    string             `json:"nonce"`
	Product  string             `json:"product,omitempty"`
	Wanted   time.Time          `json:"wanted,omitzero"`
	Restored bool               `json:"restored,omitempty"` // as the request says
	Changed  bool               `json:"changed,omitempty"`
	Lower    time.Time          `json:"lower,omitzero"` // the lower bound when it was made: an answer proves that it was no later
	Created  time.Time          `json:"created"`
	Until    time.Time          `json:"until"`
	File     string             `json:"file,omitempty"`
	State    terms.RequestState `json:"state"`
	Refusal  *terms.Refusal     `json:"refusal,omitempty"`
	Answer   string             `json:"answer,omitempty"` // hash of the document that closed it
	Closed   time.Time          `json:"closed,omitzero"`
	Envelope exchange.Envelope  `json:"envelope"`
}

type documentRecord struct {
	Hash  string        `json:"hash"`
	Kind  exchange.Kind `json:"kind"`
	Root  string        `json:"root,omitempty"`
	Name  string        `json:"name,omitempty"`
	Taken time.Time     `json:"taken"`
	// Serial, Issued and Words (check words of the whole file that it came in) are for lists. Records of before have none.
	Serial string    `json:"serial,omitempty"`
	Issued time.Time `json:"issued,omitzero"`
	Words  string    `json:"words,omitempty"`
	// Pending: it has parts that this version does nothing with; a later one can look at it again. Looked is which version of
	// this program's knowledge of parts looked last, see partsKnown.
	Pending bool `json:"pending,omitempty"`
	Looked  int  `json:"looked,omitempty"`
}

// keyRecord holds a license key from a welcome file. It is a secret: it stays in sealed records.
type keyRecord struct {
	Hash   string `json:"hash"`
	Key    string `json:"key"`
	Root   string `json:"root"`
	Serial string `json:"serial,omitempty"`
}

// homeRecord is what concerns the computer as a whole.
type homeRecord struct {
	Proven time.Time              `json:"proven,omitzero"` // decision time at which the device key was last used
	Label  string                 `json:"label,omitempty"`
	Hints  []exchange.Hint        `json:"hints,omitempty"` // blinded with the home's own key
	Bounds map[string]clock.Bound `json:"bounds,omitempty"`
	Shown  map[string]terms.State `json:"shown,omitempty"` // last recorded state of each product; changes have their own
	News   []news                 `json:"news,omitempty"`
	Damage terms.State            `json:"damage,omitempty"` // records_damaged or rolled_back until it is settled
	Since  time.Time              `json:"since,omitzero"`   // of Damage
	Told   map[string]terms.Told  `json:"told,omitempty"`   // what a person told somebody of, by Told.Key
	// Contacts holds, by vendor root, the newest signed time of a file made for this computer or for a license held here.
	Contacts map[string]time.Time `json:"contacts,omitempty"`
	// Course is what is known of the wall clock, Clock what the journal says of it.
	Course clock.Course `json:"course,omitzero"`
	Clock  clockMark    `json:"clock,omitzero"`
	// Changed: too few parts of the computer are what Hints say.
	Changed *changedRecord `json:"changed,omitempty"`
	// Behind is the decision time at which a restored copy was seen, Restored when a person said that it is one.
	Behind   time.Time `json:"behind,omitzero"`
	Restored time.Time `json:"restored,omitzero"`
	// Ledgers says, by id, how far the usage ledgers were at the last look.
	Ledgers map[string]ledgerMark `json:"ledgers,omitempty"`
	// Former are the public device keys that were lost and replaced.
	Former []string `json:"former,omitempty"`
}

// news is a one-time fact that is shown for a week.
type news struct {
	State terms.State `json:"state"`
	Root  string      `json:"root"`
	At    time.Time   `json:"at"`
	// Changes is what changed, of StateUpdated. Records of before have names instead.
	Changes []reconcile.Change `json:"changes,omitempty"`
	Gained  []terms.Text       `json:"gained,omitempty"`
	Lost    []terms.Text       `json:"lost,omitempty"`
}

// finding is how a fact is shown.
func (n *news) finding(vendor string) terms.Finding {
	f := terms.Finding{State: n.State, Tone: n.State.Tone(), Slots: terms.Slots{"vendor": vendor}}
	if n.State != terms.StateUpdated {
		return f
	}
	if f.Slots["date"] = n.At; len(n.Changes) > 0 {
		maps.Copy(f.Slots, changedSlots(n.Changes))
	} else {
		f.Slots["n"], f.Slots["gained"], f.Slots["lost"] = len(n.Gained)+len(n.Lost), n.Gained, n.Lost
	}
	if len(n.Lost) > 0 || reconcile.TakesAway(n.Changes) {
		f.Tone = terms.ToneNotice
	}
	return f
}

func newRecords() *records {
	return &records{
		Vendors: map[string]vendorRecord{}, Licenses: map[string]*licenseRecord{}, Requests: map[string]*requestRecord{},
		Documents: map[string]*documentRecord{}, Keys: map[string]keyRecord{},
		Parts: map[string]*partRecord{}, Grace: map[string]graceRecord{},
		Usage: map[string]usageRecord{}, UsageFiles: map[string]*usageFileRecord{}, Contacts: map[string]contactRecord{},
	}
}

// clone returns a copy that apply can change without touching r. Values are shared and never changed in place.
func (r *records) clone() *records {
	c := *r
	c.Vendors, c.Licenses, c.Requests = maps.Clone(r.Vendors), maps.Clone(r.Licenses), maps.Clone(r.Requests)
	c.Documents, c.Keys = maps.Clone(r.Documents), maps.Clone(r.Keys)
	c.Parts, c.Grace = maps.Clone(r.Parts), maps.Clone(r.Grace)
	c.Usage, c.UsageFiles, c.Contacts = maps.Clone(r.Usage), maps.Clone(r.UsageFiles), maps.Clone(r.Contacts)
	c.Home.Bounds, c.Home.Shown = maps.Clone(r.Home.Bounds), maps.Clone(r.Home.Shown)
	return &c
}

func (r *records) apply(c change) {
	if c.Reset {
		changes := r.changes
		*r = *newRecords()
		r.changes = changes + 1
	}
	if len(c.Vendors)+len(c.Licenses)+len(c.Requests)+len(c.Keys)+len(c.Parts)+len(c.Usage)+len(c.UsageFiles) > 0 {
		r.changes++
	}
	for _, v := range c.Vendors {
		r.Vendors[v.Root] = v
	}
	for _, l := range c.Licenses {
		r.Licenses[l.key()] = &l
	}
	for _, q := range c.Requests {
		if q.State != terms.RequestOpen {
			q.Envelope = exchange.Envelope{} // the journal has it; nobody sends it any more
		}
		r.Requests[q.ID] = &q
	}
	for _, d := range c.Documents {
		r.Documents[d.Hash] = &d
	}
	for _, k := range c.Keys {
		r.Keys[k.Hash] = k
	}
	for _, p := range c.Parts {
		r.Parts[p.key()] = &p
	}
	for _, g := range c.Grace {
		r.Grace[g.key()] = g
	}
	for _, u := range c.Usage {
		r.Usage[u.Root] = u
	}
	for _, f := range c.UsageFiles {
		r.UsageFiles[f.ID] = &f
	}
	for _, m := range c.Contacts {
		r.Contacts[m.Root] = m
	}
	if c.Home != nil {
		shown := r.Home.Shown
		r.Home = *c.Home
		r.Home.Shown = shown
		if len(c.Home.Shown) > 0 { // as records of before have it: all of them
			r.Home.Shown = maps.Clone(c.Home.Shown)
		}
	}
	if len(c.Shown) > 0 && r.Home.Shown == nil {
		r.Home.Shown = map[string]terms.State{}
	}
	maps.Copy(r.Home.Shown, c.Shown)
	if c.Fold == foldRule {
		r.drop(r.surplus())
	}
}

// all returns the change that makes empty records equal to r.
func (r *records) all() change {
	home := r.Home
	home.Shown = nil
	c := change{V: 1, Reset: true, Home: &home, Shown: r.Home.Shown}
	for _, v := range r.Vendors {
		c.Vendors = append(c.Vendors, v)
	}
	for _, l := range r.Licenses {
		c.Licenses = append(c.Licenses, *l)
	}
	for _, q := range r.Requests {
		c.Requests = append(c.Requests, *q)
	}
	for _, d := range r.Documents {
		c.Documents = append(c.Documents, *d)
	}
	for _, k := range r.Keys {
		c.Keys = append(c.Keys, k)
	}
	for _, p := range r.Parts {
		c.Parts = append(c.Parts, *p)
	}
	for _, g := range r.Grace {
		c.Grace = append(c.Grace, g)
	}
	for _, u := range r.Usage {
		c.Usage = append(c.Usage, u)
	}
	for _, f := range r.UsageFiles {
		c.UsageFiles = append(c.UsageFiles, *f)
	}
	for _, m := range r.Contacts {
		c.Contacts = append(c.Contacts, m)
	}
	return c
}
