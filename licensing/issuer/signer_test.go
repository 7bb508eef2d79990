package issuer_test

import (
	"bufio"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/issuer"
)

// The test binary is its own signer command.
func TestMain(m *testing.M) {
	if how := os.Getenv("HOLDFAST_TEST_SIGNER"); how != "" {
		os.Exit(signerCommand(how))
	}
	os.Exit(m.Run())
}

var tokenSeed = []byte("a key that lives in a token, 32b")

func signerCommand(how string) int {
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	message, derr := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
	if err != nil || derr != nil || len(os.Getenv("HOLDFAST_KEY_ID")) != 32 {
		return 3
	}
	switch how {
	case "mute":
		select {} // the deadline ends it
	case "wrong":
		message = append(message, '!')
	case "loud":
		fmt.Print(strings.Repeat("x", 1<<20))
	case "gone":
		return 1
	}
	fmt.Println(base64.StdEncoding.EncodeToString(ed25519.Sign(ed25519.NewKeyFromSeed(tokenSeed), message)))
	return 0
}

func TestAKeyInATokenSignsThroughACommand(t *testing.T) {
	d := &desk{dir: filepath.Join(t.TempDir(), "acme"), now: monday}
	d.opts = issuer.Options{Now: func() time.Time { return d.now }, Rand: randomness(1), SignerWait: 10 * time.Second}
	v := acme()
	v.Signing = ed25519.NewKeyFromSeed(tokenSeed).Public().(ed25519.PublicKey)
	is, err := issuer.Init(d.dir, v, d.opts)
	if err != nil {
		t.Fatal(err)
	}
	d.Issuer = is
	defer func() { _ = d.Close() }()
	made := d.license(t, issuer.NewLicense{})
	ask := newComputer(t, 1).request(t, d.trusted(t), made.Key, 1)
	_, err = d.Answer(t.Context(), ask)
	wantCode(t, err, issuer.CodeSignerCommand, 42)

	d.opts.Command = []string{os.Args[0]}
	for _, how := range []string{"wrong", "loud", "gone", "mute"} {
		t.Setenv("HOLDFAST_TEST_SIGNER", how)
		d.opts.SignerWait = 10 * time.Second
		if how == "mute" {
			d.opts.SignerWait = 300 * time.Millisecond
		}
		d.reopen(t)
		_, err := d.Answer(t.Context(), ask)
		wantCode(t, err, issuer.CodeSignerCommand, 42)
		if l, err := d.License(made.Serial); err != nil || l.Used != 0 {
			t.Errorf("%s: %d places were taken without an answer, %v", how, l.Used, err)
		}
	}
	t.Setenv("HOLDFAST_TEST_SIGNER", "good")
	d.opts.SignerWait = 10 * time.Second
	d.reopen(t)
	opened(t, d.answer(t, ask).File, d.trusted(t))
	for name, b := range tree(t, filepath.Join(d.dir, "keys")) {
		if strings.Contains(name, "signing-") && strings.Contains(string(b), `"secret"`) {
			t.Errorf("%s holds a secret", name)
		}
	}
}
