package issuer

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"holdfast/licensing/disk"
	"holdfast/licensing/terms"
)

// Code is the stable name of a situation that the issuer reports. The sentence is issuer.error.<code> in the
// translation files, filled with the error's slots.
type Code string

// What can stand in the way, with the exit code of words.md 6.2 behind each.
const (
	CodeVendorID        Code = "vendor_id"         // 2: the short name has other characters
	CodeExists          Code = "exists"            // 2: the folder holds an issuer already
	CodeServiceURL      Code = "service_url"       // 2: computers would not contact that address
	CodeNone            Code = "none"              // 29: the folder holds no issuer
	CodeNewer           Code = "newer"             // 26: made by a newer version
	CodeBusy            Code = "busy"              // 75: another process has the store open
	CodeDamaged         Code = "damaged"           // 33: a record or key file is damaged
	CodeSpace           Code = "space"             // 43: disk full or read-only
	CodeRootMissing     Code = "root_missing"      // 29: the root key is not in its folder
	CodeKeyMissing      Code = "key_missing"       // 41: a working key is not in its folder
	CodePassNeeded      Code = "passphrase_needed" // 42: sealed key and no passphrase
	CodePassWrong       Code = "passphrase_wrong"  // 42
	CodeSignerCommand   Code = "signer_command"    // 42: external signer gave no good signature
	CodeClockBehind     Code = "clock_behind"      // 30: clock is behind the newest signature
	CodeKeyNotYet       Code = "key_not_yet"       // 30: the working key is for later than the clock says
	CodeLicenseKey      Code = "license_key"       // 2: not a license key
	CodeKeyUnknown      Code = "key_unknown"       // 2: no license has this key
	CodeSerialUnknown   Code = "serial_unknown"    // 2
	CodeOtherOrder      Code = "other_order"       // 2: the order exists with another key
	CodeNoEnd           Code = "no_end"            // 71: nothing to renew
	CodeOtherVendor     Code = "other_vendor"      // 23: request for another vendor
	CodeKindUnknown     Code = "kind_unknown"      // 26: request of a kind this build does not answer
	CodeRequestOver     Code = "request_over"      // 28: request ended
	CodeNoRequest       Code = "no_request"        // 27: file holds no request
	CodeNothing         Code = "nothing"           // 71: empty folder
	CodePolicy          Code = "policy"            // 60: policy file has errors
	CodeWithdrawUnknown Code = "withdraw_unknown"  // 2: no such working key
	CodeValue           Code = "value"             // 2: a flag's value cannot be used

	CodeNobody          Code = "nobody"            // 2: no license has this customer, site or product
	CodeNothingToExtend Code = "nothing_to_extend" // 71: no offline limit, no end, a trial or withdrawn
	CodeCovered         Code = "covered"           // 71: what is asked for is there already
	CodeSecondNeeded    Code = "second_needed"     // 61: above what one agent may grant
	CodeSecondSame      Code = "second_same"       // 2: the second person is the first
	CodeNotOnHold       Code = "not_on_hold"       // 71: there is no hold to lift
	CodeNotWithdrawn    Code = "not_withdrawn"     // 71: there is no withdrawal to take back
	CodeNoticeUnknown   Code = "notice_unknown"    // 2: no notice has this id
	CodeNoticeKind      Code = "notice_kind"       // 2: the notice is of another type
	CodeNeedsPerson     Code = "needs_person"      // 61: above the policy; a person has to decide, see Ask
	CodeTooMany         Code = "too_many"          // 2: a request names more licenses than fit into an answer
	CodeClockAhead      Code = "clock_ahead"       // 30: the clock ran ahead of what the computer was on
	CodePolicyVersion   Code = "policy_version"    // 60: the version does not grow
	CodeChangelog       Code = "changelog"         // 60: changed values without a changelog entry, see Uncovered
	CodePolicySame      Code = "policy_same"       // 71: nothing in it is new
	CodeOtherProduct    Code = "other_product"     // 2: the policy is for another product
	CodeSealedForOther  Code = "sealed_for_other"  // 23: usage that is sealed for a key which is not this vendor's
	CodeNoUsage         Code = "no_usage"          // 27: the file holds no usage file

	CodeAway      Code = "away"       // 75: the database cannot be reached; nothing was recorded
	CodeUnsure    Code = "unsure"     // 75: the connection was lost while it recorded; the same request again tells
	CodeTwoStores Code = "two_stores" // 2: the folder has a store of its own, and a database was named
	CodeWhich     Code = "which"      // 2: the database holds several vendors, and none was named
	CodeMoving    Code = "moving"     // 75: the store was not moved there completely
	CodeNotEmpty  Code = "not_empty"  // 2: the database holds this vendor's records already
	CodeThere     Code = "there"      // 71: the records are in that database already
	CodeNoTarget  Code = "no_target"  // 2: a move without a database
	CodeDenied    Code = "denied"     // 42: the user may not read or write it
	CodeNotFolder Code = "not_folder" // 2: a file is where the folder should be

	CodeLogin      Code = "database_login"  // 42: the database does not let this user in, or the password is another
	CodeNoDatabase Code = "no_database"     // 29: the server has no such database
	CodeRights     Code = "database_rights" // 42: the user may not make or use the tables
	CodeTLS        Code = "database_tls"    // 51: no TLS where it is asked for, or a certificate that nobody trusts
	CodeHost       Code = "database_host"   // 50: nobody knows the name of the database's host
	CodeReadOnly   Code = "read_only"       // 75: the database takes no writes now, as a standby does
)

