package cli

import (
	"context"
	"slices"
)

// need is what a verb needs of the home.
type need int

const (
	nothing  need = iota
	looking       // at the settings
	choosing      // settings
	reading
	contacts // reading, and contacts with vendors
	writing
	sending // writing, and contacts with vendors
)

// writes says whether the home may be changed.
func (n need) writes() bool { return n == choosing || n == writing || n == sending }

// reaches says whether vendors may be contacted.
func (n need) reaches() bool { return n == contacts || n == sending }

// verb is one command. Its exported fields are options and arguments; help tags are message ids, codes tags
// the exit codes that its help lists.
type verb interface {
	needs() need
	run(ctx context.Context, s *session) (result, error)
}

// readsStdin says whether the verb was told to read standard input.
func readsStdin(v verb) bool {
	switch v := v.(type) {
	case *inspectCmd:
		return slices.Contains(v.Files, "-")
	case *importCmd:
		return slices.Contains(v.Files, "-")
	case *keysImportCmd:
		return slices.Contains(v.Files, "-")
	case *activateCmd:
		return v.KeyFile == "-"
	}
	return false
}

type (
	alone   struct{}
	looks   struct{}
	chooses struct{}
	reads   struct{}
	// contacting is for the verb that is there to reach the network.
	contacting struct{}
	writes     struct{}
)

func (alone) needs() need   { return nothing }
func (looks) needs() need   { return looking }
func (chooses) needs() need { return choosing }
func (reads) needs() need   { return reading }
func (writes) needs() need  { return writing }

func (contacting) needs() need { return contacts }

// globals are the options that every verb has.
type globals struct {
	Home        string `help:"cli.flag.home" placeholder:"DIR"`
	KeyStore    string `help:"cli.flag.keystore" name:"keystore" placeholder:"os|passphrase"`
	JSON        bool   `help:"cli.flag.json"`
	Quiet       bool   `help:"cli.flag.quiet" short:"q"`
	Strict      bool   `help:"cli.flag.strict"`
	Interactive bool   `help:"cli.flag.interactive"`
}

