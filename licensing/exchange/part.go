package exchange

import (
	"errors"
	"fmt"

	"holdfast/licensing/terms"
)

// maxState bounds Standing.State, which travels back with every check-in.
const maxState = 64

// checkPart says whether a part of a verified response holds to the format of its kind. Types of notices that this build does not
// know are let through: a person can read them.
func (r Response) checkPart(p Part) error {
	switch p.Kind {
	case KindLicense:
		return r.checkLicense(p)
	case KindNotice:
		if n := p.Notice; n.ID == "" || n.Type == "" || n.From.IsZero() || p.Version < 1 {
			return malformed(fmt.Errorf("notice %q of type %q, version %d, lacks id, type, start or version", n.ID, n.Type, p.Version))
		}
	case KindExtension:
		return r.checkExtension(p)
	case KindStanding:
		if n := len(p.Standing.State); n == 0 || n > maxState || r.Answers == nil {
			return malformed(fmt.Errorf("a standing with a state of %d bytes, or one that answers nothing", n))
		}
	case KindHold:
		if p.Hold.Serial == "" || p.Version < 1 {
			return malformed(fmt.Errorf("hold of license %q, version %d", p.Hold.Serial, p.Version))
		}
	case KindRevocation:
		if w := p.Revocation; w.Serial == "" || w.From.IsZero() && !w.Lifted || p.Version < 1 {
			return malformed(fmt.Errorf("revocation of license %q from %v, version %d", w.Serial, w.From, p.Version))
		}
	}
	return nil
}

func (r Response) checkLicense(p Part) error {
	l := p.License
	if l.Serial == "" || l.Version < 1 || p.Version != l.Version {
		return malformed(fmt.Errorf("license %q, version %d in part version %d", l.Serial, l.Version, p.Version))
	}
	switch l.Binding {
	case terms.BoundToFirstUse, terms.BoundToSite:
	case terms.BoundToDevice:
		if l.Device == nil || l.Device.ID == "" {
			return malformed(fmt.Errorf("license %q is bound to a device that it does not name", l.Serial))
		}
	default:
		return tooNew(r.Needs, fmt.Errorf("license %q is bound to %q", l.Serial, l.Binding))
	}
	return nil
}

// checkExtension demands that an extension says how long, and for whom: by its license, or as an answer, or by an audience.
func (r Response) checkExtension(p Part) error {
	x := p.Extension
	switch {
	case p.ID == "":
		return malformed(errors.New("an extension without id"))
	case !x.By.Lasts() && x.Until.IsZero():
		return malformed(fmt.Errorf("extension %q adds nothing", p.ID))
	case x.Serial == "" && r.Answers == nil && r.Audience == nil:
		return malformed(fmt.Errorf("extension %q is for nobody", p.ID))
	}
	switch x.What {
	case terms.ExtendOffline, terms.ExtendGrace, terms.ExtendLicense:
		return nil
	}
	return tooNew(r.Needs, fmt.Errorf("extension %q of %q", p.ID, x.What))
}
