package issuer

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"holdfast/licensing/exchange"
)

// A signer command is any program that reaches a key in a token, an agent or a service. It gets the message as base64 on
// standard input and the key's id in HOLDFAST_KEY_ID, and writes the Ed25519 signature as base64 on standard output, within
// Options.SignerWait. It is started without a shell. What it answers is verified before it is used.
type commandSigner struct {
	argv   []string
	wait   time.Duration
	public ed25519.PublicKey
}

const (
	signerWait   = 30 * time.Second
	signerOutput = 4 << 10
)

func (s commandSigner) KeyID() string             { return keyID(s.public) }
func (s commandSigner) Public() ed25519.PublicKey { return s.public }

// Sign runs the command. Every error is a *Error with CodeSignerCommand.
func (s commandSigner) Sign(message []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), s.wait)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.argv[0], s.argv[1:]...)
	cmd.Env = append(os.Environ(), "HOLDFAST_KEY_ID="+s.KeyID())
	cmd.Stdin = strings.NewReader(base64.StdEncoding.EncodeToString(message) + "\n")
	out := &bounded{limit: signerOutput}
	cmd.Stdout = out
	cmd.WaitDelay = time.Second // a child that keeps the pipe open does not hold us
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		err = fmt.Errorf("no answer within %s", s.wait)
	case err == nil:
		var sig []byte
		sig, err = base64.StdEncoding.DecodeString(strings.TrimSpace(out.String()))
		if err == nil && ed25519.Verify(s.public, message, sig) {
			return sig, nil
		}
		err = errors.New("its answer is not a signature by this key")
	}
	return nil, say(CodeSignerCommand, err, "command", s.argv[0], "key", s.KeyID())
}

// bounded keeps at most limit bytes and takes no more.
type bounded struct {
	bytes.Buffer
	limit int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.limit {
		return 0, errors.New("too much output")
	}
	return b.Buffer.Write(p)
}

// signer returns the signer for a key of the ring: the key file, or the command when the file holds no secret.
func (r *ring) signer(what role, id string, command []string, wait time.Duration) (exchange.Signer, error) {
	k, err := r.load(what, id)
	if err != nil {
		return nil, err
	}
	name := r.path(what, id)
	if len(k.Public) != ed25519.PublicKeySize || keyID(k.Public) != id {
		return nil, say(CodeDamaged, errors.New("the public key does not have this id"), "file", name)
	}
	seed, err := r.secret(k)
	if err != nil {
		return nil, err
	}
	switch {
	case seed == nil && len(command) > 0:
		return commandSigner{command, wait, k.Public}, nil
	case seed == nil:
		return nil, say(CodeSignerCommand, errors.New("no command was given"), "command", "--signer-command", "key", id)
	case len(seed) != ed25519.SeedSize:
		return nil, say(CodeDamaged, errors.New("the secret has another length"), "file", name)
	}
	key := ed25519.NewKeyFromSeed(seed)
	if !key.Public().(ed25519.PublicKey).Equal(ed25519.PublicKey(k.Public)) {
		return nil, say(CodeDamaged, errors.New("secret and public key do not belong together"), "file", name)
	}
	return exchange.KeySigner(key), nil
}

func keyID(pub ed25519.PublicKey) string { return exchange.KeyID(pub) }
