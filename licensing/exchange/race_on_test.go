//go:build race

package exchange

// The race detector keeps shadow memory and runs slower: limits of memory are measured without it.
const raceEnabled = true
