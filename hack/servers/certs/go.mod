// Makes the certificates of the real stack; standard library only, nothing of it ships.
module vault-lease-operator/hack/servers/certs

go 1.24
