package device

import (
	"strconv"
	"strings"
)

// join joins the values that are not empty.
func join(values ...string) string {
	return strings.Join(strings.Fields(strings.Join(values, " ")), " ")
}

// sizeClass returns the size that memory of so many bytes is sold as, such as "16384 MiB": systems keep a part for
// themselves, so what they report lies a little below.
func sizeClass(bytes uint64) string {
	for gib := uint64(1); gib <= 1<<16; gib *= 2 {
		for _, size := range []uint64{gib << 30, gib << 29 * 3} {
			if bytes != 0 && bytes <= size {
				return strconv.FormatUint(size>>20, 10) + " MiB"
			}
		}
	}
	return ""
}
