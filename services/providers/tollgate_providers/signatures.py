"""Signatures of reasoning that pass through a dialect in which another provider's look the same,
or which has a place for them in the ids of calls only.
"""

import base64
import binascii

from .neutral import Signer

_MARK = b"tollgate"
_ID_MARK = "__thought__"
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


def signed_id(id: str, signature: str) -> str:
    """A call's id as a client of another dialect sees it: Gemini's thoughtSignature rides in it.

    Letters, digits, "_" and "-" only, which is all that Anthropic's clients may send back.
    """
    if not signature:
        return id
    packed = base64.urlsafe_b64encode(signature.encode()).rstrip(b"=").decode()
    return f"{id}{_ID_MARK}{packed}"


def unsigned_id(id: str) -> tuple[str, str]:
    """The id and the signature that `signed_id` joined; a foreign id is left alone."""
    plain, mark, packed = id.partition(_ID_MARK)
    if not mark:
        return id, ""
    try:
        signature = base64.b64decode(packed + "=" * (-len(packed) % 4), b"-_", validate=True)
        return plain, signature.decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return id, ""
