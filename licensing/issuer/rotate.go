package issuer

import (
	"crypto/ed25519"
	"errors"
	"io/fs"
	"time"

	"holdfast/licensing/exchange"
)

// Rotation says which keys change.
type Rotation struct {
	// Root replaces the root key; the old root signs the succession. Otherwise the working key is replaced; so it
	// is together with the root when it is the one that is withdrawn.
	Root bool
	// Sealing replaces the key for which computers seal usage, and leaves the working key alone. Its file stays beside the new
	// one: what was sealed before is opened with it.
	Sealing bool
	// Signing is the public key of the new working key when that lives elsewhere and is reached by Options.Command.
	Signing ed25519.PublicKey
	// Withdraw is the id of a working key whose documents issued after NothingAfter (zero: now) are not taken any more.
	Withdraw     string
	NothingAfter time.Time
}

// RotateKeys makes a new key and a newer profile, signed by the root key, whose folder must be there. The
// profile travels with every answer, so computers learn of it by themselves. What was signed before stays good unless it
// is withdrawn. Errors: CodeRootMissing, CodeWithdrawUnknown, CodeClockBehind, and those of the key files.
func (is *Issuer) RotateKeys(r Rotation) (Profile, error) {
	err := is.db.Update(func(t tx) error {
		who, err := identityIn(t)
		if err != nil {
			return err
		}
		now, err := is.stamp(t)
		if err != nil {
			return err
		}
		root, err := is.roots.signer(roleRoot, who.Root, is.o.Command, is.o.SignerWait)
		if errors.Is(err, fs.ErrNotExist) {
			return say(CodeRootMissing, err, "dir", is.roots.dir, "key", who.Root)
		}
		if err != nil {
			return err
		}
		_, p, err := profilesIn(t)
		if err != nil {
			return err
		}
		p.Version++
		p.PreviousRoot = ""
		if err := withdraw(&p, r, now); err != nil {
			return err
		}
		signers := []exchange.Signer{root}
		if r.Root {
			fresh, err := is.newRoot(&p, &who, now)
			if err != nil {
				return err
			}
			signers = []exchange.Signer{fresh, root}
		}
		if r.Sealing {
			fresh, err := newSealingKey(is.keys, now)
			if err != nil {
				return err
			}
			p.Sealing = append([]exchange.SealingKey{fresh}, p.Sealing...) // the first is the one to use
		}
		if !r.Root && !r.Sealing || r.Withdraw == who.Signing {
			if err := is.newWorking(&p, &who, r, now); err != nil {
				return err
			}
		}
		e, err := signProfile(p, who.Vendor, now, is.o, signers...)
		if err != nil {
			return err
		}
		if err := put(t, bucketProfiles, versionKey(p.Version), profileRecord{Version: p.Version, Succession: r.Root, Envelope: e}); err != nil {
			return err
		}
		return put(t, bucketMeta, metaIdentity, who)
	})
	if err != nil {
		return Profile{}, err
	}
	return is.Profile()
}

func (is *Issuer) newWorking(p *exchange.Profile, who *identity, r Rotation, now time.Time) error {
	if r.Signing != nil && keyAt(*p, keyID(r.Signing)) >= 0 {
		return say(CodeValue, nil, "flag", "--signer-public", "value", exchange.EncodeKey(r.Signing))
	}
	public, err := newWorkingKey(is.keys, r.Signing, now)
	if err != nil {
		return err
	}
	if i := keyAt(*p, who.Signing); i >= 0 && p.Keys[i].Until.IsZero() {
		p.Keys[i].Until = now
	}
	who.Signing = keyID(public)
	p.Keys = append(p.Keys, exchange.SigningKey{ID: who.Signing, Public: exchange.EncodeKey(public), From: now})
	return nil
}

func (is *Issuer) newRoot(p *exchange.Profile, who *identity, now time.Time) (exchange.Signer, error) {
	public, err := is.roots.newSigningKey(roleRoot, now)
	if err != nil {
		return nil, err
	}
	who.Root = keyID(public)
	p.PreviousRoot, p.Root = p.Root, exchange.EncodeKey(public)
	return is.roots.signer(roleRoot, who.Root, nil, 0)
}

func withdraw(p *exchange.Profile, r Rotation, now time.Time) error {
	if r.Withdraw == "" {
		return nil
	}
	i := keyAt(*p, r.Withdraw)
	if i < 0 {
		return say(CodeWithdrawUnknown, nil, "key", r.Withdraw)
	}
	at := r.NothingAfter.UTC().Truncate(time.Second)
	if r.NothingAfter.IsZero() {
		at = now
	}
	p.Keys[i].NothingAfter = at
	return nil
}
