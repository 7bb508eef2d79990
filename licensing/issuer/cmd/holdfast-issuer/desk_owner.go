package main

import (
	"errors"
	"io/fs"
	"syscall"

	"holdfast/licensing/client/endpoint"
	"holdfast/licensing/issuer"
)

// Codes of a command that finds its folder open in a service, and did not go through it.
const (
	codeServedAlone issuer.Code = "served_alone" // it needs the folder for itself
	codeServedOther issuer.Code = "served_other" // another user runs the service
	codeServedFull  issuer.Code = "served_full"  // the service did not take it
)

// whoHas says of an error of opening the issuer in dir that it is a service that has it open, if one is, and why the command did not go
// through it. Other errors stay as they are.
func (p *program) whoHas(dir string, err error) error {
	var own *issuer.Error
	if !errors.As(err, &own) || own.Code != issuer.CodeBusy || p.host != nil {
		return err
	}
	address := endpoint.Read(dir)
	if address == "" {
		return err
	}
	conn, trouble := p.reach(address)
	switch {
	case trouble == nil:
		_ = conn.Close()
		return &issuer.Error{Code: codeServedAlone, Err: err}
	case errors.Is(trouble, endpoint.ErrNobody), errors.Is(trouble, fs.ErrNotExist), errors.Is(trouble, syscall.ECONNREFUSED):
		return err // left behind by a service that is gone
	}
	return &issuer.Error{Code: codeServedOther, Err: errors.Join(err, trouble)}
}
