"""Two homes, two sets of ports, one machine: neither knows of the other."""

from pathlib import Path

from stack import Stack, running


async def test_keys_and_money_are_apart(stack: Stack, tmp_path: Path) -> None:
    async with running(tmp_path / "second home") as second:
        here = await stack.customer()
        there = await second.customer()
        models = f"{second.base_url()}/models"
        for key, status in ((there.key, 200), (here.key, 401)):
            answer = await second.http.get(models, headers={"Authorization": f"Bearer {key}"})
            assert answer.status_code == status
        assert not (tmp_path / "second home" / "ready").is_symlink()
    assert not (tmp_path / "second home" / "ready").exists()
