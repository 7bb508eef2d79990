package plain

// kind says how the value of a slot is put into words.
type kind int

const (
	asWord    kind = iota // a name or text as it is; a list is joined, a number written
	asEnd                 // a coming end: a date, and its time when that matters (design: Time, rule 5)
	asStart               // a beginning: a date, and its time when it does not begin with the day
	asDay                 // a date
	asMoment              // a date and its time
	asCode                // a code with a text of its own in a family
	asWrapped             // put into the text slot.<name>.said
	asAgain               // the same, of a moment
	asNow                 // terms.Kept: what works now
	asAllBut              // terms.Kept: everything, or everything except …
	asAfter               // terms.Kept: what goes on, is in view mode and pauses
	asThen                // terms.Then
	asDays                // calendar days until the slot that it counts to
	asDue                 // a day, or the length until it, put into the text slot.<name>.said
	asTerm                // a date with its days, as a sentence
	asSeconds             // a number; 0 is not known
	asCount               // a number; what is not known counts as 0, which has a form of its own
)

// without says what stands where a value is missing.
type without int

const (
	dropSentence without = iota // the sentence around it is left out
	omitSlot                    // the slot alone is left out
	sayInstead                  // the text slot.<name>, in our own words
)

// row is one line of the slot table (words.md, "Slots: where each comes from").
type row struct {
	from    string // where the value comes from
	kind    kind
	without without
	family  string // of asCode: message ids are family.code
	text    string // of sayInstead, when it is not slot.<name>
	counts  string // of asDays: the slot whose date is counted to
}

