package main

import "holdfast/licensing/terms"

type watchCommand struct {
	at
	In   string `arg:"" help:"watch-in"`
	Out  string `required:"" placeholder:"DIR" help:"watch-out"`
	Mail bool
	Once bool
}

type openCommand struct {
	Dir     string `placeholder:"DIR"`
	Key     string `placeholder:"FILE" help:"open-key"`
	Profile string `placeholder:"FILE" help:"open-profile"`
	In      string `arg:"" help:"open-in"`
}

type usageCommand struct {
	Report usageReportCommand `cmd:""`
	Export usageExportCommand `cmd:""`
	Erase  usageEraseCommand  `cmd:""`
	Keep   usageKeepCommand   `cmd:""`
}

type usageReportCommand struct {
	at
	Customer string `help:"report-customer"`
	Product  string `placeholder:"ID" help:"report-product"`
	Month    string `placeholder:"YYYY-MM"`
	Format   string `enum:"table,csv,json" default:"table" placeholder:"table|csv|json"`
}

type usageExportCommand struct {
	at
	Customer string `arg:"" help:"about-customer"`
	Out      string `required:"" placeholder:"FILE"`
}

type usageEraseCommand struct {
	at
	Customer string `arg:"" help:"about-customer"`
	Agent    string `required:"" placeholder:"NAME"`
	Reason   string `required:"" placeholder:"TEXT" help:"erase-reason"`
}

type usageKeepCommand struct {
	at
	Keep  terms.Length `placeholder:"400d"`
	Agent string       `placeholder:"NAME"`
}

type anomaliesCommand struct {
	at
	All bool
}
