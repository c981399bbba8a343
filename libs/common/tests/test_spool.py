import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_common.clock import ManualClock
from tollgate_common.errors import Unavailable
from tollgate_common.spool import Spool, records

Open = Callable[..., Spool]

APPEND_FOR_EVER = """
import sys
from pathlib import Path
from tollgate_common.clock import SystemClock
from tollgate_common.spool import Spool

spool = Spool(Path(sys.argv[1]), SystemClock(), bytes_max=2**40)
number = 0
while True:
    spool.append(str(number), b"x" * 5000)
    print(number, flush=True)
    number += 1
"""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def open_spool(tmp_path: Path, clock: ManualClock) -> Iterator[Open]:
    opened: list[Spool] = []

    def open_(bytes_max: int = 1_000_000) -> Spool:
        for spool in opened:
            spool.close()
        opened[:] = [Spool(tmp_path, clock, bytes_max=bytes_max)]
        return opened[0]

    yield open_
    for spool in opened:
        spool.close()


def everything(spool: Spool) -> list[tuple[str, bytes]]:
    return [record for path in spool.files() for record in records(path)]


def test_messages_come_back_in_order_after_a_restart(open_spool: Open) -> None:
    spool = open_spool()
    assert spool.empty
    messages = [("a", b"1"), ("b", b""), ("ü", bytes(range(256)))]
    for id, payload in messages:
        spool.append(id, payload)
    again = open_spool()
    assert not again.empty
    assert everything(again) == messages


def test_one_process_s_files_come_before_those_of_the_next(
    open_spool: Open, clock: ManualClock
) -> None:
    open_spool().append("first", b"1")
    clock.advance(1)
    spool = open_spool()
    spool.append("second", b"2")
    assert len(spool.files()) == 2
    assert [id for id, _ in everything(spool)] == ["first", "second"]


def test_two_processes_cannot_share_a_folder(
    tmp_path: Path, clock: ManualClock, open_spool: Open
) -> None:
    open_spool()
    with pytest.raises(Unavailable, match="in use"):
        Spool(tmp_path, clock, bytes_max=1)


def test_taken_files_get_no_more_messages(open_spool: Open, clock: ManualClock) -> None:
    spool = open_spool()
    spool.append("a", b"1")
    (taken,) = spool.take()
    clock.advance(1)
    spool.append("b", b"2")
    spool.remove(taken)
    assert everything(spool) == [("b", b"2")]
    spool.remove(*spool.take())
    assert spool.empty


def test_a_full_spool_refuses_until_something_is_sent(open_spool: Open) -> None:
    spool = open_spool(bytes_max=100)
    spool.append("a", b"x" * 80)
    with pytest.raises(Unavailable):
        spool.append("b", b"x" * 80)
    spool.check()
    assert [id for id, _ in everything(spool)] == ["a"]
    spool.remove(*spool.take())
    spool.append("b", b"x" * 80)
    assert [id for id, _ in everything(spool)] == ["b"]


def test_the_cap_counts_what_an_earlier_process_left(open_spool: Open) -> None:
    open_spool().append("a", b"x" * 87)
    spool = open_spool(bytes_max=100)
    with pytest.raises(Unavailable):
        spool.check()
    with pytest.raises(Unavailable):
        spool.append("b", b"")


def test_a_message_that_cannot_be_written_is_refused_and_the_next_one_is_not(
    open_spool: Open, tmp_path: Path, clock: ManualClock
) -> None:
    spool = open_spool()
    spool.append("a", b"1")
    (path,) = spool.take()
    path.rename(tmp_path / "kept")
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    spool._current = blocked  # what cannot be opened for writing, even by root
    with pytest.raises(Unavailable):
        spool.append("b", b"2")
    (tmp_path / "kept").rename(path)
    clock.advance(1)
    spool.append("c", b"3")
    assert everything(spool) == [("a", b"1"), ("c", b"3")]


def test_a_torn_tail_is_cut_off_wherever_it_is_torn(open_spool: Open) -> None:
    spool = open_spool()
    spool.append("a", b"12345")
    spool.append("b", b"67890")
    (path,) = spool.files()
    whole = path.read_bytes()
    for length in range(len(whole) // 2, len(whole)):
        path.write_bytes(whole[:length])
        assert list(records(path)) == [("a", b"12345")]
    assert path.with_suffix(".torn").read_bytes() == whole[len(whole) // 2 : -1]


def test_a_flipped_bit_is_noticed_and_the_rest_is_kept_aside(open_spool: Open) -> None:
    spool = open_spool()
    for id in ("a", "b", "c"):
        spool.append(id, b"12345")
    (path,) = spool.files()
    data = bytearray(path.read_bytes())
    third = len(data) // 3
    data[2 * third - 1] ^= 1
    path.write_bytes(data)
    assert list(records(path)) == [("a", b"12345")]
    spool.remove(path)
    assert path.with_suffix(".torn").read_bytes() == data[third:]


@given(st.binary(max_size=200))
def test_no_file_content_is_ever_misread(tmp_path_factory: object, junk: bytes) -> None:
    assert isinstance(tmp_path_factory, pytest.TempPathFactory)
    path = tmp_path_factory.getbasetemp() / "junk.spool"
    path.write_bytes(junk)
    assert all(junk.endswith(payload) or payload in junk for _, payload in records(path))


def test_what_was_acknowledged_before_kill_9_is_there_after_it(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", APPEND_FOR_EVER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout
        acknowledged = [int(child.stdout.readline()) for _ in range(200)]
        child.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in child.stdout.read().split("\n")[:-1]]
    spool = Spool(tmp_path, ManualClock(), bytes_max=2**40)
    kept = [int(id) for id, _ in everything(spool)]
    spool.close()
    assert kept[: len(acknowledged)] == acknowledged
    assert len(kept) <= len(acknowledged) + 1
