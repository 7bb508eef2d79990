package terms

import (
	"strings"
	"time"
)

// Kept says what works and what does not, by the names that a person knows. When a finding is about one product the
// names are features; when it is about the whole computer they are products: one is in Full when all of it is at
// full use, in View when some of it still works, in Paused when nothing does. The zero value means that no license
// says anything. It fills the slots works_now, works_now_or_unread, works_until_start, kept_and_viewed,
// all_or_all_except and after.
type Kept struct {
	Full   []Text
	View   []Text
	Paused []Text
	// ViewText is what the policy says view mode allows ("open, print and export drawings"), each text once.
	ViewText []Text
	// Unread is true when the licenses themselves could not be read.
	Unread bool
}

// All says whether nothing is in view mode or paused.
func (k Kept) All() bool { return !k.Unread && len(k.View) == 0 && len(k.Paused) == 0 }

// None says whether no license says anything.
func (k Kept) None() bool { return k.All() && len(k.Full) == 0 }

// Then is what follows a license end: grace until Grace (zero: none), and after that what After says.
type Then struct {
	Grace time.Time
	After Kept
}

// PartEnd is a feature that leaves full use before the rest.
type PartEnd struct {
	Name  Text
	Until time.Time // last moment of full use
}

// Versions is a version constraint with its parts, when it is a plain range: from From on, below Below, or up to
// UpTo. All are "" when it has another form; Constraint is "" when all versions are covered.
type Versions struct {
	Constraint        string
	From, Below, UpTo string
}

// ReadVersions takes a constraint apart.
func ReadVersions(constraint string) Versions {
	v := Versions{Constraint: strings.TrimSpace(constraint)}
	r := v
	fields := strings.FieldsFunc(operatorGap.ReplaceAllString(constraint, "$1"), func(c rune) bool { return c == ' ' || c == ',' })
	for _, f := range fields {
		m := simpleBound.FindStringSubmatch(f)
		if m == nil {
			return v
		}
		switch to := map[string]*string{">=": &r.From, "<": &r.Below, "<=": &r.UpTo}[m[1]]; {
		case to == nil || *to != "":
			return v
		default:
			*to = m[2]
		}
	}
	if r.Below != "" && r.UpTo != "" {
		return v
	}
	return r
}

// String returns the constraint as the policy has it.
func (v Versions) String() string { return v.Constraint }
