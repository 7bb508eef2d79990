// Package terms holds what a license says and what follows from it.
//
// Policy and License are what a vendor signed; Facts is everything known on this computer; Evaluate turns facts and
// a time into a Verdict. Evaluate is pure: it reads no clock, file, network or random source, so the
// simulator and the timeline can call it with any other time and can never disagree with the engine.
package terms
