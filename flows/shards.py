"""A shard: up to 5,000 shaped documents of one or many files, loaded, verified and entered in one go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from flows.pool import Shaped
from flows.reading import InputFile, Piece
from ledger.records import Fate
from transforms.records import Document, RawDocument, Reject

#: One shard is one Prefect task, one commit of the index and one transaction of the ledger. Small enough that a
#: killed run redoes seconds, large enough that a commit (0.1 s) does not count.
_SHARD_DOCUMENTS = 5_000
_SHARD_BYTES = 24 << 20


@dataclass(slots=True)
class Part:
    """What a shard holds of one file, in order."""

    file: InputFile
    documents: list[Document] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    raws: list[RawDocument] = field(default_factory=list)
    fates: list[Fate] = field(default_factory=list)  # of the documents, once the ledger has been asked
    ends: bool = False  # the file was read to its end
    content_hash: str | None = None  # of the bytes that were read, when it ends here


@dataclass(slots=True)
class Shard:
    """Parts of files that are loaded together."""

    number: int
    parts: list[Part] = field(default_factory=list)
    documents: int = 0
    bytes: int = 0
    planned: list[Document] | None = None  # what is to be sent, once the ledger has been asked

    def __str__(self) -> str:
        return f"shard {self.number}: {self.documents} documents"

    @property
    def is_full(self) -> bool:
        """Whether it is time to load it."""
        return self.documents >= _SHARD_DOCUMENTS or self.bytes >= _SHARD_BYTES


def collect(batches: Iterable[tuple[list[Piece], Shaped]], numbers: Iterator[int]) -> Iterator[Shard]:
    """Put shaped batches together to shards, numbered as they come."""
    shard = Shard(next(numbers))
    for pieces, shaped in batches:
        _add(shard, pieces, shaped)
        if shard.is_full:
            yield shard
            shard = Shard(next(numbers))
    if shard.parts:
        yield shard


def _add(shard: Shard, pieces: list[Piece], shaped: Shaped) -> None:
    outcomes = iter(shaped.outcomes)
    for file, group in groupby(pieces, key=lambda piece: piece.file):
        part = _part(shard, file)
        for piece in group:
            if piece.item is None:
                part.ends, part.content_hash = True, piece.content_hash
            elif isinstance(piece.item, Reject):
                part.rejects.append(piece.item)
            else:
                part.raws.append(piece.item)
                for outcome in next(outcomes):
                    _keep(shard, part, outcome)


def _part(shard: Shard, file: InputFile) -> Part:
    if not shard.parts or shard.parts[-1].file is not file:
        shard.parts.append(Part(file))
    return shard.parts[-1]


def _keep(shard: Shard, part: Part, outcome: Document | Reject) -> None:
    if isinstance(outcome, Reject):
        part.rejects.append(outcome)
    else:
        part.documents.append(outcome)
        shard.documents += 1
        shard.bytes += len(outcome.json)
