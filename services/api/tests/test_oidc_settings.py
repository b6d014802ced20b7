"""Settings of single sign-on that do not fit together stop the service, with the variable and the fix."""

from __future__ import annotations

import pytest
from followup_api.settings import ApiSettings
from followup_common.settings import load

COMPLETE = {
    "DATABASE_URL": "postgresql://localhost/nowhere",
    "PUBLIC_URL": "https://followup.example.com",
    "OIDC_ISSUER": "https://sso.example.com/realms/acme",
    "OIDC_CLIENT_ID": "followup",
    "OIDC_CLIENT_SECRET": "provider-secret-7358",
    "OIDC_ROLE_CLAIM": "groups",
    "OIDC_ROLE_MAP": '{"cn=leads,ou=sales": "manager", "*": "employee"}',
    "OIDC_AUDIENCE": "followup-api",
    "PASSWORD_LOG_IN": "false",
}
WRONG: list[tuple[dict[str, str | None], str]] = [
    ({"OIDC_ISSUER": None}, "FOLLOWUP_OIDC_CLIENT_ID has no effect without FOLLOWUP_OIDC_ISSUER"),
    ({"OIDC_ISSUER": None}, "FOLLOWUP_OIDC_AUDIENCE has no effect without FOLLOWUP_OIDC_ISSUER"),
    ({"OIDC_ISSUER": None}, "FOLLOWUP_PASSWORD_LOG_IN is false, and nobody could log in"),
    ({"OIDC_ISSUER": "http://sso.example.com"}, "FOLLOWUP_OIDC_ISSUER is wrong"),
    ({"OIDC_ISSUER": "https://sso.example.com?a=b"}, "FOLLOWUP_OIDC_ISSUER is wrong"),
    ({"OIDC_CLIENT_ID": None}, "FOLLOWUP_OIDC_CLIENT_ID is needed with FOLLOWUP_OIDC_ISSUER"),
    ({"PUBLIC_URL": None}, "FOLLOWUP_PUBLIC_URL is needed with FOLLOWUP_OIDC_ISSUER"),
    ({"PUBLIC_URL": "http://followup.example.com"}, "FOLLOWUP_PUBLIC_URL is plain http"),
    ({"OIDC_ROLE_CLAIM": None}, "FOLLOWUP_OIDC_ROLE_MAP has no effect without FOLLOWUP_OIDC_ROLE_CLAIM"),
    ({"OIDC_ROLE_MAP": "leads=manager"}, "FOLLOWUP_OIDC_ROLE_MAP is wrong: Value error, not JSON"),
    ({"OIDC_ROLE_MAP": '{"leads": "boss"}'}, "FOLLOWUP_OIDC_ROLE_MAP is wrong"),
    ({"OIDC_AUDIENCE": "followup"}, "FOLLOWUP_OIDC_AUDIENCE must differ from FOLLOWUP_OIDC_CLIENT_ID"),
    ({"OIDC_SCOPES": "email"}, "FOLLOWUP_OIDC_SCOPES is wrong"),
]


def set_all(monkeypatch: pytest.MonkeyPatch, changes: dict[str, str | None]) -> None:
    for name, value in {**COMPLETE, **changes}.items():
        if value is None:
            monkeypatch.delenv(f"FOLLOWUP_{name}", raising=False)
        else:
            monkeypatch.setenv(f"FOLLOWUP_{name}", value)


def test_all_of_them_fit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, {})
    settings = load(ApiSettings)
    assert settings.oidc_role_map == {"cn=leads,ou=sales": "manager", "*": "employee"}
    assert "provider-secret-7358" not in repr(settings)


@pytest.mark.parametrize(("changes", "said"), WRONG)
def test_what_does_not_fit_is_named_with_the_fix(
    changes: dict[str, str | None],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_all(monkeypatch, changes)
    with pytest.raises(SystemExit) as stopped:
        load(ApiSettings)
    told = capsys.readouterr().err
    assert stopped.value.code == 2
    assert said in told
    assert "provider-secret-7358" not in told
