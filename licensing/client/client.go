// Package client is for licensed programs written in Go: it asks the Holdfast of the same account what may be used, believes the answer
// only when the vendor's own signature is behind it, and reports metered use.
//
// Contract. A check that was answered is kept: asking again costs less than 100 ns and no memory. What is granted was verified from the
// root key compiled into the program, over the vendor's profile and working key, to a license for this product that is bound to the
// device key, which signed the answer for a nonce of this process. So another program at the endpoint can refuse, but grant nothing. Who
// holds the device key itself can; no program on the same account is a wall against that.
// What is recorded is on disk when Record returns, and is counted once however often it has to be sent. The device key signs that too; while
// the key store is locked it cannot, and recording goes on with Proven false. The client remembers how far the records of the account
// were proven to be, and says ErrOlderRecords when they went back, or when what was acknowledged without a proof is not there.
//
// The client never ends a program and never shows anything: an error says what is known, and the program decides. It talks to
// no network. All methods are safe for concurrent use.
package client

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"holdfast/licensing/client/endpoint"
	"holdfast/licensing/clock"
	"holdfast/licensing/exchange"
)

// Options say what program asks, and of whom. Product and Vendor are required.
type Options struct {
	Product string
	Version string // of the program, such as "5.1"; "" when all versions are licensed alike
	// Vendor is the vendor's root key. It is compiled in, so that no file can replace it.
	Vendor ed25519.PublicKey
	Home   string // folder of the records; "" for $HOLDFAST_HOME or the usual one
	// Witness is the file that remembers how far the records were. It lies outside Home, so that a copy of Home that is put back
	// does not bring it along. "" for one in the configuration folder of the account.
	Witness string
	// Start is a command that runs `holdfast agent`, for when nobody answers; nil: nothing is started.
	Start []string
	// Recheck is how old a kept answer may be while somebody answers; 0 for a minute. Without an answer it holds until
	// its own ValidUntil.
	Recheck time.Duration
	// Patience is how long a check waits for somebody to answer, 0 for 2 s. PatienceRecord is the same for recording, 0 for 10 s.
	Patience       time.Duration
	PatienceRecord time.Duration

	Clock clock.Clock // nil: the computer's
	Rand  io.Reader   // nil: crypto/rand
}

// Client asks for one product. Open makes one; Close lets go of its connections.
type Client struct {
	o     Options
	http  *http.Client
	ran   func() time.Duration // monotonic; stands still while the computer sleeps
	kept  atomic.Pointer[kept]
	start starter

	asking chan struct{} // one check at a time asks the endpoint
	more   []string      // features asked for that the license does not name, guarded by asking
	away   atomic.Bool   // nobody answered the last time

	mu        sync.Mutex
	witness   witness
	claimed   map[string]uint64 // newest entry by ledger that an answer without a proof named, until a proven one says whether it is there
	documents *documents        // the newest that were verified
	device    string            // key that signed the newest verified answer
	sought    time.Duration     // when it was last asked for, on the client's stopwatch; 0: never
	last      *Verdict          // the newest that was signed; nil when that one granted nothing
	proven    time.Time         // time of the signed answer that the witness file keeps
}

// Open prepares a client. It contacts nobody, so it works before Holdfast runs.
func Open(o Options) (*Client, error) {
	if o.Product == "" || len(o.Product) > endpoint.MaxName {
		return nil, errors.New("client: Options.Product is needed")
	}
	if len(o.Vendor) != ed25519.PublicKeySize {
		return nil, errors.New("client: Options.Vendor is not a root key")
	}
	if o.Home == "" {
		if o.Home = os.Getenv(endpoint.EnvHome); o.Home == "" {
			home, err := endpoint.Home(os.Getenv)
			if err != nil {
				return nil, fmt.Errorf("client: %w", err)
			}
			o.Home = home
		}
	}
	if o.Witness == "" {
		dir, err := os.UserConfigDir()
		if err != nil {
			return nil, fmt.Errorf("client: no place for the witness file: %w", err)
		}
		o.Witness = filepath.Join(dir, "holdfast-witness", exchange.KeyID(o.Vendor)+"-"+fileName(o.Product)+".json")
	}
	if o.Recheck <= 0 {
		o.Recheck = time.Minute
	}
	if o.Patience <= 0 {
		o.Patience = 2 * time.Second
	}
	if o.PatienceRecord <= 0 {
		o.PatienceRecord = 10 * time.Second
	}
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	c := &Client{o: o, ran: clock.Stopwatch(), asking: make(chan struct{}, 1), claimed: map[string]uint64{}}
	c.http = &http.Client{Transport: c.transport(), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	c.start.command = o.Start
	c.witness = readWitness(o.Witness)
	c.remember()
	return c, nil
}

// Close keeps what the client witnessed and lets go of its connections. What Start began goes on.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.saveWitness(true)
}

// fileName is s as a part of a file name.
func fileName(s string) string {
	b := []byte(s)
	for i, c := range b {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			b[i] = '_'
		}
	}
	return string(b)
}
