"""How text becomes terms: analysis.json, rendered for tantivy, for Elasticsearch and for Python."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

import orjson

if TYPE_CHECKING:
    from tantivy import TextAnalyzer

Dialect = Literal["rust", "java", "python"]
#: text: stemmed; exact: the same unstemmed; name: unstemmed and folded; folded: one term of the whole value.
Chain = Literal["text", "exact", "name", "folded"]
CHAINS: tuple[Chain, ...] = ("text", "exact", "name", "folded")

OTHER = "other"

_ALPHABETIC = {"rust": r"\p{Alphabetic}", "java": r"\p{IsAlphabetic}", "python": r"\p{Alphabetic}"}
_SCRIPT = {"rust": r"\p{sc=%s}", "java": r"\p{Is%s}", "python": r"\p{Script=%s}"}
#: Blocks of the unspaced scripts: one quick look whether a text needs its characters set apart.
_MAY_BE_UNSPACED = re.compile(
    "[\u0e00-\u0fff\u1000-\u11ff\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00016fe0-\U000fffff]"
)
#: In UTF-8: ASCII, what may follow a first byte, and the first bytes of U+0080 to U+00FF and of U+2000 to U+2FFF.
_PLAIN_BYTES = bytes((*range(0xC0), 0xC2, 0xC3, 0xE2))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAnalysis:
    """How the texts of one analyzer key ("en", "other") are analysed."""

    key: str
    stemmer: str | None  # a Snowball stemmer that both engines have alike
    tokenizer: Literal["alphabetic", "marks"]
    fold: bool  # accents are taken off after the stemmer
    characters: Mapping[str, str]  # replaced before anything else

    @property
    def has_exact(self) -> bool:
        """Whether an unstemmed copy of its texts is kept."""
        return self.stemmer is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """analysis.json."""

    keys: Mapping[str, KeyAnalysis]
    key_by_tag: Mapping[str, str]
    scripts: tuple[str, ...]
    unspaced_also: str
    characters: Mapping[str, str]
    max_token_bytes: int
    max_keyword_characters: int

    def unspaced_class(self, dialect: Dialect) -> str:
        """Give the inside of a character class: the scripts that are written without spaces."""
        return "".join(_SCRIPT[dialect] % script for script in self.scripts) + self.unspaced_also


@functools.cache
def read_analysis() -> Analysis:
    """Read analysis.json, once."""
    data: dict[str, Any] = orjson.loads(resources.files("engines").joinpath("analysis.json").read_bytes())
    common = data["characters"]
    keys = {
        key: KeyAnalysis(
            key=key,
            stemmer=one["stemmer"],
            tokenizer=one["tokenizer"],
            fold=one["fold"],
            characters=_without_identities({**common, **one.get("characters", {})}),
        )
        for key, one in data["keys"].items()
    }
    return Analysis(
        keys=keys,
        key_by_tag={tag: key for key, one in data["keys"].items() for tag in one["tags"]},
        scripts=tuple(data["unspaced_scripts"]),
        unspaced_also=data["unspaced_also"],
        characters=common,
        max_token_bytes=data["max_token_bytes"],
        max_keyword_characters=data["max_keyword_characters"],
    )


def key_of(language: str) -> str:
    """Give the analyzer key of a language tag, "other" where there is no analyzer of its own.

    >>> key_of("en-GB"), key_of("nb"), key_of("und")
    ('en', 'no', 'other')
    """
    return read_analysis().key_by_tag.get(language.lower().replace("_", "-").partition("-")[0], OTHER)


@functools.cache
def word_pattern(tokenizer: str, dialect: Dialect) -> str:
    """Give the regular expression whose matches are the tokens."""
    unspaced = read_analysis().unspaced_class(dialect)
    marks = r"\p{M}" if tokenizer == "marks" else ""
    word = rf"{_ALPHABETIC[dialect]}{marks}\p{{N}}"
    if (
        dialect == "java"
    ):  # which looks a script up in a table, eight times a character: only where it may be one
        return (
            rf"[[{word}&&[\x{{0}}-\x{{DFF}}]][{word}&&[^{unspaced}]]]+"
            rf"|[[\x{{E00}}-\x{{10FFFF}}]&&[{unspaced}]&&[\p{{L}}\p{{N}}]]\p{{M}}*"
        )
    return rf"[{unspaced}&&[\p{{L}}\p{{N}}]]\p{{M}}*|[{word}&&[^{unspaced}]]+"


def prepare(text: str, key: KeyAnalysis) -> str:
    """Do to a text what tantivy's tokenizers cannot: replace characters, set unspaced characters apart.

    >>> prepare("le 北京 İ", read_analysis().keys["fr"])
    'le  北  京  i'
    """
    if key.key != "tr" and (text.isascii() or _is_plain(text)):
        return text
    text = _replaced(text, key.key)
    if key.tokenizer == "alphabetic" and _MAY_BE_UNSPACED.search(text):
        return _unspaced_character().sub(r" \g<0> ", text)  # type: ignore[no-any-return]  # `regex` has no types
    return text


def prepare_keyword(value: str) -> str:
    """Do the same to a value that is compared as a whole."""
    return value if value.isascii() else _replaced(value, None)


def normalise_pattern(text: str, key: KeyAnalysis, chain: Chain) -> str:
    r"""Give the text of a prefix*, wild?card or fuzzy term the form that the index's own terms have.

    The signs * and ?, and what a backslash stands before, stay as they are.

    >>> normalise_pattern("Élys*e?", read_analysis().keys["fr"], "exact")
    'elys*e?'
    """
    parts = re.split(r"(\\.|[*?])", text, flags=re.DOTALL)
    return "".join(part if at % 2 else _normal(part, key.key, chain) for at, part in enumerate(parts))


@functools.cache
def tantivy_analyzer(key: str, chain: Chain) -> TextAnalyzer:
    """Render one chain for tantivy."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    one = read_analysis().keys[key]
    if chain == "folded":
        built = TextAnalyzerBuilder(Tokenizer.raw())
    elif one.tokenizer == "alphabetic":
        built = TextAnalyzerBuilder(Tokenizer.simple())
    else:
        built = TextAnalyzerBuilder(Tokenizer.regex(word_pattern(one.tokenizer, "rust")))
    if chain != "folded":
        built = built.filter(Filter.remove_long(read_analysis().max_token_bytes + 1))
    built = built.filter(Filter.lowercase())
    if chain == "text" and one.stemmer:
        built = built.filter(Filter.stemmer(one.stemmer))
    if one.fold or chain in ("name", "folded"):
        built = built.filter(Filter.ascii_fold())
    return built.build()


