// Package simulate answers "what if?": what would follow, for each product held, if the internet were gone for 60 days, if the
// vendor could not be reached, if the clock were wrong.
//
// It decides nothing. A world turns facts and a scenario into the facts of any other moment, and terms.Evaluate, the same
// function that the engine asks, judges them. So simulation and engine cannot disagree. A copy is tested: no fact is changed,
// and nothing reads a clock, file or network.
//
// Moments of a Result are true time: what a right clock would show. While the scenario lets the computer be online it is in
// contact at every moment; Result.Assumptions says so, as codes that package plain has words for.
package simulate
