from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_auth import users
from tollgate_auth.users import Role, User, UserChange, UserId
from tollgate_common.errors import InvalidArgument
from tollgate_common.ids import AccountId

USER = User(
    id=UserId("usr_1"), account_id=AccountId("acc_1"), email="ada@example.com", password_hash="x"
)
LOCAL = st.from_regex(r"[A-Za-z0-9_+-]{1,20}(\.[A-Za-z0-9_+-]{1,20}){0,2}", fullmatch=True)
DOMAIN = st.from_regex(
    r"([a-zA-Z0-9][a-zA-Z0-9-]{0,9}[a-z0-9]\.){1,3}[A-Za-z]{2,6}", fullmatch=True
)


@given(LOCAL, DOMAIN)
def test_an_email_has_one_spelling_whatever_its_case(local: str, domain: str) -> None:
    email = users.canonical_email(f"{local}@{domain}")
    assert email == users.canonical_email(f" {local.upper()}@{domain.swapcase()} ")
    assert users.canonical_email(email) == email


@given(st.text(max_size=60))
def test_any_text_is_an_email_or_refused_and_never_leads_out_of_a_header(text: str) -> None:
    for candidate in (text, f"{text}@example.com", f"ada@{text}.com"):
        try:
            email = users.canonical_email(candidate)
        except InvalidArgument as refused:
            assert refused.field == "email"
        else:
            assert email.isascii()
            assert email.isprintable()
            assert email.count("@") == 1
            assert not set(email) & set(' ,;:<>()[]"\\')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada@",
        "@example.com",
        "ada@example",
        "ada@@example.com",
        "ada@exa mple.com",
        "ada@-example.com",
        "ada@example-.com",
        "ada@example..com",
        ".ada@example.com",
        "ada.@example.com",
        "a..da@example.com",
        "ada@example.com\nBcc: bob@example.com",
        "ada@example.com\0",
        "adä@example.com",
        "ada@exämple.com",
        "\u212aada@example.com",
        "ada@127.0.0.1",
        "a" * 65 + "@example.com",
        "ada@" + "a" * 64 + ".com",
        "ada@" + "a." * 130 + "com",
        '{"$ne": null}',
    ],
)
def test_what_is_no_email_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument):
        users.canonical_email(text)


@pytest.mark.parametrize(
    "password",
    ["ten chars!", "correct horse", "密码要长一些才比较安全", "x y" * 85, "\0" + "abc" * 5],
)
def test_passwords_that_are_accepted(password: str) -> None:
    assert users.checked_password(password, "ada@example.com") == password


@pytest.mark.parametrize(
    "password",
    [
        "",
        "nine char",
        "x y" * 86,
        "PASSWORD123",
        "qwertyuiop",
        "1234567890",
        "aaaaaaaaaaaa",
        "abababababab",
        "Ada@Example.com",
        "ada.lovelace",
    ],
)
def test_passwords_that_are_soon_guessed_are_refused(password: str) -> None:
    email = "ada.lovelace@example.com" if "." in password else "ada@example.com"
    email = "ada@example.com" if "@" in password else email
    with pytest.raises(InvalidArgument) as caught:
        users.checked_password(password, email, name="new_password")
    assert caught.value.field == "new_password"


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_one_guesser_is_one_address_or_one_network(address: str, counted_as: str) -> None:
    client = users.checked_client(address, "agent\n\x1b[31m" + "x" * 1000)
    assert users.neighbourhood(client.address) == counted_as
    assert client.user_agent.isprintable()
    assert len(client.user_agent) == users.AGENT_LENGTH_MAX


@pytest.mark.parametrize("address", ["", "localhost", "192.0.2", "192.0.2.7:80"])
def test_a_client_needs_an_address(address: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        users.checked_client(address, "")
    assert caught.value.field == "client.address"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (UserChange(locale="fr"), "locale"),
        (UserChange(time_zone="Mars/../etc/passwd"), "time_zone"),
        (UserChange(time_zone="x" * 65), "time_zone"),
    ],
)
def test_changes_that_are_refused_name_their_field(change: UserChange, field: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        users.updated(USER, change)
    assert caught.value.field == field


def test_a_new_role_ends_sessions_and_the_same_role_does_not() -> None:
    assert users.with_role(USER, Role.CUSTOMER) == USER
    assert users.with_role(USER, Role.ADMIN) == replace(USER, role=Role.ADMIN, epoch=1)


def test_a_user_s_secrets_are_in_no_log() -> None:
    assert "password_hash" not in repr(USER)
    assert "totp" not in repr(USER)
