"""Signatures, certificates and time stamps (签名、证书、时间戳).

`types` says what a signer is, `services` gives one and verifies what it signed, `timestamps` proves when. Everything above signs through
this package alone, whether the key lies in the database, sealed, or on a token behind PKCS#11.
"""
