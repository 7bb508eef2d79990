package issuer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"holdfast/licensing/issuer/pgtest"
)

// sql runs statements beside the store.
func sql(t *testing.T, address string, statements ...string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	for _, s := range statements {
		if _, err := c.Exec(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
}

func wantStoreCode(t *testing.T, err error, code Code) {
	t.Helper()
	var own *Error
	if !errors.As(err, &own) || own.Code != code {
		t.Errorf("%v, want %s", err, code)
	}
}

// count adds one to a number, once for each name.
func count(s store, name string, more ...func()) error {
	return s.Update(func(x tx) error {
		if _, err := x.Get(bucketLetters, name); !errors.Is(err, errNoRecord) {
			return err
		}
		n, err := get[int](x, bucketMeta, "n")
		if err != nil && !errors.Is(err, errNoRecord) {
			return err
		}
		for _, f := range more {
			f()
		}
		return errors.Join(put(x, bucketMeta, "n", n+1), put(x, bucketLetters, name, n+1))
	})
}

func TestSeveralProcessesCountTogether(t *testing.T) {
	address := pgtest.Start(t)
	const processes, callers, turns = 3, 4, 20
	var wait sync.WaitGroup
	for p := range processes {
		s := opened(t, address)
		defer func() { _ = s.Close() }()
		for c := range callers {
			wait.Go(func() {
				for i := range turns {
					s := s
					if c%2 == 0 {
						s = s.For(t.Context(), early)
					}
					if err := count(s, fmt.Sprintf("%d/%d/%d", p, c, i)); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wait.Wait()
	s := opened(t, address)
	defer func() { _ = s.Close() }()
	if n := read(t, s, bucketMeta, "n"); n != fmt.Sprint(processes*callers*turns) {
		t.Errorf("counted %s", n)
	}
}

func TestADatabaseHoldsSeveralVendors(t *testing.T) {
	address := pgtest.Start(t)
	_, err := openPostgres(t.Context(), locate(address), "", false)
	wantStoreCode(t, err, CodeNone)
	first := opened(t, address)
	defer func() { _ = first.Close() }()
	mustPut(t, first, bucketMeta, "a", "acme")
	only, err := openPostgres(t.Context(), locate(address), "", false)
	if err != nil {
		t.Fatal(err)
	}
	if s := newGroup(only); read(t, s, bucketMeta, "a") != "acme" || s.Close() != nil {
		t.Error("the only vendor's records were not found")
	}
	other, err := openPostgres(t.Context(), locate(withVendor(address, "other.de-1")), "", true)
	if err != nil {
		t.Fatal(err)
	}
	second := newGroup(other)
	defer func() { _ = second.Close() }()
	if read(t, second, bucketMeta, "a") != "-" {
		t.Error("one vendor sees the other's records")
	}
	_, err = openPostgres(t.Context(), locate(address), "", false)
	wantStoreCode(t, err, CodeWhich)
}

// TestADamagedRecordIsToldToWhoAsksForIt, and holds nobody else up.
func TestADamagedRecordIsToldToWhoAsksForIt(t *testing.T) {
	address := pgtest.Start(t)
	s := opened(t, address)
	defer func() { _ = s.Close() }()
	mustPut(t, s, bucketLetters, "a", "1")
	mustPut(t, s, bucketLetters, "b", "1")
	for _, harm := range []string{"value = set_byte(value, 16, 50)", "value = substr(value, 1, 9)", "value = (SELECT value FROM holdfast_acme.records WHERE key = 'b')"} {
		mustPut(t, s, bucketLetters, "a", "1")
		sql(t, address, "UPDATE holdfast_acme.records SET "+harm+" WHERE key = 'a'")
		err := s.For(t.Context(), need(bucketLetters, "a"), needAll(bucketLetters, "")).Update(func(x tx) error {
			if b, err := x.Get(bucketLetters, "b"); err != nil || string(b) != "1" {
				t.Errorf("%s: the other one: %q, %v", harm, b, err)
			}
			_, err := all(x, bucketLetters, "")
			wantStoreCode(t, err, CodeDamaged)
			_, err = x.Get(bucketLetters, "a")
			wantStoreCode(t, err, CodeDamaged)
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", harm, err)
		}
		wantStoreCode(t, s.View(func(x tx) error { _, err := all(x, bucketLetters, ""); return err }), CodeDamaged)
	}
}

func TestConnectionsThatAreLostAreReplaced(t *testing.T) {
	address := pgtest.Start(t)
	s := opened(t, address)
	defer func() { _ = s.Close() }()
	for i := range 3 {
		sql(t, address, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		if i == 1 {
			if n := read(t, s, bucketMeta, "n"); n != "1" {
				t.Errorf("n=%s", n)
			}
			continue
		}
		if err := count(s, fmt.Sprint(i)); err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func TestADatabaseThatIsAwayIsNamedWithoutItsPassword(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	_, err = openPostgres(t.Context(), locate("postgres://acme:topsecret@"+l.Addr().String()+"/licenses"), "acme", true)
	wantStoreCode(t, err, CodeAway)
	if ExitCode(err) != 75 || !Away(err) || strings.Contains(fmt.Sprintf("%v %+v", err, err), "topsecret") {
		t.Errorf("exit code %d: %v", ExitCode(err), err)
	}
}

// TestAnAnswerThatIsLostIsAskedForAgain cuts the connection while a transaction is committed: before the database hears of it, or before its
// answer arrives. Who can look again does; the others are told that the outcome is not known.
func TestAnAnswerThatIsLostIsAskedForAgain(t *testing.T) {
	address := pgtest.Start(t)
	p := startProxy(t, address)
	s := opened(t, p.address)
	defer func() { _ = s.Close() }()
	want := 0
	for i, arrives := range []bool{false, true, false, true} {
		again, name := i >= 2, fmt.Sprint(i)
		if err := count(s, "before "+name); err != nil { // the connection knows its statements
			t.Fatal(err)
		}
		want++
		cut := sync.OnceFunc(func() { p.cut(arrives) })
		caller := s.For(t.Context())
		if again {
			caller = s.For(t.Context(), repeatable)
		}
		err := count(caller, name, cut)
		p.heal()
		if again && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !again {
			wantStoreCode(t, err, CodeUnsure)
		}
		if again || arrives {
			want++
		}
		if n := read(t, s, bucketMeta, "n"); n != fmt.Sprint(want) {
			t.Errorf("%s: counted %s, want %d", name, n, want)
		}
	}
	// In the middle of it nothing was recorded for certain.
	err := s.Update(func(x tx) error {
		p.cut(false)
		_, err := x.Get(bucketMeta, "other")
		return err
	})
	p.heal()
	wantStoreCode(t, err, CodeAway)
	wantStoreCode(t, s.View(func(x tx) error { p.cut(false); _, err := x.Get(bucketMeta, "n"); return err }), CodeAway)
	p.heal()
}

// proxy stands between the store and its database.
type proxy struct {
	address string
	mode    atomic.Int32
	mu      sync.Mutex
	open    []net.Conn
}

const (
	passing = iota
	deaf    // nothing gets to the database
	mute    // nothing comes from it
)

// cut loses the next message to the database, or the answer to it, and with it every connection.
func (p *proxy) cut(arrives bool) {
	if arrives {
		p.mode.Store(mute)
	} else {
		p.mode.Store(deaf)
	}
}

func (p *proxy) heal() {
	p.mode.Store(passing)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.open {
		_ = c.Close()
	}
	p.open = nil
}

func startProxy(t *testing.T, address string) *proxy {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	behind := u.Host
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u.Host = l.Addr().String()
	p := &proxy{address: u.String()}
	t.Cleanup(func() { _ = l.Close(); p.heal() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			d, err := net.Dial("tcp", behind)
			if err != nil {
				_ = c.Close()
				continue
			}
			p.mu.Lock()
			p.open = append(p.open, c, d)
			p.mu.Unlock()
			go p.pass(d, c, deaf)
			go p.pass(c, d, mute)
		}
	}()
	return p
}

// pass carries bytes on until they are lost. The connection is new again for whoever comes next.
func (p *proxy) pass(to io.WriteCloser, from io.ReadCloser, lost int32) {
	defer func() { _, _ = to.Close(), from.Close() }()
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		if p.mode.CompareAndSwap(lost, passing) {
			return
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

// TestARangeEndsWhereItsKeysEnd: whatever begins with the prefix, and nothing else, lies between it and its end.
func TestARangeEndsWhereItsKeysEnd(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringOfN(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune{0xd7ff, 0xe000, 0x10ffff, 'a'})), 0, 4, -1)
		prefix, key := text.Draw(r, "prefix"), text.Draw(r, "key")
		if rapid.Bool().Draw(r, "within") {
			key = prefix + key
		}
		if !asText(key) {
			return
		}
		if in := prefix <= key && key < after(prefix); in != strings.HasPrefix(key, prefix) {
			r.Fatalf("%q and %q: %v", prefix, key, in)
		}
	})
}

// FuzzAddress: whatever is taken for an address, nothing of it gets into an error, and no password into what folders keep.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"postgres://a:topsecret@127.0.0.1:5432/x?vendor=acme&sslmode=disable", "postgresql:///x?host=/tmp&vendor=A", "postgres://%zz:topsecret@", "postgres://a:topsecret@h:port/x", "acme.url", ""} {
		f.Add(s)
	}
	f.Add("postgres://a@h/x?password=topsecret&sslpassword=topsecret")
	f.Add("postgres://:topsecret@h,i:5433/x")
	f.Fuzz(func(t *testing.T, s string) {
		at := locate(s)
		config, vendor, err := at.config()
		if err != nil {
			if len(s) > 20 && strings.Contains(err.Error(), s) || strings.Contains(err.Error(), "topsecret") {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		if again := locate(at.address); again.secret() || again.address != at.address {
			t.Errorf("%q keeps %+v of %+v", s, again, at)
		}
		if config.MaxConns < 1 || vendor != "" && !vendorForm.MatchString(vendor) {
			t.Errorf("%q: %d connections, vendor %q", s, config.MaxConns, vendor)
		}
	})
}
