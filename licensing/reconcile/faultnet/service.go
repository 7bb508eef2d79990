package faultnet

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Service is an HTTPS server on this computer.
type Service struct {
	server   *http.Server
	listener net.Listener
	handler  atomic.Pointer[http.Handler]
}

// NewService serves h with a certificate, over HTTP/1.1 and HTTP/2.
func NewService(cert tls.Certificate, h http.Handler) (*Service, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Service{listener: l}
	s.Handle(h)
	s.server = &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*s.handler.Load()).ServeHTTP(w, r) }),
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	go func() { _ = s.server.ServeTLS(l, "", "") }()
	return s, nil
}

// Handle answers with h from now on.
func (s *Service) Handle(h http.Handler) { s.handler.Store(&h) }

// Addr is where the service listens.
func (s *Service) Addr() string { return s.listener.Addr().String() }

// Close ends the service and every connection.
func (s *Service) Close() { _ = s.server.Close() }
