package plain

import (
	"errors"
	"testing"
)

func TestWhatIsMistypedIsSaidInPlainWords(t *testing.T) {
	s, err := New("en")
	if err != nil {
		t.Fatal(err)
	}
	for said, want := range map[string]string{
		`unknown flag --adr, did you mean one of "--dir", "--addr"?`:                       "there is no option --adr. Did you mean --dir, --addr?",
		`--rate: expected float value but got "-3" (short flag); perhaps try --rate="-3"?`: "--rate needs a value. Write --rate=-3 if that is meant.",
		`--rate: expected a float but got "abc" (string)`:                                  `--rate needs a number, and "abc" is none.`,
		`--places: expected a valid 64 bit int but got "2.5"`:                              `--places needs a whole number, and "2.5" is none.`,
		`--tls must be one of "self","" but got "selff"`:                                   "--tls is one of self, not selff.",
		`missing flags: --dir=STRING`:                                                      "--dir=STRING is missing.",
		`something that no parser says.`:                                                   "something that no parser says.",
	} {
		if got := s.Mistyped(errors.New(said)); got != want {
			t.Errorf("%s:\n%s, want\n%s", said, got, want)
		}
	}
}
