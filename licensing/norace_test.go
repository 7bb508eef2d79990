//go:build !race

package licensing

const raceEnabled = false
