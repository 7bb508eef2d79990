package issuer

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// fault puts an error of the database into one of the issuer's. Nothing was recorded then. Errors: CodeAway, CodeBusy, CodeReadOnly, CodeSpace
// and CodeDamaged; those that a person has to mend are CodeLogin, CodeNoDatabase, CodeRights, CodeTLS and CodeHost.
func (s *pgStore) fault(err error) error {
	var own *Error
	var pg *pgconn.PgError
	switch {
	case err == nil, errors.As(err, &own):
		return err
	case errors.As(err, &pg):
		return s.said(pg)
	}
	return say(unreached(err), briefly(err), "database", s.name, "host", host(err))
}

// said is what the server, or a pooler before it, answered.
func (s *pgStore) said(pg *pgconn.PgError) error {
	cause := briefly(pg)
	at := []any{"database", s.name, "user", s.user}
	class := pg.Code[:min(2, len(pg.Code))]
	switch {
	case class == "28" && strings.Contains(pg.Message, "no encryption"), pg.Message == "SSL required":
		return say(CodeTLS, cause, at...)
	case class == "28", poolerRefuses(pg):
		return say(CodeLogin, cause, at...)
	case class == "3D", poolerMisses(pg):
		return say(CodeNoDatabase, cause, at...)
	case pg.Code == "42501": // insufficient_privilege
		return say(CodeRights, cause, at...)
	case pg.Code == "25006": // read_only_sql_transaction
		return say(CodeReadOnly, cause, at...)
	case pg.Code == "55P03", pg.Code == "57014", class == "40": // lock_not_available, query_canceled, deadlock
		return say(CodeBusy, cause)
	case class == "08", class == "57", pg.Code == "53300", pg.Severity == "FATAL", pg.Severity == "PANIC":
		return say(CodeAway, cause, at...)
	case class == "53": // disk_full, out_of_memory
		return say(CodeSpace, cause, "file", s.name)
	case class == "XX": // data_corrupted, index_corrupted
		return say(CodeDamaged, cause, "file", s.name)
	}
	return fmt.Errorf("%s: %w", s.name, cause)
}

// poolerRefuses: pgbouncer has one code for everything.
func poolerRefuses(pg *pgconn.PgError) bool {
	return pg.Code == "08P01" && (strings.Contains(pg.Message, "authentication failed") || strings.Contains(pg.Message, "no such user"))
}

func poolerMisses(pg *pgconn.PgError) bool {
	return pg.Code == "08P01" && strings.Contains(pg.Message, "database") && (strings.Contains(pg.Message, "no such") || strings.Contains(pg.Message, "does not exist"))
}

// unreached says why the server did not answer at all.
func unreached(err error) Code {
	var name *net.DNSError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var unproven *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var other x509.HostnameError
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return CodeHost
	case errors.As(err, &record), errors.As(err, &alert), errors.As(err, &unproven), errors.As(err, &authority), errors.As(err, &other),
		strings.Contains(err.Error(), "server refused TLS connection"):
		return CodeTLS
	}
	return CodeAway
}

func host(err error) string {
	var name *net.DNSError
	if errors.As(err, &name) {
		return name.Name
	}
	return ""
}

// cause is an error with a shorter text: of the driver's attempts, which are often the same twice, the innermost reason of the first.
type cause struct {
	text string
	err  error
}

func (c cause) Error() string { return c.text }
func (c cause) Unwrap() error { return c.err }

func briefly(err error) error {
	inner := err
	for {
		if many, ok := inner.(interface{ Unwrap() []error }); ok && len(many.Unwrap()) > 0 {
			inner = many.Unwrap()[0]
			continue
		}
		if op, ok := inner.(*net.OpError); ok && op.Op == "dial" {
			break
		}
		next := errors.Unwrap(inner)
		if next == nil {
			break
		}
		inner = next
	}
	first, _, _ := strings.Cut(inner.Error(), "\n")
	return cause{strings.TrimSpace(first), err}
}
