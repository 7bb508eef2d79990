package issuer

import "errors"

// errLost is how a transaction ends in LostProfile.
var errLost = errors.New("lost")

// LostProfile makes the next profile in a transaction that also signs, and is not committed.
func (is *Issuer) LostProfile() error {
	err := is.db.Update(func(t tx) error {
		who, err := identityIn(t)
		if err != nil {
			return err
		}
		root, err := is.roots.signer(roleRoot, who.Root, is.o.Command, is.o.SignerWait)
		if err != nil {
			return err
		}
		_, p, err := profilesIn(t)
		if err != nil {
			return err
		}
		p.Version++
		e, err := signProfile(p, who.Vendor, is.o.now(), is.o, root)
		if err != nil {
			return err
		}
		if err := put(t, bucketProfiles, versionKey(p.Version), profileRecord{Version: p.Version, Envelope: e}); err != nil {
			return err
		}
		if _, err := is.knownFor(t, who); err != nil {
			return err
		}
		return errLost
	})
	if errors.Is(err, errLost) {
		return nil
	}
	return err
}
