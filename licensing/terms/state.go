package terms

// State is the stable name of a situation, as words.md 5.6 lists them. It is printed, logged and scripted against.
type State string

// Tone says how much a state matters: ok, notice, warn or stop.
type Tone string

// The four tones.
const (
	ToneOK     Tone = "ok"
	ToneNotice Tone = "notice"
	ToneWarn   Tone = "warn"
	ToneStop   Tone = "stop"
)

// All states of words.md 5.6, in its order.
const (
	StateNotSetUp          State = "not_set_up"
	StateActive            State = "active"
	StateActiveOffline     State = "active_offline"
	StateActiveNoEnd       State = "active_no_end"
	StateTrial             State = "trial"
	StateNotStarted        State = "not_started"
	StateRequestWaiting    State = "request_waiting"
	StateRequestRefused    State = "request_refused"
	StateFirstUse          State = "first_use"
	StateNotIncluded       State = "not_included"
	StateVersionNotCovered State = "version_not_covered"
	StateOfflineEnding     State = "offline_ending"
	StateEndingSoon        State = "ending_soon"
	StateGraceOffline      State = "grace_offline"
	StateGraceRenewal      State = "grace_renewal"
	StateGraceVendor       State = "grace_vendor"
	StateGraceExtended     State = "grace_extended"
	StateMaintenance       State = "maintenance"
	StatePolicyChange      State = "policy_change"
	StateLimited           State = "limited"
	StateLimitedParts      State = "limited_parts"
	StateExpired           State = "expired"
	StateRevoked           State = "revoked"
	StateOnHold            State = "on_hold"
	StateDeviceLimit       State = "device_limit"
	StateClockWrong        State = "clock_wrong"
	StateClockUnsure       State = "clock_unsure"
	StateComputerChanged   State = "computer_changed"
	StateOtherComputer     State = "other_computer"
	StateTwoCopies         State = "two_copies"
	StateRolledBack        State = "rolled_back"
	StateKeychainLocked    State = "keychain_locked"
	StateKeychainMute      State = "keychain_mute"
	StateKeychainDenied    State = "keychain_denied"
	StateKeychainNone      State = "keychain_none"
	StateKeyMissing        State = "key_missing"
	StateRecordsRepaired   State = "records_repaired"
	StateRecordsDamaged    State = "records_damaged"
	StateDiskFull          State = "disk_full"
	StateFileCut           State = "file_cut"
	StateFileChanged       State = "file_changed"
	StateFileRequest       State = "file_request"
	StateFileOtherKind     State = "file_other_kind"
	StateFileUnknownSender State = "file_unknown_sender"
	StateFileOlder         State = "file_older"
	StateFileKnown         State = "file_known"
	StateFileOtherOrg      State = "file_other_org"
	StateFileTooNew        State = "file_too_new"
	StateFileWaiting       State = "file_waiting"
	StateVendorNew         State = "vendor_new"
	StateVendorKeyChanged  State = "vendor_key_changed"
	StateFileUnreadable    State = "file_unreadable"
	StateFileEmpty         State = "file_empty"
	StateFileWrongRequest  State = "file_wrong_request"
	StateFileRequestOver   State = "file_request_over"
	StateFileReplayed      State = "file_replayed"
	StateFileNoneForHere   State = "file_none_for_here"
	StateUsageDue          State = "usage_due"
	StateUsageWaiting      State = "usage_waiting"
	StateUsageConfirmed    State = "usage_confirmed"
	StateUsageMismatch     State = "usage_mismatch"
	StateUsageGap          State = "usage_gap"
	StateNoContact         State = "no_contact"
	StateContactBlocked    State = "contact_blocked"
	StateUpdated           State = "updated"
	StateReviewOpen        State = "review_open"
	StateReviewAnswered    State = "review_answered"
	StateMoving            State = "moving"
	StateManaged           State = "managed"
	StateEmergency         State = "emergency"
	StateUsageOverdue      State = "usage_overdue"
	StateQuotaLow          State = "quota_low"
	StateQuotaUsed         State = "quota_used"
)

// published is what words.md promises about a state: its tone, and its exit codes without and with --strict.
type published struct {
	tone         Tone
	code, strict int
}

