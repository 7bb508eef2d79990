//go:build unix

package licensing

import (
	"fmt"
	"os"
	"syscall"

	"holdfast/licensing/terms"
)

// ownHome refuses a home that belongs to another account, as happens under sudo: files made there would lock its
// owner out.
func ownHome(home string) error {
	info, err := os.Stat(home)
	if err != nil {
		return nil
	}
	if !info.IsDir() {
		return terms.NewProblem(terms.StateFileUnreadable, terms.Slots{"cause": "other"}, fmt.Errorf("the home is not a folder"))
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && int(st.Uid) != os.Geteuid() {
		return &Mistake{Code: "home_of_another", Args: map[string]any{"home": home}}
	}
	return nil
}
