// Package cli is the command line: verbs, options, what they print and how they end.
//
// Contract. Run is one whole command and can be called in process, by main and by the owner of a home for another
// process: it reads and prints only through Streams, means every name relative to Streams.Dir, changes no global state and
// returns the exit code. Codes are those of words.md 6.2 and never change their meaning. With --json one JSON object is
// printed on standard output, also for errors; its schema_version is 1, and members are only ever added.
// Without it, answers are on standard output and what kept a command from its work on standard error.
// A verb that reads makes nothing on a new home, asks no person and touches no network. No license key is printed.
// All words come from package plain; help tags hold message ids. They are in the language of the environment, and only
// where that names none in the one of the settings.
package cli
