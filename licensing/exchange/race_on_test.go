//go:build race

package exchange

// The race detector keeps shadow memory and runs slower: cost is measured without it, and sweeps are coarser.
const raceEnabled = true
