// Command certs FOLDER NAME... makes one certificate authority per NAME and a server
// certificate signed by it, for loopback only, as FOLDER/NAME/{ca.pem,tls.pem,tls.key}.
// The authority's key is never written: nothing else can be signed with it.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// A stack lives for minutes or days; a month leaves room and no certificate worth stealing.
const lifetime = 30 * 24 * time.Hour

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: certs FOLDER NAME...")
		os.Exit(2)
	}
	for _, name := range os.Args[2:] {
		if err := issue(filepath.Join(os.Args[1], name), name); err != nil {
			fmt.Fprintf(os.Stderr, "certs: %s: %v\n", name, err)
			os.Exit(1)
		}
	}
}

func issue(folder, name string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	authority := template(name + " authority")
	authority.IsCA = true
	authority.BasicConstraintsValid = true
	authority.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	if err := sign(filepath.Join(folder, "ca.pem"), authority, authority, &authorityKey.PublicKey, authorityKey); err != nil {
		return err
	}

	server := template(name)
	server.KeyUsage = x509.KeyUsageDigitalSignature
	server.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	server.DNSNames = []string{"localhost"}
	server.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	serverKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	if err := sign(filepath.Join(folder, "tls.pem"), server, authority, &serverKey.PublicKey, authorityKey); err != nil {
		return err
	}
	return writeKey(filepath.Join(folder, "tls.key"), serverKey)
}

func template(name string) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(lifetime),
	}
}

func sign(path string, certificate, parent *x509.Certificate, key *ecdsa.PublicKey, signer *ecdsa.PrivateKey) error {
	der, err := x509.CreateCertificate(rand.Reader, certificate, parent, key, signer)
	if err != nil {
		return err
	}
	return write(path, "CERTIFICATE", der, 0o644)
}

func writeKey(path string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return write(path, "PRIVATE KEY", der, 0o600)
}

func write(path, kind string, der []byte, mode os.FileMode) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode)
}
