package main

import "holdfast/licensing/terms"

// letterFlags are those of every verb that writes one signed file for many computers.
type letterFlags struct {
	at
	Out        string `required:"" placeholder:"FILE" help:"out-letter"`
	ExternalID string `name:"external-id" placeholder:"ID"`
}

type extendCommand struct {
	letterFlags
	Serial   string       `arg:"" optional:""`
	Customer string       `placeholder:"C" help:"to-customer" xor:"to"`
	Site     string       `placeholder:"S" help:"to-site" xor:"to"`
	By       terms.Length `placeholder:"14d" xor:"by"`
	Until    string       `placeholder:"DATE" help:"extend-until" xor:"by"`
	What     string       `required:"" enum:"offline,grace,license" placeholder:"offline|grace|license"`
	Agent    string       `required:"" placeholder:"NAME"`
	Second   string       `placeholder:"NAME"`
	Reason   []string     `required:"" placeholder:"TEXT" sep:"none"`
}

type extensionsCommand struct {
	List extensionsListCommand `cmd:""`
}

type extensionsListCommand struct {
	at
	Serial string `arg:"" optional:""`
}

type noticeCommand struct {
	letterFlags
	Type     string   `arg:"" enum:"maintenance,outage,policy,migration"`
	From     string   `placeholder:"TIME"`
	Until    string   `placeholder:"TIME" help:"notice-until"`
	Text     []string `placeholder:"TEXT" sep:"none"`
	Impact   []string `placeholder:"TEXT" sep:"none"`
	Prepare  []string `placeholder:"TEXT" sep:"none"`
	Old      []string `placeholder:"TEXT" sep:"none"`
	New      []string `placeholder:"TEXT" sep:"none"`
	Product  string   `placeholder:"ID"`
	Customer string   `placeholder:"C" help:"to-customer" xor:"to"`
	Site     string   `placeholder:"S" help:"to-site" xor:"to"`
	ID       string   `name:"id" placeholder:"ID"`
	Withdraw bool     `help:"notice-withdraw"`
}

type noticesCommand struct{ at }

type holdCommand struct {
	letterFlags
	Serial   string   `arg:""`
	Reason   []string `placeholder:"TEXT" sep:"none" help:"hold-reason"`
	AnswerBy string   `placeholder:"DATE"`
	Works    []string `placeholder:"TEXT" sep:"none"`
	Lift     bool     `help:"hold-lift"`
}

type revokeCommand struct {
	letterFlags
	Serial   string   `arg:""`
	Reason   []string `placeholder:"TEXT" sep:"none"`
	By       string   `required:"" placeholder:"NAME" help:"decided-by"`
	Until    string   `placeholder:"DATE" help:"revoke-until"`
	ReviewBy string   `placeholder:"DATE"`
	Lift     bool     `help:"revoke-lift"`
}

type policyCommand struct {
	Check   policyCheckCommand   `cmd:""`
	Publish policyPublishCommand `cmd:""`
	Page    policyPageCommand    `cmd:""`
}

type policyCheckCommand struct {
	Policy string `arg:"" help:"policy"`
}

type policyPublishCommand struct {
	at
	Policy string `arg:"" help:"policy"`
	From   string `placeholder:"DATE" help:"publish-from"`
	Out    string `required:"" placeholder:"DIR" help:"out-dir"`
}

type policyPageCommand struct {
	Policy   string `arg:"" help:"policy"`
	Out      string `required:"" placeholder:"FILE" help:"out-page"`
	Language string `default:"en" enum:"en,de"`
}
