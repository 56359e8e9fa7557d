"""Which street an address means: all likely ones, with how well each fits and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from geo.address_parse import Query, Window
from geo.address_store import AddressStore, NameRow, StreetRow
from geo.address_street import StreetName, letter_pairs, sounded
from geo.address_town import Mention
from geo.address_words import (
    ARTICLES,
    GROUPS_OF,
    NUMBER_MARKERS,
    PART_MARKERS,
    REGION_MARKERS,
    TYPES,
)

FUZZY_NAMES = 120  # names looked at for each run of words
LONGEST_FUZZY = 4  # words in a run that is looked for in spite of misspellings
SURE_FIT = 0.999  # with every letter right and nothing unexplained no misspelt name can be meant
LEAST = 0.55  # a street that fits less is not considered
NEAR_BEST = 0.15  # streets up to so much worse than the best are compared in full
MOST_STREETS = 24
OTHER_NUMBER_IN_NAME = 0.3  # 2nd for 22nd
TOWN_AS_STREET = 0.3  # a town's name is rather the town than a street called after it
CUT = 0.12
UNEXPLAINED = 0.3  # times the share of letters beside the name that nothing explains
MISSING_KIND, SURPLUS_KIND, RELATED_KIND, OTHER_KIND = 0.02, 0.03, 0.02, 0.12
CITY_FITS, CITY_DIFFERS = 0.08, 0.15
CODE_FITS, CODE_DIFFERS = 0.04, 0.03
LEAST_STRANGE = 3  # letters of a word that says something
_MARKERS = NUMBER_MARKERS | REGION_MARKERS | TYPES.keys() | ARTICLES
_KINDS = ("", *GROUPS_OF)
_KIND_AT = {kind: at for at, kind in enumerate(_KINDS)}


@dataclass(frozen=True, slots=True)
class NameMatch:
    """How well some words of the line fit a street's name.

    `likeness` is 1 for the same letters, `typos` counts those that differ. `kind` is the type the index knows;
    `same_kind` is False where street and avenue differ; `whole` is True where name and type were compared as one, which
    forgives a misspelt type. `cut` is True where the line has more of the name than the
    window: "Odins" of "Odins Tværgade".
    """

    window: Window
    kind: str
    fit: float
    likeness: float
    typos: int
    same_kind: bool
    whole: bool
    cut: bool


@dataclass(frozen=True, slots=True)
class StreetMatch:
    """A street that an address may mean; `fit` ranks. `city` and `postcode` are 1, 0 or None where nothing is known."""

    street: StreetRow
    name: NameMatch
    fit: float
    city: float | None
    postcode: float | None


def matches(store: AddressStore, query: Query, mentions: Sequence[Mention]) -> list[StreetMatch]:
    """The streets an address may mean, the best first; empty when nothing is like it.

    Names are found by shared letter pairs and compared letter by letter (optimal string alignment, which counts a swap
    of two letters once) with every run of words of the line. House numbers play no part in it.
    """
    if not query.windows:
        return []
    strange = _strange(query, mentions)
    towns = [any(m.first <= w.first and w.last <= m.last for m in mentions) for w in query.windows]
    cut = np.array([_cut_short(query, w, strange) for w in query.windows])
    cost = np.array([_unexplained(query, w, strange) for w in query.windows])
    cost += TOWN_AS_STREET * np.array(towns) + CUT * cut
    exact = _exact_names(store, query)
    found = _ranked(store, query, mentions, exact, cost, cut)
    if found and found[0].name.fit > SURE_FIT and found[0].city != 0.0:
        return found
    names = exact | _like_names(store, query, towns)
    return _ranked(store, query, mentions, names, cost, cut)


def _ranked(
    store: AddressStore,
    query: Query,
    mentions: Sequence[Mention],
    by_id: Mapping[int, NameRow],
    cost: NDArray[np.float64],
    cut: NDArray[np.bool_],
) -> list[StreetMatch]:
    """The streets of some names, the best first; `cost` and `cut` are of the query's windows."""
    if not by_id:
        return []
    names = [by_id[key] for key in sorted(by_id)]
    scores = _scores(query.windows, names, cost)
    best_window = scores.fit.argmax(axis=0)
    best = scores.fit[best_window, np.arange(len(names))]
    floor = max(float(best.max()) - NEAR_BEST - CITY_FITS, LEAST)
    found = []
    for at in np.argsort(-best, kind="stable")[:MOST_STREETS].tolist():
        if best[at] < floor:
            break
        w = int(best_window[at])
        named = NameMatch(
            query.windows[w],
            names[at].kind,
            float(best[at]),
            max(float(scores.likeness[w, at]), 0.0),
            int(scores.typos[w, at]),
            bool(scores.same_kind[w, at]),
            bool(scores.whole[w, at]),
            bool(cut[w]),
        )
        found += [_match(named, street, query, mentions) for street in store.streets(names[at].id)]
    return sorted(found, key=lambda m: (-m.fit, m.street.id))


@dataclass(frozen=True, slots=True, eq=False)
class _Scores:
    """Windows (rows) against names (columns)."""

    fit: NDArray[np.float64]
    likeness: NDArray[np.float64]
    typos: NDArray[np.int32]
    same_kind: NDArray[np.bool_]
    whole: NDArray[np.bool_]


def _exact_names(store: AddressStore, query: Query) -> dict[int, NameRow]:
    """Names with the very core of a window."""
    cores = sorted({window.name.core for window in query.windows} | {window.name.whole for window in query.windows})
    return {row.id: row for row in store.names_of(cores)}