var exits = map[Code]int{
	CodeVendorID: 2, CodeServiceURL: 2, CodeExists: 2, CodeNone: 29, CodeNewer: 26, CodeBusy: 75, CodeDamaged: 33, CodeSpace: 43,
	CodeRootMissing: 29, CodeKeyMissing: 41, CodePassNeeded: 42, CodePassWrong: 42, CodeSignerCommand: 42,
	CodeClockBehind: 30, CodeKeyNotYet: 30, CodeLicenseKey: 2, CodeKeyUnknown: 2, CodeSerialUnknown: 2, CodeOtherOrder: 2,
	CodeNoEnd: 71, CodeOtherVendor: 23, CodeKindUnknown: 26, CodeRequestOver: 28,
	CodeNoRequest: 27, CodeNothing: 71, CodePolicy: 60, CodeWithdrawUnknown: 2, CodeValue: 2,
	CodeNobody: 2, CodeNothingToExtend: 71, CodeCovered: 71, CodeSecondNeeded: 61, CodeSecondSame: 2, CodeNotOnHold: 71,
	CodeNotWithdrawn: 71, CodeNoticeUnknown: 2, CodeNoticeKind: 2, CodeNeedsPerson: 61, CodeTooMany: 2, CodeClockAhead: 30,
	CodePolicyVersion: 60, CodeChangelog: 60, CodePolicySame: 71, CodeOtherProduct: 2,
	CodeSealedForOther: 23, CodeNoUsage: 27,
	CodeAway: 75, CodeUnsure: 75, CodeTwoStores: 2, CodeWhich: 2, CodeMoving: 75, CodeNotEmpty: 2,
	CodeThere: 71, CodeNoTarget: 2, CodeNotFolder: 2, CodeDenied: 42,
	CodeLogin: 42, CodeNoDatabase: 29, CodeRights: 42, CodeTLS: 51, CodeHost: 50, CodeReadOnly: 75,
}

// Error is a situation that a person must know about. It holds no secret.
type Error struct {
	Code  Code
	Slots map[string]any // values for the sentence
	Err   error          // cause, for details; may be nil
}

// Error returns the stable code and the cause.
func (e *Error) Error() string {
	if e.Err != nil {
		return string(e.Code) + ": " + e.Err.Error()
	}
	return string(e.Code)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ExitCode returns the published exit code of err: 0 for nil, 1 for an error without one.
func ExitCode(err error) int {
	var own *Error
	var problem *terms.Problem
	switch {
	case err == nil:
		return 0
	case errors.As(err, &own):
		if n, ok := exits[own.Code]; ok {
			return n
		}
	case errors.As(err, &problem):
		return problem.State.ExitCode(false)
	}
	return 1
}

func say(code Code, cause error, slots ...any) *Error {
	e := &Error{Code: code, Err: cause, Slots: map[string]any{}}
	for i := 0; i+1 < len(slots); i += 2 {
		e.Slots[slots[i].(string)] = slots[i+1]
	}
	return e
}

// onDisk turns a full or read-only disk, and what belongs to somebody else, into situations of their own and names the file otherwise.
func onDisk(err error, name string) error {
	switch {
	case err == nil:
		return nil
	case disk.IsFull(err):
		return say(CodeSpace, err, "file", name)
	case errors.Is(err, fs.ErrPermission):
		return say(CodeDenied, err, "file", name)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// Away says whether an error is one of the store alone, which may be gone with the next try: it cannot be reached or used, or another process
// has it.
func Away(err error) bool {
	return hasCode(err, CodeAway, CodeUnsure, CodeBusy, CodeReadOnly, CodeLogin, CodeNoDatabase, CodeRights, CodeTLS, CodeHost)
}

// hasCode says whether err is one of the issuer's, with one of the codes.
func hasCode(err error, codes ...Code) bool {
	var own *Error
	return errors.As(err, &own) && slices.Contains(codes, own.Code)
}
