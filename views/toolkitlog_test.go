package views

import (
	"bytes"
	"log"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
)

func TestTheToolkitsLogShowsOnlyWhenNoWindowCame(t *testing.T) {
	var terminal, out bytes.Buffer
	before := log.Writer()
	log.SetOutput(&terminal)
	defer log.SetOutput(before)
	for _, came := range []bool{true, false} {
		out.Reset()
		started, end := keepToolkitLog(&out)
		fyne.LogError("no display", nil)
		if came {
			started()
			fyne.LogError("no icon", nil)
		}
		end()
		if got := strings.Contains(out.String(), "no display"); got == came || strings.Contains(out.String(), "no icon") {
			t.Errorf("the window came: %v, shown: %q", came, out.String())
		}
	}
	if terminal.Len() > 0 {
		t.Errorf("on the terminal: %q", terminal.String())
	}
	if log.Writer() != &terminal {
		t.Error("the log is not put back")
	}
}
