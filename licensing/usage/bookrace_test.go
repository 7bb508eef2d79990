//go:build race

package usage

const underRace = true