// rows is the slot table. A key is a slot, or state.slot or state.answer.slot where a slot means something else there;
// the most exact key counts.
var rows = map[string]row{
	// names
	"product":  {from: "policy, in the person's language; else its id", without: sayInstead},
	"feature":  {from: "policy, in the person's language; else its id", without: sayInstead},
	"features": {from: "policy, in the person's language; else ids", without: omitSlot},
	"parts":    {from: "policy: features that are paused", without: sayInstead},
	"paused_parts": {
		from: "Evaluate: features that stopped with the amount", without: sayInstead, text: "slot.parts",
	},
	"core_parts": {
		from: "policy: features at full use", without: sayInstead,
	},
	"serial":                             {from: "license", without: omitSlot},
	"versions":                           {from: "policy product.versions"},
	"active_no_end.versions":             {from: "policy product.versions", without: omitSlot},
	"version_not_covered.works.versions": {from: "policy product.versions", without: omitSlot},
	"gained":                             {from: "changes", kind: asWrapped, without: omitSlot},
	"lost":                               {from: "changes", kind: asWrapped, without: omitSlot},
	"changed":                            {from: "changes, in the words of the contact log", without: omitSlot},
	"updates":                            {from: "license: until when updates are included", kind: asWrapped, without: omitSlot},
	"v":                                  {from: "question, or what the file needs"},
	"v2":                                 {from: "this program"},
	"meter":                              {from: "policy, in the person's language; else its id", without: sayInstead},

	// people and organizations
	"vendor":  {from: "profile", without: sayInstead, text: "slot.contact"},
	"issuer":  {from: "profile", without: sayInstead, text: "slot.contact"},
	"contact": {from: "profile support", without: sayInstead},
	"support": {from: "profile support", without: sayInstead, text: "slot.contact"},
	"buyer":   {from: "policy renewal.contact or machine policy", without: sayInstead},
	"agent":   {from: "extension", without: sayInstead},
	"who":     {from: "signed answer", without: sayInstead, text: "slot.contact"},
	"org":     {from: "license or machine policy", without: sayInstead},
	"org2":    {from: "machine policy", without: sayInstead},
	"name":    {from: "file name, or what a profile calls itself"},
	"reason":  {from: "signed document, in the person's language"},
	"ref":     {from: "signed document"},
	"text":    {from: "signed answer"},
	"topic":   {from: "review", without: sayInstead},
	"result":  {from: "signed answer"},
	"words":   {from: "check words of the root key"},

	// dates
	"date":                           {from: "Evaluate", kind: asEnd},
	"date2":                          {from: "revocation", kind: asEnd},
	"end":                            {from: "license", kind: asEnd},
	"grace":                          {from: "Evaluate", kind: asEnd},
	"until":                          {from: "request", kind: asEnd},
	"reset":                          {from: "meter period", kind: asDay},
	"deadline":                       {from: "signed document", kind: asEnd},
	"start":                          {from: "license", kind: asDay},
	"last":                           {from: "journal: last proof of contact", kind: asDay},
	"asked":                          {from: "journal", kind: asDay},
	"started":                        {from: "journal", kind: asDay},
	"used":                           {from: "usage ledger, or the day a code was used", kind: asDay, without: omitSlot},
	"d1":                             {from: "the file", kind: asDay},
	"d2":                             {from: "the license in use", kind: asDay},
	"from":                           {from: "journal or usage ledger", kind: asDay},
	"to":                             {from: "journal or usage ledger", kind: asDay},
	"local":                          {from: "clock", kind: asMoment},
	"sure":                           {from: "signed file", kind: asMoment},
	"time":                           {from: "journal", kind: asMoment},
	"days":                           {from: "counted to {date}", kind: asDays, without: omitSlot, counts: "date"},
	"rolled_back.days":               {from: "counted to {until}", kind: asDays, without: omitSlot, counts: "until"},
	"date_or_none":                   {from: "Evaluate", kind: asTerm, without: sayInstead},
	"not_started.date":               {from: "license", kind: asStart},
	"maintenance.date":               {from: "notice", kind: asStart},
	"policy_change.date":             {from: "notice", kind: asStart},
	"clock_unsure.from":              {from: "clock", kind: asMoment},
	"clock_unsure.to":                {from: "clock", kind: asMoment},
	"grace_extended.days":            {from: "extension", kind: asCount},
	"usage_mismatch.days":            {from: "profile promises"},
	"request_refused.deadline":       {from: "refusal", kind: asTerm, without: sayInstead, text: "slot.date_or_none"},
	"review_answered.deadline":       {from: "signed answer", kind: asTerm, without: sayInstead, text: "slot.date_or_none"},
	"file_request_over.date":         {from: "what happened", kind: asDay},
	"request_waiting.date":           {from: "what happened", kind: asDay},
	"grace_offline.date":             {from: "what happened", kind: asDay},
	"grace_renewal.date":             {from: "what happened", kind: asDay},
	"limited.date":                   {from: "what happened", kind: asDay},
	"limited_parts.date":             {from: "what happened", kind: asDay},
	"expired.date":                   {from: "what happened", kind: asDay},
	"revoked.date":                   {from: "what happened", kind: asDay},
	"device_limit.date":              {from: "what happened", kind: asDay},
	"rolled_back.date":               {from: "what happened", kind: asDay},
	"file_request.date":              {from: "what happened", kind: asDay},
	"file_known.date":                {from: "what happened", kind: asDay},
	"file_replayed.date":             {from: "what happened", kind: asDay},
	"usage_waiting.date":             {from: "what happened", kind: asDay},
	"updated.date":                   {from: "what happened", kind: asDay},
	"review_answered.date":           {from: "what happened", kind: asDay},
	"usage_overdue.date":             {from: "what happened", kind: asDay},
	"quota_low.used":                 {from: "usage ledger"},
	"quota_used.used":                {from: "usage ledger"},
	"quota_low.date":                 {from: "pace of the last four weeks", kind: asDay},
	"usage_gap.cause":                {from: "usage ledger", kind: asCode, family: "gap", without: sayInstead},
	"quota_used.by.reset":            {from: "meter period", kind: asDay, without: sayInstead, text: "slot.date_or_none"},
	"file_wrong_request.happened.r2": {from: "journal: open request"},

	// what works
	"works_now":                {from: "Evaluate", kind: asNow, without: sayInstead},
	"works_now_or_unread":      {from: "Evaluate", kind: asNow, without: sayInstead},
	"works_until_start":        {from: "Evaluate", kind: asNow, without: sayInstead, text: "slot.works_now"},
	"what_works":               {from: "hold", kind: asNow, without: sayInstead, text: "slot.kept_and_viewed"},
	"what_works_during_review": {from: "review", kind: asNow, without: sayInstead},
	"until_then":               {from: "Evaluate", kind: asNow, without: sayInstead},
	"all_or_all_except":        {from: "Evaluate: paused", kind: asAllBut, without: sayInstead},
	"sooner":                   {from: "Evaluate: parts that end before the rest", without: omitSlot},
	"kept_and_viewed":          {from: "policy after and view", kind: asAfter, without: sayInstead},
	"after":                    {from: "policy after and view", kind: asAfter, without: sayInstead, text: "slot.kept_and_viewed"},
	"then":                     {from: "policy grace, after and view", kind: asThen, without: omitSlot},
	"impact_or_all":            {from: "notice", without: sayInstead},
	"overage_effect":           {from: "policy meters.overage", kind: asCode, family: "overage", without: sayInstead},

	// what comes next
	"promise":        {from: "profile promises", kind: asDue, without: omitSlot},
	"status_page":    {from: "profile", kind: asWrapped, without: sayInstead},
	"next_step":      {from: "profile review.next", kind: asWrapped, without: sayInstead},
	"review_effect":  {from: "policy", without: omitSlot},
	"late_effect":    {from: "policy usage.late", kind: asCode, family: "late", without: sayInstead},
	"way_out":        {from: "refusal", without: sayInstead},
	"evidence":       {from: "signed notice (terms.Evidence); the sentence is left out without"},
	"restore_if_any": {from: "a backup that opens", kind: asWrapped, without: omitSlot},
	"when":           {from: "next planned contact", kind: asAgain, without: sayInstead},
	"period":         {from: "policy usage.due", kind: asCode, family: "period", without: sayInstead},
	"what":           {from: "extension", kind: asCode, family: "what", without: sayInstead},
	"old":            {from: "notice"},
	"new":            {from: "notice"},

	// numbers
	"n":        {from: "counted"},
	"m":        {from: "counted"},
	"a":        {from: "usage file"},
	"b":        {from: "receipt"},
	"left":     {from: "usage ledger"},
	"included": {from: "policy meters"},
	"hours":    {from: "notice", kind: asCount},
	"seconds":  {from: "key store", kind: asSeconds},
	"size":     {from: "engine", without: sayInstead},

	// this computer and its files
	"c1":                        {from: "the file"},
	"c2":                        {from: "device"},
	"file_none_for_here.do.c2":  {from: "device", without: sayInstead},
	"label1":                    {from: "label chosen when the request was made", kind: asWrapped, without: omitSlot},
	"other":                     {from: "label chosen when the request was made; else the code", without: sayInstead},
	"list":                      {from: "refusal: places in use"},
	"keychain":                  {from: "key store, by the system's own name", without: sayInstead},
	"kind":                      {from: "importer", kind: asCode, family: "kind", without: sayInstead},
	"r1":                        {from: "answer", without: sayInstead},
	"r2":                        {from: "journal: open request", without: sayInstead},
	"host":                      {from: "profile urls", without: sayInstead},
	"port":                      {from: "profile urls", without: sayInstead},
	"plain_cause":               {from: "contact", kind: asCode, family: "contact.cause", without: sayInstead},
	"proxy":                     {from: "contact", without: omitSlot},
	"cause":                     {from: "usage ledger or emergency code"},
	"file_unreadable.cause":     {from: "importer", kind: asCode, family: "cause", without: sayInstead},
	"file_unknown_sender.cause": {from: "importer", kind: asCode, family: "cause", without: omitSlot},
	"computer_changed.parts":    {from: "device hints", kind: asCode, family: "part"},
	"managed.org":               {from: "machine policy", without: sayInstead},
	"managed.contact":           {from: "machine policy", without: sayInstead},
	"trial.features":            {from: "policy", without: sayInstead},
	"not_included.features":     {from: "policy", without: sayInstead},
}

// rowOf returns the row for a slot in an answer ("headline", "by" …) of a state, and the key it stands under.
func rowOf(state, answer, slot string) (row, string, bool) {
	for _, key := range []string{state + "." + answer + "." + slot, state + "." + slot, slot} {
		if r, ok := rows[key]; ok {
			return r, key, true
		}
	}
	return row{}, "", false
}
