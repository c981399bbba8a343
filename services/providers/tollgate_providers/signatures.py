"""Signatures of reasoning that pass through a dialect in which another provider's look the same."""

import base64
import binascii

from .neutral import Signer

_MARK = b"tollgate"
_SIGNERS: dict[bytes, Signer] = {
    b"": "",
    b"anthropic": "anthropic",
    b"google": "google",
    b"openai": "openai",
}
_REDACTED = b"redacted"
_SHOWN = b"shown"


def packed(signature: str, signer: Signer, own: Signer, *, redacted: bool = False) -> str:
    """The signature as a dialect shows it: its `own` as it is, others with their signer, in base64.

    `redacted`: it is reasoning that only its provider can read.
    """
    if signer == own:
        return signature
    kind = _REDACTED if redacted else _SHOWN
    return base64.b64encode(b".".join((_MARK, signer.encode(), kind, signature.encode()))).decode()


def unpacked(text: str, own: Signer) -> tuple[str, Signer, bool]:
    """Signature, signer, and whether it is redacted; what `packed` did not pack is `own`.

    SDKs decode and encode base64 again, in either of its alphabets, with or without padding.
    """
    plain = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        decoded = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
        mark, signer, kind, signature = decoded.split(b".", 3)
        if mark == _MARK and signer in _SIGNERS and kind in (_REDACTED, _SHOWN):
            return signature.decode(), _SIGNERS[signer], kind == _REDACTED
    except (binascii.Error, ValueError):
        pass
    return text, own, False
