// Package terms holds what a license says and what follows from it.
//
// Policy and License are what a vendor signed; Facts is everything known on this computer; Evaluate turns facts and
// a time into a Verdict. Evaluate is pure: it reads no clock, file, network or random source, so the
// simulator and the timeline can call it with any other time and can never disagree with the engine.
// (Zones come from the system's or the built-in database, once for each name.)
//
// Without a new fact a verdict never gets better as time passes, except that a license starts; a further license
// never takes anything away; the order of facts means nothing. Dates that end something are its last moment:
// it holds while the decision time is not after them.
//
// Policy files are read by ParsePolicy; schema/policy.v1.json describes them. What a license leaves open is none,
// save devices.unproven (7d), renewal.remind_from (60d), a feature's after (view) and the zone (UTC): the values of
// WithDefaults travel inside each license.
package terms
