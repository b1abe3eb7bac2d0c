"""Checks exported evidence and one proof with nothing of the platform's: `python check_proof.py ROOT.der FOLDER [PROOF.json]`."""

import base64
import hashlib
import itertools
import json
import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def check_head(batch, root):
    chain = [x509.load_der_x509_certificate(base64.b64decode(one)) for one in batch["certificates"]]
    assert chain[-1] == root, "another root than the one you trust"
    for below, above in itertools.pairwise(chain):
        below.verify_directly_issued_by(above)
    signed = {name: batch[name] for name in ("batch", "previous", "root", "sealed_at", "size")}
    form = json.dumps(signed, sort_keys=True, separators=(",", ":")).encode()
    signature = base64.b64decode(batch["signature"])
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    chain[0].public_key().verify(utils.encode_dss_signature(r, s), form, ec.ECDSA(SHA256()))
    assert sha(form, signature).hex() == batch["head"], "head"


root, folder = (
    x509.load_der_x509_certificate(pathlib.Path(sys.argv[1]).read_bytes()),
    pathlib.Path(sys.argv[2]),
)
lines = [
    json.loads(one)
    for path in sorted(folder.glob("evidence-*.jsonl"))
    for one in path.open()
    if one.endswith("}\n")
]
previous, heads = bytes(32).hex(), {}
for batch in (one for one in lines if "batch" in one):
    leaves = base64.b64decode(batch["leaves"])
    level = [leaves[at : at + 32] for at in range(0, len(leaves), 32)]
    assert len(level) == batch["size"], "size"
    while len(level) > 1:
        pairs = [sha(b"\x01", *level[at : at + 2]) for at in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    assert (level[0].hex(), batch["previous"]) == (batch["root"], previous), f"batch {batch['batch']}"
    check_head(batch, root)
    previous = heads[batch["batch"]] = batch["head"]
for proof in (json.loads(pathlib.Path(one).read_text()) for one in sys.argv[3:]):
    reached, path, index, last = (
        sha(b"\x00", bytes.fromhex(proof["record"])),
        list(proof["path"]),
        proof["index"],
        proof["size"] - 1,
    )
    while last:
        if index % 2 or index < last:
            beside = bytes.fromhex(path.pop(0))
            reached = sha(b"\x01", beside, reached) if index % 2 else sha(b"\x01", reached, beside)
        index, last = index // 2, last // 2
    assert (reached.hex(), path) == (proof["root"], []), "the record does not reach the root"
    check_head(proof, root)
    assert proof["head"] == heads[proof["batch"]], "another head than the exported one"
sys.stdout.write(f"{len(heads)} batches hold\n")
