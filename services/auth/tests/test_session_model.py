"""Sessions against a model: any order of logins, refreshes, thefts and endings."""

import asyncio
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from tollgate_auth.app import ALL_COLLECTIONS
from tollgate_auth.passwords import Passwords
from tollgate_auth.sessions import ACCESS_MS, IDLE_MS, LIFE_MS, Tokens
from tollgate_common.errors import Unauthenticated

from .conftest import world_of
from .memory_store import MemoryStore
from .world import CLIENT, EMAIL, World

PASSWORDS = ("the first password", "the second password")


@dataclass
class Open:
    """What must be true of one session."""

    token: str
    access: str
    opened_at_ms: int
    used_at_ms: int
    spent: list[str] = field(default_factory=list)
    ended: bool = False

    def is_live(self, now_ms: int) -> bool:
        idle, age = now_ms - self.used_at_ms, now_ms - self.opened_at_ms
        return not self.ended and idle < IDLE_MS and age < LIFE_MS

    def has_access(self, now_ms: int) -> bool:
        return self.is_live(now_ms) and now_ms - self.used_at_ms < ACCESS_MS


class Sessions(RuleBasedStateMachine):
    sessions = Bundle("sessions")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.passwords = Passwords(time_cost=1, memory_kib=32, lanes=1)
        self.world: World = world_of(MemoryStore(ALL_COLLECTIONS), self.passwords)
        self.password = PASSWORDS[0]
        self.open: list[Open] = []
        self.runner.run(self.world.register(EMAIL, self.password))
        users, _ = self.runner.run(self.world.cases.users.search("", 1, ""))
        self.user_id = users[0].id

    def teardown(self) -> None:
        self.passwords.close()
        self.runner.close()

    def refresh(self, token: str) -> Tokens | None:
        try:
            return self.runner.run(self.world.cases.logins.refresh(token, CLIENT))
        except Unauthenticated:
            return None

    @property
    def now_ms(self) -> int:
        return self.world.clock.now_ms()

    @rule(target=sessions)
    def log_in(self) -> Open:
        tokens = self.runner.run(self.world.log_in(password=self.password))
        session = Open(tokens.refresh, tokens.access, self.now_ms, self.now_ms)
        self.open.append(session)
        return session

    @rule(session=sessions)
    def go_on(self, session: Open) -> None:
        tokens = self.refresh(session.token)
        assert (tokens is not None) == session.is_live(self.now_ms)
        if tokens:
            session.spent.append(session.token)
            session.token, session.access = tokens.refresh, tokens.access
            session.used_at_ms = self.now_ms

    @rule(session=sessions, data=st.data())
    def use_again(self, session: Open, data: st.DataObject) -> None:
        if session.spent:
            assert self.refresh(data.draw(st.sampled_from(session.spent))) is None
            session.ended = True

    @rule(session=consumes(sessions))
    def log_out(self, session: Open) -> None:
        self.runner.run(self.world.cases.logins.log_out(session.token))
        session.ended = True
        assert self.refresh(session.token) is None

    @rule()
    def log_out_everywhere(self) -> None:
        self.runner.run(self.world.cases.logins.log_out_everywhere(self.user_id))
        for session in self.open:
            session.ended = True

    @rule()
    def change_password(self) -> None:
        old, self.password = self.password, PASSWORDS[self.password == PASSWORDS[0]]
        change = self.world.cases.credentials.change_password
        self.runner.run(change(self.user_id, old, self.password, "", CLIENT))
        for session in self.open:
            session.ended = True

    @rule(days=st.integers(1, 20))
    def wait(self, days: int) -> None:
        self.world.clock.advance(days * 24 * 3600)

    @rule(minutes=st.integers(1, 20))
    def wait_a_little(self, minutes: int) -> None:
        self.world.clock.advance(minutes * 60)

    @invariant()
    def access_ends_with_its_session(self) -> None:
        for session in self.open:
            try:
                self.runner.run(self.world.cases.logins.authenticate(session.access))
            except Unauthenticated:
                assert not session.has_access(self.now_ms)
            else:
                assert session.has_access(self.now_ms)

    @invariant()
    def what_is_listed_is_what_is_live(self) -> None:
        listed = self.runner.run(self.world.cases.logins.list_sessions(self.user_id))
        assert len(listed) == sum(session.is_live(self.now_ms) for session in self.open)


TestSessions = Sessions.TestCase
TestSessions.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
