"""Checks a statement in COSE and its receipt with cbor2 and cryptography, which know nothing of Countersign: RFC 9052 §4.4, RFC 9597,
RFC 9942, RFC 9162 §2.1.3.2. Prints what it found, as JSON; ends with an error where something doesn't hold.

    python3 cose.py STATEMENT.cose VKEY PUBLIC-KEY.pem
"""

import base64
import hashlib
import json
import sys

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

EDDSA, RFC9162_SHA256 = -8, 1


def sign1(encoded):
    read = cbor2.loads(encoded)
    assert isinstance(read, cbor2.CBORTag) and read.tag == 18, "no COSE_Sign1"
    protected, unprotected, payload, signature = read.value
    headers = cbor2.loads(protected)
    assert headers[1] == EDDSA, "another algorithm"
    return protected, headers, unprotected, payload, signature


def check(key, protected, payload, signature):
    key.verify(signature, cbor2.dumps(["Signature1", protected, b"", payload]))


def root_by(leaf, index, size, path):
    assert index < size, "the entry is outside of the tree"
    node, last, found = index, size - 1, leaf
    for sibling in path:
        assert last > 0, "the path is too long"
        if node & 1 or node == last:
            found = hashlib.sha256(b"\x01" + sibling + found).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\x01" + found + sibling).digest()
        node, last = node >> 1, last >> 1
    assert last == 0, "the path is too short"
    return found


def main(path, vkey, pem):
    with open(pem, "rb") as file:
        issuer = load_pem_public_key(file.read())
    log = Ed25519PublicKey.from_public_bytes(base64.b64decode(vkey.split("+", 2)[2])[1:])
    with open(path, "rb") as file:
        protected, headers, unprotected, payload, signature = sign1(file.read())
    check(issuer, protected, payload, signature)
    statement = json.loads(payload)
    [receipt] = unprotected[394]
    signed, about, proofs, detached, by_log = sign1(receipt)
    assert about[395] == RFC9162_SHA256 and detached is None, "another receipt"
    [proof] = proofs[396][-1]
    size, index, way = cbor2.loads(proof)
    entry = statement["predicate"]["ledger"]["approved"]
    leaf = hashlib.sha256(b"\x00" + entry["leaf"].encode()).digest()
    root = root_by(leaf, index, size, way)
    check(log, signed, root, by_log)
    print(json.dumps({
        "content_type": headers[3], "kid": headers[4].decode(), "claims": {str(k): v for k, v in headers[15].items()},
        "receipt_kid": about[4].decode(), "receipt_claims": {str(k): v for k, v in about[15].items()},
        "size": size, "tree_size": about["tree-size"], "index": index, "root": root.hex(), "statement": statement,
        "entry": json.loads(entry["leaf"]),
    }))


main(*sys.argv[1:])