def _like_names(store: AddressStore, query: Query, towns: Sequence[bool]) -> dict[int, NameRow]:
    """Names that share letter pairs with a window that may be a misspelt name."""
    found: dict[int, NameRow] = {}
    tried = set()
    for window, is_town in zip(query.windows, towns, strict=True):
        ends = query.words[window.first], query.words[window.last - 1]
        long = sum(word.is_word for word in query.words[window.first : window.last]) > LONGEST_FUZZY
        if is_town or long or window.name in tried or any(word.text.isdigit() for word in ends):
            continue
        tried.add(window.name)
        core = StreetName(window.name.core)  # a known type is too common to tell names apart
        found |= {row.id: row for row in store.names_like(letter_pairs(core), FUZZY_NAMES)}
    return found


def _scores(windows: Sequence[Window], names: Sequence[NameRow], cost: NDArray[np.float64]) -> _Scores:
    cores, wholes = [w.name.core for w in windows], [w.name.whole for w in windows]
    typos = process.cdist(cores, [n.core for n in names], scorer=OSA.distance, dtype=np.int32)
    likeness = 1 - typos / _longer(cores, [n.core for n in names])
    whole_names = [StreetName(n.core, n.kind).whole for n in names]
    fronted = [sounded(n.kind) + n.core for n in names]  # "ulitsa Pokrovka"
    whole_typos = np.minimum(
        process.cdist(wholes, whole_names, scorer=OSA.distance, dtype=np.int32),
        process.cdist(wholes, fronted, scorer=OSA.distance, dtype=np.int32),
    )
    whole = 1 - whole_typos / _longer(wholes, whole_names)
    kinds = _KIND_FIT[np.ix_([_KIND_AT[w.name.kind] for w in windows], [_KIND_AT[n.kind] for n in names])]
    digits = np.array([w.name.digits for w in windows])[:, None] != np.array([n.digits for n in names])[None, :]
    by_whole = whole - MISSING_KIND > likeness + kinds
    fit = np.where(by_whole, whole - MISSING_KIND, likeness + kinds)
    return _Scores(
        fit=fit - OTHER_NUMBER_IN_NAME * digits - cost[:, None],
        likeness=np.where(by_whole, whole, likeness) - OTHER_NUMBER_IN_NAME * digits,
        typos=np.where(by_whole, whole_typos, typos) + 9 * digits.astype(np.int32),
        same_kind=by_whole | (kinds > -OTHER_KIND),
        whole=by_whole,
    )


def _cut_short(query: Query, window: Window, strange: Sequence[int]) -> bool:
    """Whether the line says more of the name than this run of words, which has no type: "Odins" of "Odins Tværgade"."""
    if window.name.kind:
        return False
    part = query.words[window.first].part
    beside = [at for at in (window.first - 1, window.last) if 0 <= at < len(query.words)]
    return any(
        query.words[at].part == part and not query.words[at].unit and (strange[at] > 0 or query.words[at].text in TYPES)
        for at in beside
    )


def _longer(some: Sequence[str], others: Sequence[str]) -> NDArray[np.float64]:
    return np.maximum.outer([max(len(s), 1) for s in some], [len(o) for o in others]).astype(np.float64)


def _kind_fit() -> NDArray[np.float64]:
    """What a type in the address (row) against a type in the index (column) costs."""
    fit = np.zeros((len(_KINDS), len(_KINDS)))
    for i, asked in enumerate(_KINDS):
        for j, known in enumerate(_KINDS):
            if asked == known:
                continue
            if not asked or not known:
                fit[i, j] = -MISSING_KIND if not asked else -SURPLUS_KIND
            else:
                fit[i, j] = -RELATED_KIND if GROUPS_OF[asked] & GROUPS_OF[known] else -OTHER_KIND
    return fit


_KIND_FIT = _kind_fit()


def _strange(query: Query, mentions: Sequence[Mention]) -> list[int]:
    """For each word its letters, if nothing is known that it could be besides a name; else 0."""
    known = {at for mention in mentions for at in range(mention.first, mention.last)}
    for at, word in enumerate(query.words[:-1]):
        if word.unit or (word.text in PART_MARKERS and query.words[at + 1].text[0].isdigit()):
            known.add(at)
    return [
        len(word.text) if _says_something(word.text) and at not in known else 0 for at, word in enumerate(query.words)
    ]


def _says_something(text: str) -> bool:
    return text.isalpha() and len(text) >= LEAST_STRANGE and text not in _MARKERS


def _unexplained(query: Query, window: Window, strange: Sequence[int]) -> float:
    """What it costs that there are letters beside a window, in its part of the line, that nothing explains."""
    part = query.words[window.first].part
    beside = sum(
        letters
        for at, letters in enumerate(strange)
        if query.words[at].part == part and not window.first <= at < window.last
    )
    return UNEXPLAINED * beside / (beside + len(window.name.core))


def _match(named: NameMatch, street: StreetRow, query: Query, mentions: Sequence[Mention]) -> StreetMatch:
    """A street of a name, with what city and postcode say for or against it."""
    window = named.window
    asked = {name for m in mentions if m.first >= window.last or m.last <= window.first for name in m.towns}
    city = None if not asked or not street.cities else float(not asked.isdisjoint(street.cities))
    codes = {query.postcode} if query.postcode else {w.text for w in query.words if w.is_word}
    known = codes & street.postcodes
    postcode = 1.0 if known else 0.0 if query.postcode and street.postcodes else None
    fit = named.fit
    fit += 0.0 if city is None else CITY_FITS if city else -CITY_DIFFERS
    fit += 0.0 if postcode is None else CODE_FITS if postcode else -CODE_DIFFERS
    return StreetMatch(street, named, fit, city, postcode)
