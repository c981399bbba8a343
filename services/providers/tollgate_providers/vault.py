"""How channels' credentials are sealed: each is good for its own channel and key only."""

from tollgate_common.sealing import Sealing, sealing_of

VARIABLE = "TOLLGATE_PROVIDERS_VAULT_KEYS"


def vault_of(text: str) -> Sealing:
    """With the keys of the variable; without any, channels cannot be added at run time."""
    return sealing_of(VARIABLE, text)


def place(channel: str, key: str) -> str:
    """What a credential is bound to."""
    return f"tollgate channel\0{channel}\0{key}"
