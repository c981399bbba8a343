"""How the secrets of second factors are sealed: each is good for its own user only."""

from tollgate_common.sealing import Sealing, sealing_of

VARIABLE = "TOLLGATE_AUTH_SEALING_KEYS"


def vault_of(text: str) -> Sealing:
    """With the keys of the variable, of which the first seals. SettingsError names it."""
    return sealing_of(VARIABLE, text)


def place(user_id: str) -> str:
    """What a secret is bound to."""
    return f"tollgate totp\0{user_id}"
