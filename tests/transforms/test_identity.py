import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.identity import _PLAIN_URL, canonical_url, fingerprint, story_id

SAME = [
    ("https://example.com/a", "https://example.com/a/"),
    ("https://example.com/a", "HTTPS://EXAMPLE.com:443/a#comments"),
    ("https://example.com/a?id=7", "https://example.com/a?utm_medium=mail&id=7&fbclid=zz"),
    ("https://example.com/a?a=1&b=2", "https://example.com/a?b=2&a=1"),
    ("https://example.com/ü", "https://example.com/%C3%BC"),
    ("https://example.com/a", "https://reader:secret@example.com/a"),
    ("http://example.com", "http://example.com:80/"),
    ("https://example.com/a", "https://example.com/a?_hsenc=1&AT_medium=2"),
]
OTHER = [
    ("https://example.com/a", "http://example.com/a"),
    ("https://example.com/a", "https://example.com/A"),
    ("https://example.com/a?id=7", "https://example.com/a?id=8"),
    ("https://example.com/", "https://example.com:8443/"),
]


@pytest.mark.parametrize(("one", "two"), SAME)
def test_spellings_of_one_address_are_one_story(one, two):
    assert canonical_url(one) == canonical_url(two)
    assert story_id(one, "a", "b") == story_id(two, "c", "d")


@pytest.mark.parametrize(("one", "two"), OTHER)
def test_other_addresses_are_other_stories(one, two):
    assert canonical_url(one) != canonical_url(two)


@pytest.mark.parametrize(
    "text", ["", "about:blank", "/relative", "http://[::1", "http://h:99999/", "mailto:a@b.c"]
)
def test_what_is_no_web_address_is_none(text):
    assert canonical_url(text) is None


def test_without_an_address_words_decide():
    assert story_id(None, "Rain", "It rained.") == story_id("", "rain", "IT RAINED")
    assert story_id(None, "Rain", "It rained.") != story_id(None, "Rain", "It snowed.")
    assert story_id(None, "Rain it", "rained") != story_id(None, "Rain", "it rained")


@given(st.text())
def test_no_string_raises(text):
    assert len(story_id(text, text, text)) == 32
    address = canonical_url("https://example.com/" + text)
    assert address is None or canonical_url(address) == address


def test_lone_surrogates_have_a_fingerprint():
    assert fingerprint("\ud800") == fingerprint("?")


@settings(max_examples=25)  # addresses of a pattern are slow to make
@given(st.from_regex(_PLAIN_URL, fullmatch=True))
def test_plain_addresses_are_read_as_all_others_are(url: str) -> None:
    """A fragment makes it go the long way, and is left out."""
    assert canonical_url(url) == canonical_url(f"{url}#top")
