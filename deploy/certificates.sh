#!/bin/sh
# Certificates for a Dask cluster of one's own: an authority, and one certificate that all its processes show.
# Whoever has node.key can run programs on the cluster. Usage: sh certificates.sh FOLDER
set -eu
folder=${1:?usage: certificates.sh FOLDER}
if [ -e "$folder/ca.pem" ]; then
    echo "certificates.sh: $folder/ca.pem is there already; remove the folder to make new ones" >&2
    exit 1
fi
mkdir -p "$folder"
umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=Bailiwick cluster" \
    -keyout "$folder/ca.key" -out "$folder/ca.pem" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=node" \
    -keyout "$folder/node.key" -out "$folder/node.csr" 2>/dev/null
openssl x509 -req -days 825 -in "$folder/node.csr" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -CAcreateserial \
    -out "$folder/node.pem" 2>/dev/null
rm "$folder/node.csr"
chmod 644 "$folder/ca.pem" "$folder/node.pem"
if [ "$(id -u)" = 0 ]; then chown 10001 "$folder/node.key"; fi # the user inside the containers
echo "$folder: ca.pem, node.pem and node.key for the cluster; keep ca.key elsewhere"
