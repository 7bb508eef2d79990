// Package plain turns states, dates, plans, numbers and errors into sentences. It is the one place where text for people is
// made; window, command line and issuer share it.
//
// Contract. All words live in assets/translations/<language>/<area>.json as message id to text, or to plural forms
// ("one", "other" and the other CLDR categories, and "none" for zero). A text holds slots written {{.name}} and nothing
// else that is computed; **…** marks the name of a button for translators and is not shown. A sentence is left out when
// a slot that the slot table calls droppable is empty. What comes from outside (names, reasons, file names) is freed of
// control and direction characters before it is put into a sentence.
//
// A Speaker is immutable, safe for concurrent use and cheap to make: a language is read once per process. Nothing here
// reads a clock, the environment or the network; times and zones are given by the caller. Ids are stable.
package plain
