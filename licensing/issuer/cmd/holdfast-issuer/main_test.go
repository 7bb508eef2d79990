package main

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"holdfast/licensing/device"
	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// The scripts run the program with the clock of $NOW, beside "computer", which plays the customer's side.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		programName: func() {
			waited := time.Duration(0)
			os.Exit(run(context.Background(), os.Args[1:], world{
				in: os.Stdin, out: os.Stdout, err: os.Stderr, fs: disk.OS(), now: func() time.Time { return scriptTime().Add(waited) },
				wait: func(_ context.Context, d time.Duration) { waited += d },
			}))
		},
		"meter": func() {
			if err := meter(os.Args[1:]); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		},
		"receipt": func() { // FILE N: what the n-th computer finds in it
			n, err := strconv.Atoi(os.Args[2])
			if err == nil {
				err = printReceipt(os.Args[1], n)
			}
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		},
		"computer": func() {
			if err := computer(os.Args[1:]); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		},
		"token": func() {
			line, err := base64.StdEncoding.DecodeString(strings.TrimSpace(stdin()))
			if err != nil {
				os.Exit(1)
			}
			fmt.Println(base64.StdEncoding.EncodeToString(ed25519.Sign(ed25519.NewKeyFromSeed(tokenSeed), line)))
		},
	})
}

var tokenSeed = []byte("a key that lives in a token, 32b")

func scriptTime() time.Time {
	t, err := time.Parse(time.RFC3339, os.Getenv("NOW"))
	if err != nil {
		panic(err)
	}
	return t
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			policy, err := os.ReadFile("../../../../docs/examples/acmecad.yaml")
			if err != nil {
				return err
			}
			e.Setenv("NOW", "2026-11-02T10:00:00Z")
			public := ed25519.NewKeyFromSeed(tokenSeed).Public().(ed25519.PublicKey)
			e.Setenv("TOKEN", exchange.EncodeKey(public))
			return os.WriteFile(e.WorkDir+"/policy.yaml", policy, 0o600)
		},
	})
}

func stdin() string {
	b, err := exchange.ReadStream(os.Stdin)
	if err != nil {
		return ""
	}
	return string(b)
}

// computer is the customer's side of the scripts: "computer request" makes a request file, "computer open" verifies an
// answer with the vendor's profile and prints its parts, one a line.
func computer(args []string) error {
	set := flag.NewFlagSet("computer", flag.ContinueOnError)
	profile := set.String("profile", "acme.hfkey", "")
	keyFile := set.String("key-file", "key.txt", "")
	out := set.String("out", "", "")
	n := set.Int("n", 1, "")
	parts := set.Int("parts", 0, "") // number of the parts; 0: that of the computer
	vendor := set.String("vendor", "", "")
	until := set.String("until", "2026-12-02T10:00:00Z", "")
	kind := set.String("kind", "activate", "")
	serials := set.String("serials", "", "") // of the licenses that it holds, with commas
	wanted := set.String("wanted", "", "")
	if err := set.Parse(args[1:]); err != nil {
		return err
	}
	v, err := trustedProfile(*profile)
	if err != nil {
		return err
	}
	if args[0] == "open" {
		return openAnswer(set.Arg(0), v)
	}
	if *parts == 0 {
		*parts = *n
	}
	if *vendor != "" {
		v.Vendor = *vendor
	}
	code, err := makeRequest(*out, *keyFile, *until, v, *n, *parts, func(r *exchange.Request) error {
		if r.Kind = *kind; r.Kind == exchange.RequestActivate {
			return nil
		}
		r.KeyHash, r.ID, r.Nonce = "", r.ID+*kind+*wanted, r.Nonce+*kind+*wanted
		for s := range strings.SplitSeq(*serials, ",") {
			r.Licenses = append(r.Licenses, exchange.RequestLicense{Serial: strings.TrimSpace(s), Version: 2})
		}
		if *wanted == "" {
			return nil
		}
		var err error
		r.Wanted, err = time.Parse(time.RFC3339, *wanted)
		return err
	})
	fmt.Println(code)
	return err
}

