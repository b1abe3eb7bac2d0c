"""Merkle trees as in RFC 6962 §2.1 over SHA-256: a leaf is hashed after the byte 0, a node after the byte 1."""

from collections.abc import Sequence
from hashlib import sha256

HASH_BYTES = 32


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; of no leaves, the hash of nothing."""
    if not leaves:
        return sha256().digest()
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes by which the leaf at `index` reaches the root, from below (RFC 6962 §2.1.1)."""
    found = []
    level = list(leaves)
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            found.append(level[beside])
        level, index = _above(level), index // 2
    return found


def root_by_path(leaf: bytes, index: int, size: int, hashes: Sequence[bytes]) -> bytes:
    """The root that a leaf at `index` of `size` reaches over a path; raises `ValueError` when the path has another length."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} of {size}")
    rest = list(hashes)
    reached, last = leaf, size - 1
    while last > 0:
        if index % 2:
            reached = _node(_next(rest), reached)
        elif index < last:
            reached = _node(reached, _next(rest))
        index, last = index // 2, last // 2
    if rest:
        raise ValueError(f"{len(rest)} hashes too many")
    return reached


def _above(level: list[bytes]) -> list[bytes]:
    nodes = [
        sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)
    ]
    if len(level) % 2:
        nodes.append(level[-1])  # goes up alone: the same tree as splitting at the largest power of two
    return nodes


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _next(rest: list[bytes]) -> bytes:
    if not rest:
        raise ValueError("the path is too short")
    return rest.pop(0)