var states = map[State]published{
	StateNotSetUp:          {ToneNotice, 15, 15},
	StateActive:            {ToneOK, 0, 0},
	StateActiveOffline:     {ToneOK, 0, 0},
	StateActiveNoEnd:       {ToneOK, 0, 0},
	StateTrial:             {ToneNotice, 0, 0},
	StateNotStarted:        {ToneNotice, 16, 16},
	StateRequestWaiting:    {ToneNotice, 15, 15},
	StateRequestRefused:    {ToneWarn, 53, 53},
	StateFirstUse:          {ToneNotice, 0, 10},
	StateNotIncluded:       {ToneNotice, 17, 17},
	StateVersionNotCovered: {ToneNotice, 17, 17},
	StateOfflineEnding:     {ToneNotice, 0, 0},
	StateEndingSoon:        {ToneNotice, 0, 0},
	StateGraceOffline:      {ToneWarn, 0, 11},
	StateGraceRenewal:      {ToneWarn, 0, 11},
	StateGraceVendor:       {ToneNotice, 0, 11},
	StateGraceExtended:     {ToneOK, 0, 11},
	StateMaintenance:       {ToneNotice, 0, 0},
	StatePolicyChange:      {ToneNotice, 0, 0},
	StateLimited:           {ToneWarn, 12, 12},
	StateLimitedParts:      {ToneWarn, 12, 12},
	StateExpired:           {ToneWarn, 13, 13},
	StateRevoked:           {ToneStop, 14, 14},
	StateOnHold:            {ToneWarn, 14, 14},
	StateDeviceLimit:       {ToneWarn, 53, 53},
	StateClockWrong:        {ToneWarn, 0, 0},
	StateClockUnsure:       {ToneNotice, 0, 0},
	StateComputerChanged:   {ToneWarn, 0, 0},
	StateOtherComputer:     {ToneNotice, 22, 22},
	StateTwoCopies:         {ToneWarn, 0, 0},
	StateRolledBack:        {ToneWarn, 32, 32},
	StateKeychainLocked:    {ToneWarn, 40, 40},
	StateKeychainMute:      {ToneWarn, 40, 40},
	StateKeychainDenied:    {ToneWarn, 40, 40},
	StateKeychainNone:      {ToneWarn, 41, 41},
	StateKeyMissing:        {ToneWarn, 41, 41},
	StateRecordsRepaired:   {ToneNotice, 31, 31},
	StateRecordsDamaged:    {ToneWarn, 33, 33},
	StateDiskFull:          {ToneWarn, 43, 43},
	StateFileCut:           {ToneNotice, 20, 20},
	StateFileChanged:       {ToneNotice, 20, 20},
	StateFileRequest:       {ToneNotice, 27, 27},
	StateFileOtherKind:     {ToneNotice, 27, 27},
	StateFileUnknownSender: {ToneWarn, 21, 21},
	StateFileOlder:         {ToneNotice, 24, 24},
	StateFileKnown:         {ToneOK, 0, 25},
	StateFileOtherOrg:      {ToneNotice, 23, 23},
	StateFileTooNew:        {ToneNotice, 26, 26},
	StateFileWaiting:       {ToneNotice, 75, 75},
	StateVendorNew:         {ToneNotice, 21, 21},
	StateVendorKeyChanged:  {ToneNotice, 0, 0},
	StateFileUnreadable:    {ToneNotice, 29, 29},
	StateFileEmpty:         {ToneNotice, 20, 20},
	StateFileWrongRequest:  {ToneNotice, 28, 28},
	StateFileRequestOver:   {ToneNotice, 28, 28},
	StateFileReplayed:      {ToneNotice, 24, 24},
	StateFileNoneForHere:   {ToneNotice, 22, 22},
	StateUsageDue:          {ToneNotice, 0, 0},
	StateUsageWaiting:      {ToneOK, 0, 0},
	StateUsageConfirmed:    {ToneOK, 0, 0},
	StateUsageMismatch:     {ToneWarn, 0, 0},
	StateUsageGap:          {ToneNotice, 0, 0},
	StateNoContact:         {ToneOK, 50, 50},
	StateContactBlocked:    {ToneNotice, 51, 51},
	StateUpdated:           {ToneOK, 0, 0},
	StateReviewOpen:        {ToneOK, 0, 0},
	StateReviewAnswered:    {ToneOK, 0, 0},
	StateMoving:            {ToneNotice, 0, 0},
	StateManaged:           {ToneOK, 0, 0},
	StateEmergency:         {ToneWarn, 0, 10},
	StateUsageOverdue:      {ToneWarn, 0, 0},
	StateQuotaLow:          {ToneNotice, 0, 0},
	StateQuotaUsed:         {ToneWarn, 18, 18},
}

// States returns every state, for tests and tools that must cover all of them. The order is not defined.
func States() []State {
	all := make([]State, 0, len(states))
	for s := range states {
		all = append(all, s)
	}
	return all
}

// Known says whether s is a published state.
func (s State) Known() bool { _, ok := states[s]; return ok }

// Tone returns the published tone of s; notice for an unknown state.
func (s State) Tone() Tone {
	if p, ok := states[s]; ok {
		return p.tone
	}
	return ToneNotice
}

// ExitCode returns the published exit code of s (words.md 6.2). strict is the --strict flag: grace and
// first use then count as something to act on.
func (s State) ExitCode(strict bool) int {
	p, ok := states[s]
	switch {
	case !ok:
		return 1
	case strict:
		return p.strict
	}
	return p.code
}
