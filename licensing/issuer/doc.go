// Package issuer is the vendor's side: it keeps keys, licenses and places, and answers requests with signed files.
//
// Contract. Init makes an issuer in a folder; Open opens it for one process at a time and gives up after two seconds
// when another process holds it. With Options.Database the records are in a PostgreSQL database, and any number of processes have it open; the
// keys stay in the folder. Everything that changes something does so in one store transaction: an answer, the place
// it takes and the version it gives out are recorded together or not at all, and only then is a file handed back.
// So the same request gets the same bytes, however often and after whatever interruption it is answered: for ever when it activated, renewed
// or was decided by a person, and for 90 days when it was a check-in or a usage file, which can be answered anew (recent.go).
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
// overlook, one of the third with the first usage file, one of the fourth with the first place or ledger that the index of
// computers names (holders.go), and one of the fifth with the next answer; older programs then say that they are too old, and change nothing.
//
// Many callers at once share transactions (combine.go): each still gets all or nothing of its own, and returns when that is durable. Answers are
// decided and signed before that, beside each other, and made once more in their turn when something that they rest on was changed (ahead.go):
// the outcome is that of one after the other. Signer commands therefore run at the same time. Every stored value carries
// its checksum, which is compared whenever it is read. Of a file, Open reads every record and notices too when one is missing or older
// than the others. Of a database it reads nothing but whose it is: what is damaged is noticed when it is asked for, and that no record is lost or older
// is for PostgreSQL, its backups and its own checksums. A connection that is lost is CodeAway, nothing recorded; in the moment of the commit it is
// CodeUnsure, and the same request again finds its answer or makes it. MoveStore moves a file's records into a database.
//
// Time and randomness come from Options; nothing here reads a clock. The issuer refuses to sign when its clock is behind
// its newest signature, or further ahead of it than this computer has been on (see stamp). Errors that concern a person are *Error or *terms.Problem, both with an exit code.
package issuer
