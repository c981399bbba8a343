"""What auth is told by its environment."""

from enum import StrEnum

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict
from tollgate_common.settings import ConsoleUrl, ServiceSettings


class SmtpTls(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class AuthSettings(ServiceSettings):
    """Settings of auth: TOLLGATE_AUTH_RPC_PORT and so on."""

    model_config = SettingsConfigDict(env_prefix="TOLLGATE_AUTH_")

    rpc_port: int
    # "sqlite:///path/to/file.db" or "mongodb://..."
    store_url: str
    # "KID:BASE64,..." of 32 bytes each: the first signs access tokens, and every one is published.
    signing_keys: SecretStr
    # "ID:BASE64,..." of 32 bytes each: the first seals the secrets of second factors, and every one
    # opens.
    sealing_keys: SecretStr = Field(min_length=1)
    # Links in mails lead here, whatever a request says of its host.
    console_url: ConsoleUrl = "http://127.0.0.1:8090"
    mail_from: str = Field("Tollgate <no-reply@localhost>", pattern=r"^[^\r\n]+@[^\r\n]+$")
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_tls: SmtpTls = SmtpTls.NONE
    # Empty: the server asks for no login.
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    # argon2id: RFC 9106's second recommendation. Two hashes run at a time.
    argon2_time_cost: int = Field(3, ge=1)
    argon2_memory_kib: int = Field(65_536, ge=32)
    argon2_lanes: int = Field(4, ge=1)