def tokens_of(text: str, key: KeyAnalysis, chain: Chain) -> list[str]:
    """Give the terms that tantivy would index for a text."""
    ready = prepare_keyword(text) if chain == "folded" else prepare(text, key)
    return tantivy_analyzer(key.key, chain).analyze(ready)


def elasticsearch_analysis(key: str) -> dict[str, Any]:
    """Render a key for Elasticsearch: `settings.analysis` of its index.

    Analyzers `text`, `exact`, `name`, normalizer `folded`: the same names and the same terms as in tantivy.
    The `snowball` filter, not `stemmer`: it gives the stems that tantivy gives.
    """
    one = read_analysis().keys[key]
    folding = ["asciifolding"] if one.fold else []
    stemming = ["stem"] if one.stemmer else []
    chains = {"text": [*stemming, *folding], "exact": folding, "name": ["asciifolding"]}
    filters: dict[str, Any] = {"short": {"type": "length", "max": read_analysis().max_token_bytes}}
    if one.stemmer:
        filters["stem"] = {"type": "snowball", "language": one.stemmer.capitalize()}
    return {
        "char_filter": {
            "characters": {"type": "mapping", "mappings": _mappings(one.characters)},
            "common_characters": {"type": "mapping", "mappings": _mappings(read_analysis().characters)},
        },
        "tokenizer": {
            "words": {"type": "pattern", "pattern": word_pattern(one.tokenizer, "java"), "group": 0}
        },
        "filter": filters,
        "analyzer": {
            name: {
                "type": "custom",
                "char_filter": ["characters"],
                "tokenizer": "words",
                "filter": ["short", "lowercase", *rest],
            }
            for name, rest in chains.items()
        },
        "normalizer": {
            "folded": {
                "type": "custom",
                "char_filter": ["common_characters"],
                "filter": ["lowercase", "asciifolding"],
            }
        },
    }


def _mappings(characters: Mapping[str, str]) -> list[str]:
    return [f"\\u{ord(old):04x}=>{new}" for old, new in characters.items()]


def _without_identities(characters: Mapping[str, str]) -> Mapping[str, str]:
    return {old: new for old, new in characters.items() if old != new}


def _replaced(text: str, key: str | None) -> str:
    """Replace a key's characters, where there is one: a table asked for each character costs 0.2 ms in 2 kB."""
    return text.translate(_table(key)) if any(one in text for one in _told(key)) else text


def _is_plain(text: str) -> bool:
    """Tell whether it is ASCII, Latin-1 and punctuation (U+2000 to U+203F) alone: nothing to be done to it.

    Most copy in Latin letters is, and a look at its bytes takes a tenth of what a pattern takes.
    """
    data = text.encode("utf-8", "surrogatepass")
    return not data.translate(None, _PLAIN_BYTES) and data.count(b"\xe2") == data.count(b"\xe2\x80")


@functools.cache
def _told(key: str | None) -> tuple[str, ...]:
    return tuple(map(chr, _table(key)))


@functools.cache
def _table(key: str | None) -> dict[int, str]:
    analysis = read_analysis()
    return str.maketrans(dict(analysis.keys[key].characters if key else analysis.characters))


@functools.cache
def _unspaced_character() -> Any:
    import regex  # a search in Latin script never needs it

    unspaced = read_analysis().unspaced_class("python")
    return regex.compile(rf"[{unspaced}&&[\p{{L}}\p{{N}}]]\p{{M}}*", regex.V1)


def _normal(text: str, key: str, chain: Chain) -> str:
    if not text:
        return ""
    one = read_analysis().keys[key]
    text = _replaced(text, None if chain == "folded" else key)
    return "".join(_whole(one.fold or chain in ("name", "folded")).analyze(text))


@functools.cache
def _whole(fold: bool) -> TextAnalyzer:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    built = TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.lowercase())
    return (built.filter(Filter.ascii_fold()) if fold else built).build()