func trustedProfile(name string) (exchange.Profile, error) {
	data, err := exchange.ReadSource(name)
	if err != nil {
		return exchange.Profile{}, err
	}
	found, err := exchange.Read(name, data)
	if err != nil {
		return exchange.Profile{}, err
	}
	var v exchange.Profile
	for _, e := range found[0].Bundle.Envelopes {
		if _, kind := exchange.PeekHeader(e); kind != exchange.KindProfile {
			break
		}
		if v.Root == "" {
			v, err = exchange.PeekProfile(e)
		} else {
			root, derr := exchange.DecodeKey(v.Root)
			if derr != nil {
				return v, derr
			}
			v, err = exchange.ParseProfile(e, exchange.Roots{root})
		}
		if err != nil {
			return v, err
		}
	}
	return v, nil
}

func makeRequest(out, keyFile, until string, v exchange.Profile, n, parts int, change ...func(*exchange.Request) error) (code string, err error) {
	k, err := device.NewKey(rand.NewChaCha8([32]byte{byte(n)}))
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(keyFile)
	if err != nil {
		return "", err
	}
	hash, err := terms.KeyHash(string(text))
	if err != nil {
		return "", err
	}
	end, err := time.Parse(time.RFC3339, until)
	if err != nil {
		return "", err
	}
	hint, err := base64.StdEncoding.DecodeString(v.HintKey)
	if err != nil {
		return "", err
	}
	facts := []device.Fact{
		{Kind: device.KindMachine, Value: fmt.Sprintf("machine-%032d", n)},
		{Kind: device.KindSystem, Value: fmt.Sprintf("board-serial-%08d", parts)},
		{Kind: device.KindDisk, Value: fmt.Sprintf("disk-serial-%08d", parts)},
	}
	r := exchange.Request{
		Header: exchange.Header{
			Schema: exchange.RequestSchema, Vendor: v.Vendor, Alg: "ed25519", KeyID: exchange.KeyID(k.Public()),
			ID: fmt.Sprintf("Q-%d", n), Issued: scriptTime(), Trace: "t",
		},
		Kind: "activate", Nonce: fmt.Sprintf("nonce-%d", n), Until: end, KeyHash: hash,
		Device: exchange.RequestDevice{ID: k.ID(), Public: exchange.EncodeKey(k.Public()), Code: k.Code(), Label: fmt.Sprintf("lab %d", n), Hints: device.Blind(facts, hint)},
	}
	for _, f := range change {
		if err := f(&r); err != nil {
			return "", err
		}
	}
	e, err := exchange.Sign(r, exchange.RequestType, exchange.KeySigner(ed25519.NewKeyFromSeed(k.Seed())))
	if err != nil {
		return "", err
	}
	file, err := exchange.Armor(exchange.KindRequest, "This is a request file.", e)
	if err != nil {
		return "", err
	}
	return k.Code(), os.WriteFile(out, file, 0o600)
}

func openAnswer(name string, v exchange.Profile) error {
	data, err := exchange.ReadSource(name)
	if err != nil {
		return err
	}
	found, err := exchange.Read(name, data)
	if err != nil {
		return err
	}
	var parts []exchange.Part
	for _, e := range found[0].Bundle.Envelopes {
		if e.PayloadType == exchange.ProfileType {
			continue
		}
		r, err := exchange.ParseResponse(e, v)
		if err != nil {
			return err
		}
		parts = append(parts, r.Parts...)
	}
	for _, p := range parts {
		switch {
		case p.License != nil:
			l := p.License
			code := ""
			if l.Device != nil {
				code = l.Device.Code
			}
			fmt.Printf("license %s %s version %d %s %s ends %s places %d/%d\n", l.Serial, l.Policy.Product.ID, l.Version, l.Binding, code,
				l.Ends.Format(time.RFC3339), l.Places.Used, l.Places.Total)
		case p.Refusal != nil:
			b, err := json.Marshal(p.Refusal)
			if err != nil {
				return err
			}
			fmt.Printf("refusal %s\n", b)
		case p.LicenseKey != nil:
			fmt.Printf("license_key %s %s\n", p.LicenseKey.Key, p.LicenseKey.Serial)
		default:
			b, err := json.Marshal(p)
			if err != nil {
				return err
			}
			fmt.Println(string(b))
		}
	}
	return nil
}
