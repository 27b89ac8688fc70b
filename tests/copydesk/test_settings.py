from pathlib import Path

import pytest

from flows.settings import Settings, SettingsError, state_folder


def test_defaults():
    settings = Settings.from_env({})
    assert settings == Settings()
    assert state_folder(settings, "file:var/index") == Path("var/index/state")
    assert state_folder(settings, "http://localhost:9200/news").parent == Path("var/state")
    assert state_folder(Settings(state="elsewhere"), "file:var/index") == Path("elsewhere")


def test_every_variable():
    settings = Settings.from_env(
        {
            "COPYDESK_TARGET": "file:x",
            "COPYDESK_STATE": "s",
            "COPYDESK_DETECTOR": "langdetect",
            "COPYDESK_LANGUAGES": "fr, en nb en-GB",
            "COPYDESK_WORKERS": "3",
            "COPYDESK_KEEP_BYTES": "0",
            "COPYDESK_ELASTIC_USER": "u",
            "COPYDESK_ELASTIC_PASSWORD": "p",
            "COPYDESK_ELASTIC_API_KEY": "k",
            "COPYDESK_ELASTIC_CA": "ca.crt",
            "COPYDESK_ELASTIC_FINGERPRINT": "aa:bb",
        }
    )
    assert settings == Settings(
        target="file:x", state="s", detector="langdetect", languages=("en", "fr", "no"), workers=3, keep_bytes=0, elastic_user="u",
        elastic_password="p", elastic_api_key="k", elastic_ca="ca.crt", elastic_fingerprint="aa:bb",
    )  # fmt: skip


def test_secrets_come_from_files_and_are_not_shown(tmp_path):
    (tmp_path / "key").write_text("hush\n")
    settings = Settings.from_env({"COPYDESK_ELASTIC_API_KEY_FILE": str(tmp_path / "key")})
    assert settings.elastic_api_key == "hush"
    assert "hush" not in repr(settings)
    with pytest.raises(SettingsError, match="COPYDESK_ELASTIC_PASSWORD_FILE"):
        Settings.from_env({"COPYDESK_ELASTIC_PASSWORD_FILE": str(tmp_path / "none")})


def test_a_number_must_be_one():
    with pytest.raises(SettingsError, match="COPYDESK_WORKERS"):
        Settings.from_env({"COPYDESK_WORKERS": "-1"})


@pytest.mark.parametrize(
    ("variable", "value", "said", "hint"),
    [
        ("COPYDESK_DETECTOR", "oracle", "no detector oracle", "py3langid, langdetect"),
        ("COPYDESK_LANGUAGES", "en,tlh,fr", "COPYDESK_LANGUAGES: unknown language tlh", "af, am, ar"),
        ("COPYDESK_LANGUAGES", "english", "unknown language english", "zu"),
    ],
)
def test_an_unknown_detector_or_language_is_told_with_the_valid_ones(variable, value, said, hint):
    with pytest.raises(SettingsError, match=said) as refused:
        Settings.from_env({variable: value})
    assert hint in refused.value.hint
