"""A MongoDB server for tests: the wire protocol, one command at a time, and faults on demand.

It refuses whatever it does not know. It insists on majority writes and majority reads, so that a
store that forgot them would not pass its tests.
"""

import asyncio
import itertools
import os
import secrets
import struct
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import Enum
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

import bson
import mongo_commands
from mongo_commands import BAD_VALUE, Collection, Document, Refusal
from pymongo import MongoClient

Run: TypeAlias = Callable[[Collection, Document], Document]

OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013
NOT_FOUND, NOT_PRIMARY = 59, 10107
ENVELOPE = {"$db", "lsid", "$readPreference", "$clusterTime", "maxTimeMS"}
WRITES, READS = {"writeConcern"}, {"readConcern"}
HELLO = {
    "helloOk": True,
    "maxBsonObjectSize": 16 * 1024 * 1024,
    "maxMessageSizeBytes": 48_000_000,
    "maxWriteBatchSize": 100_000,
    "minWireVersion": 0,
    "maxWireVersion": 17,
    "readOnly": False,
}


class Fault(Enum):
    """What may happen to a command once."""

    DROP_BEFORE = "the connection is cut and nothing is applied"
    DROP_AFTER = "it is applied and the connection is cut"
    STEP_DOWN = "it is refused because this is no longer the primary"


class Gate:
    """Holds one command before it is applied."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.open = asyncio.Event()


class MongoServer:
    """Listens on a free port of the loopback; its data outlive `restart`."""

    def __init__(self) -> None:
        self.stepped_down = False
        self.port = 0
        self._collections: defaultdict[tuple[str, str], Collection] = defaultdict(Collection)
        self._faults: defaultdict[str, deque[Fault | Gate]] = defaultdict(deque)
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._ids = itertools.count(1)
        self._lock = asyncio.Lock()

    def url(self, database: str) -> str:
        return f"mongodb://127.0.0.1:{self.port}/{database}"

    def fail(self, command: str, *faults: Fault) -> None:
        """Lets the next commands of this name fail, one for each fault."""
        self._faults[command] += faults

    def hold(self, command: str) -> Gate:
        """Lets the next command of this name wait until the gate is open."""
        gate = Gate()
        self._faults[command].append(gate)
        return gate

    async def start(self) -> None:
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._listener.close()
        for faults in self._faults.values():
            for gate in faults:
                if isinstance(gate, Gate):
                    gate.open.set()
        for writer in self._connections.values():
            writer.close()
        await asyncio.gather(*self._connections)

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._connections[task] = writer
        try:
            while await self._exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            del self._connections[task]

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answers one message; False if the connection is to be cut instead."""
        length, id, _, opcode = struct.unpack("<iiii", await reader.readexactly(16))
        command = _command(opcode, await reader.readexactly(length - 16))
        name = next(iter(command))
        fault = self._faults[name].popleft() if self._faults[name] else None
        if isinstance(fault, Gate):
            fault.reached.set()
            await fault.open.wait()
        if fault is Fault.DROP_BEFORE:
            return False
        async with self._lock:
            answer = self._answer(name, command, fault)
        if fault is Fault.DROP_AFTER:
            return False
        writer.write(_message(opcode, next(self._ids), id, answer))
        await writer.drain()
        return True

    def _answer(self, name: str, command: Document, fault: Fault | Gate | None) -> Document:
        try:
            return self._run(name, command, fault) | {"ok": 1.0}
        except Refusal as refusal:
            return refusal.answer | {"ok": 0.0}

    def _run(self, name: str, command: Document, fault: Fault | Gate | None) -> Document:
        if name in ("ping", "endSessions"):
            return {}
        if name in ("hello", "isMaster", "ismaster"):
            primary = not self.stepped_down
            return HELLO | {"ismaster": primary, "isWritablePrimary": primary}
        if name not in COMMANDS:
            raise Refusal(NOT_FOUND, f"no such command: {name}")
        run, allowed = COMMANDS[name]
        _check_envelope(name, command, allowed)
        if fault is Fault.STEP_DOWN or self.stepped_down:
            raise Refusal(NOT_PRIMARY, "not primary", codeName="NotWritablePrimary")
        return run(self._collections[command["$db"], command[name]], command)


COMMANDS: dict[str, tuple[Run, set[str]]] = {
    "createIndexes": (mongo_commands.create_indexes, WRITES | {"indexes"}),
    "insert": (mongo_commands.insert, WRITES | {"documents", "ordered"}),
    "update": (mongo_commands.update, WRITES | {"updates", "ordered"}),
    "delete": (mongo_commands.delete, WRITES | {"deletes", "ordered"}),
    "find": (
        mongo_commands.find,
        READS | {"filter", "sort", "limit", "batchSize", "singleBatch", "projection"},
    ),
    "aggregate": (mongo_commands.aggregate, READS | {"pipeline", "cursor"}),
}


def _check_envelope(name: str, command: Document, allowed: set[str]) -> None:
    if unknown := command.keys() - {name} - ENVELOPE - allowed:
        raise Refusal(BAD_VALUE, f"{name}: unknown {unknown}")
    if allowed >= WRITES and command.get("writeConcern") != {"w": "majority", "j": True}:
        raise Refusal(BAD_VALUE, f"{name}: not a majority write")
    if allowed >= READS and command.get("readConcern") != {"level": "majority"}:
        raise Refusal(BAD_VALUE, f"{name}: not a majority read")


def _command(opcode: int, body: bytes) -> Document:
    if opcode == OP_QUERY:
        start = body.index(b"\0", 4) + 9
        return {**bson.decode(body[start:]), "$db": "admin"}
    command: Document = {}
    flags, at = int.from_bytes(body[:4], "little"), 4
    if opcode != OP_MSG or flags & 0b11:
        raise ConnectionError(f"cannot read opcode {opcode} with flags {flags}")
    while at < len(body):
        size = int.from_bytes(body[at + 1 : at + 5], "little")
        section = body[at + 1 : at + 1 + size]
        if body[at] == 0:
            command = bson.decode(section) | command
        else:
            end = section.index(b"\0", 4)
            command[section[4:end].decode()] = bson.decode_all(section[end + 1 :])
        at += 1 + size
    return command


def _message(opcode: int, id: int, to: int, answer: Document) -> bytes:
    if opcode == OP_QUERY:
        kind, body = OP_REPLY, struct.pack("<iqii", 8, 0, 0, 1) + bson.encode(answer)
    else:
        kind, body = OP_MSG, bytes(5) + bson.encode(answer)
    return struct.pack("<iiii", 16 + len(body), id, to, kind) + body


@asynccontextmanager
async def mongo_server() -> AsyncIterator[MongoServer]:
    """A server that runs while the block does."""
    server = MongoServer()
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@asynccontextmanager
async def store_url(engine: Literal["sqlite", "mongo"], directory: Path) -> AsyncIterator[str]:
    """The URL of an empty database; a real MongoDB's where TOLLGATE_TEST_MONGODB_URL names one."""
    if engine == "sqlite":
        yield f"sqlite:///{directory}/store.db"
    elif real := os.environ.get("TOLLGATE_TEST_MONGODB_URL"):
        name = f"tollgate_test_{secrets.token_hex(6)}"
        yield urlsplit(real)._replace(path=f"/{name}").geturl()
        with MongoClient[Document](real) as client:
            client.drop_database(name)
    else:
        async with mongo_server() as server:
            yield server.url("tollgate_test")
