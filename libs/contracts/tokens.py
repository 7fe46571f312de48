"""What identity writes into an access token and a verifier demands of it (a JWT, RFC 9068)."""

from __future__ import annotations

ISSUER = "interius"
AUDIENCE = "interius-edge"
TYPE = "at+jwt"
ALGORITHM = "Ed25519"  # RFC 9864; the older name EdDSA leaves the curve open
