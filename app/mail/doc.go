// Package mail writes e-mail drafts: a mail that is ready to be looked at and sent by the person's own mail program. Nothing is
// sent or received here.
//
// Contract. EML gives a whole mail as a file, which mail programs open as one to be written (X-Unsent), with the file attached;
// it names no sender and no computer. Mailto gives a link for those that cannot, without the file. The same draft at the same date
// gives the same bytes. All words come from package plain.
package mail
