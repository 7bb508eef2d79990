package terms

import "slices"

// slots are the names between braces in each row of words.md 5.6, sorted. Evaluate fills them so:
//
//	product, feature, reason, way_out                Text
//	features                                         []Text
//	after, works_now, works_now_or_unread, works_until_start, kept_and_viewed, all_or_all_except   Kept
//	then                                             Then
//	versions                                         Versions
//	date, start, until, grace, deadline, time, date_or_none   time.Time; zero: no date
//	n, days, seconds, size                           int
//	promise                                          Length; zero: none
//	old, new, impact_or_all                          Text; nil: not said
//	what_works                                       Text of the hold, else Kept
//	parts, core_parts                                []Text; parts of computer_changed are kinds of hardware, []string
//	evidence                                         Evidence
//	list                                             []PlaceUse
//	buyer, vendor, contact, serial, v, name, ref, keychain, c1, c2, label1, updates, restore_if_any   string
//
// Findings about a product also have product, and no_service (true) when its vendor has none; rolled_back has until, when its
// date is known.
var slots = map[State][]string{
	StateNotSetUp:          {},
	StateActive:            {"date", "features", "product"},
	StateActiveOffline:     {"date", "days", "end", "features", "last", "vendor"},
	StateActiveNoEnd:       {"features", "product", "updates", "versions"},
	StateTrial:             {"after", "date", "features", "product", "start"},
	StateNotStarted:        {"date", "works_until_start"},
	StateRequestWaiting:    {"date", "name", "promise", "until", "works_now"},
	StateRequestRefused:    {"contact", "deadline", "reason", "ref", "vendor", "way_out", "works_now"},
	StateFirstUse:          {"after", "date", "days", "features", "vendor"},
	StateNotIncluded:       {"buyer", "feature", "features", "serial"},
	StateVersionNotCovered: {"buyer", "product", "v", "versions"},
	StateOfflineEnding:     {"date", "days", "grace", "last", "vendor"},
	StateEndingSoon:        {"buyer", "date", "then"},
	StateGraceOffline:      {"after", "all_or_all_except", "date", "grace"},
	StateGraceRenewal:      {"after", "all_or_all_except", "buyer", "date", "grace"},
	StateGraceVendor:       {"all_or_all_except", "evidence", "grace", "status_page", "vendor"},
	StateGraceExtended:     {"agent", "all_or_all_except", "date", "days", "reason", "vendor", "what"},
	StateMaintenance:       {"date", "hours", "impact_or_all", "ref", "vendor"},
	StatePolicyChange:      {"date", "new", "old", "reason"},
	StateLimited:           {"date", "kept_and_viewed", "product"},
	StateLimitedParts:      {"core_parts", "date", "grace", "parts", "product"},
	StateExpired:           {"buyer", "date", "kept_and_viewed"},
	StateRevoked:           {"date", "date2", "deadline", "issuer", "reason", "ref", "review_effect", "until_then", "who"},
	StateOnHold:            {"date", "issuer", "reason", "ref", "what_works"},
	StateDeviceLimit:       {"date", "list", "n", "vendor"},
	StateClockWrong:        {"date_or_none", "local", "sure", "works_now"},
	StateClockUnsure:       {"date_or_none", "from", "sure", "to", "vendor", "works_now"},
	StateComputerChanged:   {"date", "days", "m", "n", "parts", "works_now"},
	StateOtherComputer:     {"c1", "c2", "label1", "vendor"},
	StateTwoCopies:         {"date", "vendor"},
	StateRolledBack:        {"date", "days", "works_now"},
	StateKeychainLocked:    {"date_or_none", "keychain", "works_now_or_unread"},
	StateKeychainMute:      {"date_or_none", "keychain", "seconds", "works_now_or_unread"},
	StateKeychainDenied:    {"date_or_none", "works_now_or_unread"},
	StateKeychainNone:      {"works_now_or_unread"},
	StateKeyMissing:        {"restore_if_any", "vendor", "works_now"},
	StateRecordsRepaired:   {"n", "time"},
	StateRecordsDamaged:    {"restore_if_any", "vendor", "works_now"},
	StateDiskFull:          {"size", "works_now"},
	StateFileCut:           {},
	StateFileChanged:       {},
	StateFileRequest:       {"date", "vendor"},
	StateFileOtherKind:     {"kind"},
	StateFileUnknownSender: {},
	StateFileOlder:         {"d1", "d2"},
	StateFileKnown:         {"date"},
	StateFileOtherOrg:      {"org", "org2"},
	StateFileTooNew:        {"v", "v2", "vendor"},
	StateFileWaiting:       {"m", "n"},
	StateVendorNew:         {"name", "words"},
	StateVendorKeyChanged:  {"vendor"},
	StateFileUnreadable:    {"cause"},
	StateFileEmpty:         {},
	StateFileWrongRequest:  {"r1", "r2", "serial"},
	StateFileRequestOver:   {"date"},
	StateFileReplayed:      {"date"},
	StateFileNoneForHere:   {"c2", "n"},
	StateUsageDue:          {"date", "late_effect", "period"},
	StateUsageWaiting:      {"date", "name", "promise"},
	StateUsageConfirmed:    {"from", "n", "ref", "to", "vendor"},
	StateUsageMismatch:     {"a", "b", "days"},
	StateUsageGap:          {"cause", "from", "to"},
	StateNoContact:         {"date", "plain_cause", "time", "vendor", "when"},
	StateContactBlocked:    {"date", "host", "port", "proxy", "vendor"},
	StateUpdated:           {"all_or_all_except", "date", "gained", "lost", "n", "vendor"},
	StateReviewOpen:        {"date", "ref", "topic", "what_works_during_review"},
	StateReviewAnswered:    {"date", "deadline", "next_step", "result", "text", "who", "works_now"},
	StateMoving:            {"date", "other", "vendor"},
	StateManaged:           {"contact", "org"},
	StateEmergency:         {"cause", "date", "m", "n", "used"},
	StateUsageOverdue:      {"all_or_all_except", "date", "last", "late_effect"},
	StateQuotaLow:          {"buyer", "date", "from", "included", "left", "meter", "used"},
	StateQuotaUsed:         {"buyer", "from", "included", "meter", "overage_effect", "paused_parts", "reset", "used"},
}

// SlotsOf returns the slots that the sentences of a state may use, sorted.
func SlotsOf(s State) []string { return slices.Clone(slots[s]) }
