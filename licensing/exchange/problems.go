package exchange

import (
	"errors"

	"holdfast/licensing/terms"
)

// Causes of file_unreadable (slot "cause").
const (
	CauseMissing    = "missing"
	CauseTooLarge   = "too_large"
	CauseDevice     = "device"
	CauseDirectory  = "directory"
	CausePermission = "permission"
	CauseMalformed  = "malformed" // the seal is right but the content does not hold to its format
	CauseOther      = "other"
)

// Kinds of file_other_kind (slot "kind"). The last three are files of ours in the wrong place.
const (
	OtherWebPage = "web_page"
	OtherPDF     = "pdf"
	OtherImage   = "image"
	OtherOutlook = "outlook_msg" // .msg and winmail.dat
	OtherOffice  = "office_document"
	OtherArchive = "archive"        // no file of ours in it
	OtherPacked  = "packed_archive" // a kind of archive that is not opened, or one inside another
	OtherLocked  = "locked_archive" // needs a password
	OtherMail    = "mail"           // no file of ours in it
	OtherProgram = "program"
	OtherText    = "text"
	OtherUnknown = "other"
	OtherLicense = "license_file" // a vendor's answer where a request or profile is wanted
	OtherVendor  = "key_file"     // a vendor profile where something else is wanted
	OtherUsage   = "usage_file"   // a usage file of a computer where something else is wanted
)

// Causes of file_unknown_sender (slot "cause"). Without a cause, no key that is known has signed.
const (
	CauseKeyNotYet    = "key_not_yet"   // issued before the key was in use
	CauseKeyEnded     = "key_ended"     // issued after the key's time
	CauseKeyWithdrawn = "key_withdrawn" // issued after the vendor stopped trusting the key
)

func unreadable(cause string, err error) *terms.Problem {
	return terms.NewProblem(terms.StateFileUnreadable, terms.Slots{"cause": cause}, err)
}

func malformed(err error) *terms.Problem { return unreadable(CauseMalformed, err) }

func otherKind(kind string) *terms.Problem {
	return terms.NewProblem(terms.StateFileOtherKind, terms.Slots{"kind": kind}, nil)
}

func cut(err error) *terms.Problem { return terms.NewProblem(terms.StateFileCut, nil, err) }

func changed(err error) *terms.Problem { return terms.NewProblem(terms.StateFileChanged, nil, err) }

// tooNew says that a file needs a newer program; needs is the version that a verified header names, or "".
func tooNew(needs string, err error) *terms.Problem {
	slots := terms.Slots{}
	if needs != "" {
		slots["v"] = needs
	}
	return terms.NewProblem(terms.StateFileTooNew, slots, err)
}

func unknownSender(cause string, err error) *terms.Problem {
	slots := terms.Slots{}
	if cause != "" {
		slots["cause"] = cause
	}
	return terms.NewProblem(terms.StateFileUnknownSender, slots, err)
}

// asProblem returns the Problem in err.
func asProblem(err error) *terms.Problem {
	var p *terms.Problem
	if errors.As(err, &p) {
		return p
	}
	return malformed(err)
}

func empty() *terms.Problem { return terms.NewProblem(terms.StateFileEmpty, nil, nil) }
