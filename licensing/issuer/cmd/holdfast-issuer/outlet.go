package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// choose works out from the name of OUT what is written: a reply for every mail, one archive with all answers, or files.
func (w *answering) choose(mail, outFolder bool) {
	ending := ""
	if !outFolder {
		ending = strings.ToLower(filepath.Ext(w.out))
	}
	w.mailOnly = ending == ".eml"
	w.mail = mail || w.mailOnly
	w.zip = ending == ".zip"
}

// write puts the answers of one file where --out says.
func (w *answering) write(source string, data []byte, answers []issuer.Answer) error {
	switch {
	case len(answers) == 0:
		return nil
	case w.zip:
		for _, a := range answers {
			w.packed = append(w.packed, packed{source, a})
		}
		return nil
	case w.mail && issuer.IsMail(data):
		return w.reply(source, data, answers)
	case w.mailOnly:
		return &issuer.Error{Code: codeNoMail, Slots: map[string]any{"file": source, "out": w.out}}
	}
	many := w.folder || len(answers) > 1
	for _, a := range answers {
		name := w.out
		switch {
		case name == "-":
			if many {
				return &issuer.Error{Code: codeSeveral}
			}
			if err := w.p.write(name, a.File); err != nil {
				return err
			}
		case many || w.into:
			if info, err := w.p.fs.Stat(name); err == nil && !info.IsDir() {
				return &issuer.Error{Code: codeSeveral}
			}
			into := folder{p: w.p, dir: name}
			var err error
			if name, err = into.put(a.Name, a.File); err != nil {
				return err
			}
		default:
			if err := w.p.write(name, a.File); err != nil {
				return err
			}
		}
		w.tell(source, name, a)
	}
	return nil
}

func (w *answering) tell(source, name string, a issuer.Answer) {
	result := "license"
	switch {
	case a.Receipt != nil:
		result = "receipt"
	case a.Refused:
		result = "refused"
		w.codes = append(w.codes, terms.StateRequestRefused.ExitCode(false))
	case a.Partly:
		result = "partly"
		w.codes = append(w.codes, exitPartly)
	case len(a.Withdrawn) > 0 && len(a.Withdrawn) == len(a.Serials):
		result = "withdrawn"
	}
	w.answers = append(w.answers, answerJSON{
		Source: source, Request: a.Request, Computer: a.Code, Result: result, Reason: a.Reason, Serials: a.Serials, Withdrawn: a.Withdrawn,
		Until: a.Until, EndsFirst: a.EndsFirst, Agent: a.Agent, File: name, Words: a.Words, Again: a.Again, Receipt: a.Receipt,
	})
	if w.p.cli.JSON {
		return
	}
	say := w.p.line
	if name == "-" {
		say = w.p.note // standard output is the file
	}
	if a.Receipt != nil {
		w.counted(say, name, a)
	} else {
		say("issuer.say.answer."+result, map[string]any{"file": name, "code": a.Code, "words": a.Words, "reason": a.Reason})
	}
	if !a.Until.IsZero() {
		say("issuer.say.answer.more_time", map[string]any{"until": a.Until})
	}
	if a.EndsFirst {
		w.p.note("issuer.say.answer.ends_first", nil)
	}
	if len(a.Withdrawn) > 0 {
		w.p.note("issuer.say.answer.takes_back", map[string]any{"serials": a.Withdrawn})
	}
	switch {
	case a.Again && a.Receipt != nil:
		w.p.note("issuer.say.answer.again_usage", nil)
	case a.Again:
		w.p.note("issuer.say.answer.again", nil)
	}
}

// replyJSON is the draft of a reply in JSON.
type replyJSON struct {
	Source  string `json:"source"`
	File    string `json:"file"`
	To      string `json:"to"`
	Subject string `json:"subject"`
}

// reply writes a draft that answers a mail, with everything that answers what was in it.
func (w *answering) reply(source string, mail []byte, answers []issuer.Answer) error {
	r, err := w.is.Reply(mail, answers)
	if err != nil {
		return err
	}
	name := w.out
	switch {
	case w.mailOnly && len(w.replies) > 0:
		return &issuer.Error{Code: codeSeveral}
	case name != "-" && w.into && !w.mailOnly:
		stem := strings.TrimSuffix(filepath.Base(source), filepath.Ext(source))
		if source == "-" {
			stem = strings.TrimSuffix(r.Name, ".eml")
		}
		name, err = folder{p: w.p, dir: w.out}.put("Re_"+stem+".eml", r.File)
	default:
		err = w.p.write(name, r.File)
	}
	if err != nil {
		return err
	}
	for _, a := range answers {
		w.tell(source, name, a)
	}
	w.replies = append(w.replies, replyJSON{source, name, r.To, r.Subject})
	if w.p.cli.JSON {
		return nil
	}
	id := "issuer.say.answer.reply"
	if r.To == "" {
		id = "issuer.say.answer.reply_nobody"
	}
	w.p.note(id, map[string]any{"file": name, "to": r.To, "subject": r.Subject})
	return nil
}

// packed is an answer that waits for the archive.
type packed struct {
	source string
	issuer.Answer
}

// pack writes the archive with one answer for each computer's file and tells about them.
func (w *answering) pack() error {
	if len(w.packed) == 0 {
		return nil
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	names := map[string]bool{}
	for i, a := range w.packed {
		name := a.Name
		for n := 2; names[name]; n++ {
			name = fmt.Sprintf("%s_%d%s", strings.TrimSuffix(a.Name, filepath.Ext(a.Name)), n, filepath.Ext(a.Name))
		}
		names[name], w.packed[i].Name = true, name
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: a.At})
		if err == nil {
			_, err = f.Write(a.File)
		}
		if err != nil {
			return fmt.Errorf("archive: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	if err := w.p.write(w.out, b.Bytes()); err != nil {
		return err
	}
	for _, a := range w.packed {
		w.tell(a.source, w.out+"/"+a.Name, a.Answer)
	}
	return nil
}

// counted tells what became of a usage file.
func (w *answering) counted(say func(string, map[string]any), file string, a issuer.Answer) {
	c := a.Receipt
	say("issuer.say.answer.receipt", map[string]any{
		"file": file, "code": a.Code, "words": a.Words, "number": int64(c.Number), "n": int64(min(c.New, 1<<62)), "all": int64(min(c.Entries, 1<<62)),
	})
	if len(c.Missing) > 0 {
		w.p.note("issuer.say.answer.missing", map[string]any{"ranges": c.Missing})
	}
	if len(c.Findings) > 0 {
		var all []string
		for _, code := range c.Findings {
			all = append(all, w.p.say.Text("issuer.finding."+code, nil))
		}
		w.p.note("issuer.say.answer.findings", map[string]any{"findings": strings.Join(all, "; ")})
	}
}
