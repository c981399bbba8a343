import pytest
from tollgate_auth import mail
from tollgate_auth.letters import Kind
from tollgate_auth.users import LOCALES

LINK = "https://console.example.com/verify-email#token=a&b"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("template", [*Kind, "taken"])
def test_every_letter_has_a_text_in_every_locale(template: str, locale: str) -> None:
    amounts = {"posted": "$1.00", "limit": "$5.00"}
    written = mail.written(template, locale, "ada@example.com", **amounts)
    assert written.subject.startswith("Tollgate: ")
    assert written.text.strip()
    assert "{" not in written.text
    assert f'lang="{locale}"' in written.html


@pytest.mark.parametrize("locale", LOCALES)
def test_a_link_is_in_the_text_as_it_is_and_in_the_html_escaped(locale: str) -> None:
    written = mail.written("register", locale, "ada@example.com", LINK)
    assert LINK in written.text.splitlines()
    assert 'href="https://console.example.com/verify-email#token=a&amp;b"' in written.html
