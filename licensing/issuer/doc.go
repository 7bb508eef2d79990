// Package issuer is the vendor's side: it keeps keys, licenses and places, and answers requests with signed files.
//
// Contract. Init makes an issuer in a folder; Open opens it for one process at a time and gives up after two seconds
// when another process holds it. Everything that changes something does so in one store transaction: an answer, the place
// it takes and the version it gives out are recorded together or not at all, and only then is a file handed back.
// So the same request gets the same bytes for ever, however often and after whatever interruption it is answered.
//
// Keys. The root key signs profiles only and lies in a folder of its own, meant for a stick that is taken away. Working keys
// sign answers. Both are reached through exchange.Signer: a key file, or a command that never hands the key over.
// License keys are not stored: the store holds their SHA-256 and their masked form. An order that is repeated
// derives the same key again from a secret that lies with the working keys.
//
// Besides answers there are letters: extensions, notices, holds and withdrawals, each one signed file for every computer that it
// is about. What they say is kept by subject with a growing version, and every later answer brings what still counts. Added time
// is kept for good, with who granted it and why. What a policy does not give by itself needs a person: CodeNeedsPerson, then Decide.
//
// Usage files are answered with receipts. Package usage proves and reckons them; here the standing of each ledger is kept, what was
// counted by day, and what a person should look at: nothing is refused because of it. Open, proof and count of a file, its findings and its
// receipt are one transaction. A store that was put back from an old copy takes its standing from the newest receipt that a computer
// sends along, signed by this vendor. Days can be handed out, erased and given a time to be kept; what proves the chain stays.
//
// A store of the first version is read as it is. It becomes one of the second with the first record that the first version would
// overlook, and one of the third with the first usage file; older programs then say that they are too old, and change nothing.
//
// Time and randomness come from Options; nothing here reads a clock. The issuer refuses to sign when its clock is behind
// its newest signature, or further ahead of it than this computer has been on (see stamp). Errors that concern a person are *Error or *terms.Problem, both with an exit code.
package issuer
