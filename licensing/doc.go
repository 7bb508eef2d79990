// Package licensing is the engine: it owns one home folder and answers what may be used there and until when.
//
// Contract. One process at a time opens a home for writing (package app/local sees to that). Open never blocks for
// longer than the key store's deadline and always returns an engine that can show a verdict: when secrets cannot be
// read it judges by the signed documents and the device-signed checkpoint, and says so. Every change is one journal record;
// the record is the commit point, everything else (index, checkpoint, documents) is rebuilt from it. All methods
// are safe for concurrent use. Errors that concern a person are *terms.Problem.
package licensing
