package local

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestACommandTravelsByteForByte(t *testing.T) {
	for _, c := range []Command{
		{Args: []string{"import", "r\xe9.hfreq"}, Dir: "/home/ann\xe9"},
		{Args: []string{"status"}, Dir: "/home/ann"},
	} {
		b, err := json.Marshal(c.packed())
		if err != nil {
			t.Fatal(err)
		}
		var got Command
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		if got = got.unpacked(); !slices.Equal(got.Args, c.Args) || got.Dir != c.Dir {
			t.Errorf("%q in %q arrived as %q in %q", c.Args, c.Dir, got.Args, got.Dir)
		}
	}
}