// tree is the whole command line, in the order in which help lists it.
type tree struct {
	globals
	Status   statusCmd   `cmd:"" help:"cli.help.status" codes:"0,11,12,13,14,15,16,30,32,34,40,41,53"`
	Until    untilCmd    `cmd:"" help:"cli.help.until" codes:"0,11,12,13,14,15,16,30,32,34"`
	Entitled entitledCmd `cmd:"" help:"cli.help.entitled" codes:"0,2,12,13,14,15,16,17,30,34,40,41"`
	Why      whyCmd      `cmd:"" help:"cli.help.why" codes:"0,2,15"`
	Timeline timelineCmd `cmd:"" help:"cli.help.timeline" codes:"0,2"`
	Simulate simulateCmd `cmd:"" help:"cli.help.simulate" codes:"0,2,29,42,43"`
	Moretime moretimeCmd `cmd:"" help:"cli.help.moretime" codes:"0,2,40,41,43,50,51,52,53,61,71,75"`
	Calendar calendarCmd `cmd:"" help:"cli.help.calendar" codes:"0,2,42,43"`
	Inspect  inspectCmd  `cmd:"" help:"cli.help.inspect" codes:"0,20,21,22,24,25,26,27,28,29,70"`
	Import   importCmd   `cmd:"" help:"cli.help.import" codes:"0,10,20,21,22,24,25,26,27,28,29,40,43,53,70,71"`
	Keys     struct {
		List   keysListCmd   `cmd:"" help:"cli.help.keys.list" codes:"0"`
		Import keysImportCmd `cmd:"" help:"cli.help.keys.import" codes:"0,20,21,24,25,27,29,40,43"`
	} `cmd:"" help:"cli.help.keys"`
	Request struct {
		Activate activateCmd      `cmd:"" help:"cli.help.request.activate" codes:"0,2,29,40,41,43,50,51,52,53,61,71,75"`
		Checkin  checkinCmd       `cmd:"" help:"cli.help.request.checkin" codes:"0,2,40,41,43,50,51,52,53,61,71,75"`
		Renew    renewCmd         `cmd:"" help:"cli.help.request.renew" codes:"0,2,40,41,43,50,51,52,53,61,71,75"`
		Moretime moretimeCmd      `cmd:"" help:"cli.help.moretime" codes:"0,2,40,41,43,50,51,52,53,61,71,75"`
		List     requestListCmd   `cmd:"" help:"cli.help.request.list" codes:"0"`
		Show     requestShowCmd   `cmd:"" help:"cli.help.request.show" codes:"0,2"`
		Cancel   requestCancelCmd `cmd:"" help:"cli.help.request.cancel" codes:"0,2,40,43"`
	} `cmd:"" help:"cli.help.request"`
	Usage struct {
		Record  usageRecordCmd  `cmd:"" help:"cli.help.usage.record" codes:"0,2,18,33,43"`
		List    usageListCmd    `cmd:"" default:"withargs" help:"cli.help.usage.list" codes:"0,2"`
		Preview usagePreviewCmd `cmd:"" help:"cli.help.usage.preview" codes:"0,2,40,41,43,71"`
		Export  usageExportCmd  `cmd:"" help:"cli.help.usage.export" codes:"0,2,40,41,42,43,71"`
		Level   usageLevelCmd   `cmd:"" help:"cli.help.usage.level" codes:"0,2,43"`
	} `cmd:"" help:"cli.help.usage"`
	Receipts struct {
		List   receiptsListCmd   `cmd:"" default:"1" help:"cli.help.receipts.list" codes:"0"`
		Show   receiptsShowCmd   `cmd:"" help:"cli.help.receipts.show" codes:"0,2"`
		Verify receiptsVerifyCmd `cmd:"" help:"cli.help.receipts.verify" codes:"0,2,10,71"`
	} `cmd:"" help:"cli.help.receipts"`
	Sync     syncCmd `cmd:"" help:"cli.help.sync" codes:"0,2,40,41,43,50,51,52,53,61,70,71,75"`
	Contacts struct {
		List   contactsListCmd   `cmd:"" default:"withargs" help:"cli.help.contacts.list" codes:"0,2,40,41"`
		Next   contactsNextCmd   `cmd:"" help:"cli.help.contacts.next" codes:"0,2"`
		Pause  contactsPauseCmd  `cmd:"" help:"cli.help.contacts.pause" codes:"0,2,43,61"`
		Resume contactsResumeCmd `cmd:"" help:"cli.help.contacts.resume" codes:"0,43,61"`
	} `cmd:"" help:"cli.help.contacts"`
	Files   filesCmd `cmd:"" help:"cli.help.files" codes:"0,40"`
	Notices struct {
		List noticesListCmd `cmd:"" default:"1" help:"cli.help.notices.list" codes:"0"`
	} `cmd:"" help:"cli.help.notices"`
	Grace struct {
		Show graceShowCmd `cmd:"" default:"withargs" help:"cli.help.grace.show" codes:"0,40,41"`
	} `cmd:"" help:"cli.help.grace"`
	Clock struct {
		Show    clockShowCmd    `cmd:"" default:"1" help:"cli.help.clock.show" codes:"0"`
		Confirm clockConfirmCmd `cmd:"" help:"cli.help.clock.confirm" codes:"0,40,41,43,71"`
	} `cmd:"" help:"cli.help.clock"`
	Restore struct {
		Confirm clockConfirmCmd `cmd:"" help:"cli.help.clock.confirm" codes:"0,40,41,43,71"`
	} `cmd:"" help:"cli.help.restore"`
	Tell   tellCmd `cmd:"" help:"cli.help.tell" codes:"0,2,40,41,43"`
	Ledger struct {
		Show   ledgerShowCmd   `cmd:"" help:"cli.help.ledger.show" codes:"0,40,41"`
		Verify ledgerVerifyCmd `cmd:"" help:"cli.help.ledger.verify" codes:"0,31,33"`
		Export ledgerExportCmd `cmd:"" help:"cli.help.ledger.export" codes:"0,2,40,41,43"`
	} `cmd:"" help:"cli.help.ledger"`
	Data struct {
		Show   dataShowCmd   `cmd:"" default:"1" help:"cli.help.data.show" codes:"0"`
		Delete dataDeleteCmd `cmd:"" help:"cli.help.data.delete" codes:"0,10,40,43,71"`
	} `cmd:"" help:"cli.help.data"`
	Settings struct {
		List settingsListCmd `cmd:"" default:"1" help:"cli.help.settings.list" codes:"0"`
		Set  settingsSetCmd  `cmd:"" help:"cli.help.settings.set" codes:"0,2,43,61"`
	} `cmd:"" help:"cli.help.settings"`
	Policy struct {
		Show     policyShowCmd     `cmd:"" default:"1" help:"cli.help.policy.show" codes:"0"`
		Validate policyValidateCmd `cmd:"" help:"cli.help.policy.validate" codes:"0,29,60"`
		Explain  policyExplainCmd  `cmd:"" help:"cli.help.policy.explain" codes:"0,2"`
	} `cmd:"" help:"cli.help.policy"`
	Events  eventsCmd  `cmd:"" help:"cli.help.events" codes:"0,2,40,41,130"`
	Metrics metricsCmd `cmd:"" help:"cli.help.metrics" codes:"0,2,40,41,42,43"`
	Guide   guideCmd   `cmd:"" help:"cli.help.guide" codes:"0,2"`
	Doctor  doctorCmd  `cmd:"" help:"cli.help.doctor" codes:"0,10,31,32,33,40,41,43,60"`
	Setup   setupCmd   `cmd:"" help:"cli.help.setup" codes:"0,2,40,41,43"`
	Agent   agentCmd   `cmd:"" help:"cli.help.agent" codes:"0,42,43,75"`
	Open    openCmd    `cmd:"" help:"cli.help.open" codes:"0,2,75"`
	Version versionCmd `cmd:"" help:"cli.help.version" codes:"0"`
}
