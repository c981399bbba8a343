"""The edge's use cases: who calls, what may be called, and a request admitted and sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from tollgate_common.addresses import Networks, client_address
from tollgate_common.clock import Clock
from tollgate_common.errors import Unavailable
from tollgate_common.ids import RequestId

from .catalogue import Catalogue, Model
from .credentials import key_digest
from .credit import Credit
from .dialects import Facts, Operation
from .grants import Grant, Grants
from .holds import estimated_input_tokens, hold_nano, max_output_tokens
from .idempotency import NONE, Answer, Answers, Idempotency
from .lanes import Admission, Lane
from .limits import Limiter
from .ports import Recorder, Relay
from .refusals import Cause, Refusal, invalid
from .wishes import NO_WISHES, Wishes


@dataclass(frozen=True, slots=True)
class Caller:
    """One request's circumstances."""

    request_id: RequestId
    dialect: str
    operation: Operation
    started_at_ms: int
    # W3C trace context, or empty.
    traceparent: str
    # X-Agent-Identity as sent, or empty.
    agent: str
    # Headers that go on to the provider.
    headers: Mapping[str, str]
    idempotency: Idempotency = NONE
    # Of the body.
    content_type: bytes = b"application/json"
    wishes: Wishes = NO_WISHES


class Operations:
    """One method a use case."""

    def __init__(
        self,
        grants: Grants,
        catalogue: Catalogue,
        limiter: Limiter,
        credit: Credit,
        relay: Relay,
        recorder: Recorder,
        answers: Answers,
        clock: Clock,
        proxies: Networks,
    ) -> None:
        self._grants = grants
        self._catalogue = catalogue
        self._limiter = limiter
        self._credit = credit
        self._relay = relay
        self._recorder = recorder
        self._answers = answers
        self._clock = clock
        self._proxies = proxies

    async def identify(self, headers: Mapping[bytes, bytes], query: bytes, peer: str) -> Grant:
        """Refusal unless the caller has a key that works, and works where they are."""
        grant = await self._grants.resolve(key_digest(headers, query))
        if grant.networks is not None:
            forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1")
            _check_address(grant.networks, client_address(peer, forwarded, self._proxies))
        return grant

    def enter(self, grant: Grant) -> None:
        """Counts a request that begins; it must `leave`. Refusal when there are too many."""
        self._limiter.enter(grant.limits, self._clock.monotonic())

    def leave(self, grant: Grant) -> None:
        self._limiter.leave(grant.limits)

    def limit_headers(self, grant: Grant) -> list[tuple[bytes, bytes]]:
        return self._limiter.headers(grant.limits, self._clock.monotonic())

    def models(self, grant: Grant) -> list[Model]:
        """What the key may call now."""
        return self._catalogue.allowed(grant.models)

    def model(self, grant: Grant, name: str) -> Model:
        """Refusal when there is no such model for this key."""
        model = self._catalogue.find(name)
        _check_allowed(grant, model)
        return model

    def count_tokens(self, grant: Grant, facts: Facts, body: bytes) -> int:
        """An estimate, as only the provider's tokenizer would know. It is not billed."""
        return estimated_input_tokens(facts, len(body), self.model(grant, facts.model))

    async def answered(self, grant: Grant, idempotency: Idempotency) -> Answer | None:
        """The answer that was given under this key; None when it has not been used.

        Refusal as in Answers, Unavailable when nobody can say: without knowing, nothing is sent.
        """
        return await self._answers.find(grant.account_id, idempotency)

    async def call(self, grant: Grant, facts: Facts, body: bytes, caller: Caller) -> Lane:
        """Admits and sends. Refusal or Unavailable: then nothing was sent and nothing is owed."""
        model = self.model(grant, facts.model)
        _check_operation(caller.operation, model)
        if not model.served:
            raise Refusal(
                Cause.UNAVAILABLE,
                f"The model {model.name!r} is not available now; try again later.",
                retry_after_s=10,
            )
        caller.wishes.check_price(model)
        hold = hold_nano(facts, len(body), model)
        await self._recorder.ready()
        estimate = estimated_input_tokens(facts, len(body), model)
        if grant.limits:
            self._limiter.take_tokens(grant.limits, estimate, self._clock.monotonic())
        lease_id = await self._credit.admit(grant.account_id, hold)
        admission = Admission(
            request_id=caller.request_id,
            account_id=grant.account_id,
            key_id=grant.key_id,
            limits=grant.limits,
            dialect=caller.dialect,
            operation=caller.operation.name,
            model=model,
            lease_id=lease_id,
            hold_nano=hold,
            started_at_ms=caller.started_at_ms,
            stream=facts.stream,
            include_usage=facts.include_usage,
            max_output_tokens=max_output_tokens(facts, model),
            estimated_tokens=estimate,
            traceparent=caller.traceparent,
            agent=caller.agent,
            variant=facts.variant,
            headers=caller.headers,
            wishes=caller.wishes,
            idempotency=caller.idempotency,
            content_type=caller.content_type.decode("ascii"),
        )
        try:
            return self._relay.open(admission, body)
        except Unavailable:
            self._credit.take_back(grant.account_id, lease_id, hold)
            raise


def _check_address(networks: Networks, address: str) -> None:
    if not networks.contains(address):
        raise Refusal(
            Cause.FORBIDDEN,
            f"This API key may not be used from the address {address}. "
            "The key's list of networks says from where it may.",
        )


def _check_allowed(grant: Grant, model: Model) -> None:
    if grant.models and model.name not in grant.models:
        raise Refusal(
            Cause.MODEL_NOT_ALLOWED,
            f"This API key may not use the model {model.name!r}.",
            field="model",
        )


def _check_operation(operation: Operation, model: Model) -> None:
    if operation.kind not in model.operations:
        can = ", ".join(model.operations)
        message = f"The model {model.name!r} is not for {operation.kind}, but for {can}."
        raise invalid(message, "model")
