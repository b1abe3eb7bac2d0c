"""Licences that a phone can show without a network: SD-JWT VC (RFC 9901) and the Token Status List beside it.

Only ES256 is spoken. A verifier pins it: what a token's header says about its algorithm is compared, never obeyed.
"""
