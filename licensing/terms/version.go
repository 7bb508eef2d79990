package terms

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/Masterminds/semver/v3"
)

var (
	versionForm = regexp.MustCompile(`^\s*[vV]?\s?0*([0-9]{1,15})(?:\.0*([0-9]{1,15}))?(?:\.0*([0-9]{1,15}))?(.*)$`)
	operatorGap = regexp.MustCompile(`([<>=~^!])\s+`)
	simpleBound = regexp.MustCompile(`^(>=|<=|<)v?([0-9]+(?:\.[0-9]+){0,2})$`)
)

// maxVersion is far longer than any version or constraint that means something.
const maxVersion = 200

// Covers says whether constraint covers version. The constraint has the form of Masterminds/semver v3 (">=4 <6",
// "^5.1", "4.x || 6.x"); "" covers all, and so does asking for no version. Versions are read as programs write them: "5", "5.1", "v5.1.0",
// "5.1.0.22" and "5.1.0 (build 22)" count by their first three numbers. A preview of a version (5.0.0-beta) counts as that version.
//
// What cannot be read never takes a right away: with a version or constraint that has no readable form
// Covers returns true and an error that says which it was.
func Covers(constraint, version string) (bool, error) {
	if strings.TrimSpace(constraint) == "" || version == "" {
		return true, nil
	}
	c, err := readConstraint(constraint)
	if err != nil {
		return true, err
	}
	core, err := readVersion(version)
	if err != nil {
		return true, err
	}
	if c.Check(core) {
		return true, nil
	}
	// A constraint may name a preview itself, such as "=5.0.0-beta.2".
	exact, err := semver.NewVersion(strings.TrimSpace(version))
	return err == nil && c.Check(exact), nil
}

// CheckVersion says what is wrong with a version that someone typed, nil when Covers can read it. Unlike Covers it takes
// an empty one for a mistake.
func CheckVersion(version string) error {
	_, err := readVersion(version)
	return err
}

func readConstraint(s string) (*semver.Constraints, error) {
	if len(s) > maxVersion {
		return nil, fmt.Errorf("a version constraint is at most %d characters", maxVersion)
	}
	c, err := semver.NewConstraint(s)
	if err != nil {
		return nil, fmt.Errorf("version constraint %q: %w", s, err)
	}
	return c, nil
}

func readVersion(s string) (*semver.Version, error) {
	if len(s) > maxVersion {
		return nil, fmt.Errorf("a version is at most %d characters", maxVersion)
	}
	m := versionForm.FindStringSubmatch(s)
	if m == nil || (m[4] != "" && strings.ContainsAny(m[4][:1], "0123456789")) {
		return nil, fmt.Errorf("version %q has no number that can be read", s)
	}
	for i := range m {
		if m[i] == "" {
			m[i] = "0"
		}
	}
	return semver.NewVersion(m[1] + "." + m[2] + "." + m[3])
}
