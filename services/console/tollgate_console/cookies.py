"""The two cookies of a session: no script can read them, and no other site can send them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tollgate.auth.v1 import users_pb2


@dataclass(slots=True)
class Cookies:
    """Reads the session's tokens from a request, and sets or clears them on its answer."""

    received: Mapping[str, str] = field(repr=False)
    secure: bool
    now_ms: int
    changed: list[str] = field(default_factory=list, repr=False)

    @property
    def access_token(self) -> str:
        return self.received.get(self._access, "")

    @property
    def refresh_token(self) -> str:
        return self.received.get(self._refresh, "")

    def keep(self, session: users_pb2.Session) -> None:
        """The browser forgets them by itself when they are over."""
        self._set(self._access, session.access_token, session.access_expires_at_ms)
        self._set(self._refresh, session.refresh_token, session.refresh_expires_at_ms)

    def clear(self) -> None:
        self._set(self._access, "", 0)
        self._set(self._refresh, "", 0)

    @property
    def _access(self) -> str:
        return self._name("tollgate-access")

    @property
    def _refresh(self) -> str:
        return self._name("tollgate-refresh")

    def _name(self, name: str) -> str:
        # A browser takes such a name from this host alone: none of its neighbours can plant one.
        return f"__Host-{name}" if self.secure else name

    def _set(self, name: str, value: str, expires_at_ms: int) -> None:
        seconds = max(0, (expires_at_ms - self.now_ms) // 1000)
        # Chromium and Firefox take Secure cookies from http://127.0.0.1, Safari does not.
        secure = "; Secure" if self.secure else ""
        self.changed.append(
            f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
        )
