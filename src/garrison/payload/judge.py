"""What is found in a request's texts: all signs in one pass, then the grammars, then what was hidden in wrappings."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import msgspec

from garrison.payload.carried import JSON, QUERY, carried, carrying
from garrison.payload.decoding import decode
from garrison.payload.harmless import Harmless, form_of, may_vary
from garrison.payload.hiding import hidden_in
from garrison.payload.joined import join
from garrison.payload.pieces import PAIRED, SHORTEST, pieces
from garrison.payload.places import OWNED, SIGNS, Ends, Form, is_silent, look, name_of, signs_in, signs_of
from garrison.payload.purse import Purse, Reserve
from garrison.payload.scanner import scanner_of
from garrison.payload.sign import ENOUGH

WINDOW: Final = 200
"""Bytes within which signs add up: what stands further apart is no one thing."""
LONG: Final = 2048
"""Characters up to which a text is judged in each of its forms; a longer one unwrapped once, and wholly."""
_WEIGHED: Final = 96
"""Signs that are weighed of a text that is too full of them."""
CROWDED: Final = "crowded"
"""Stands among the signs of a text that has more of them than are looked at."""


class Finding(msgspec.Struct, frozen=True):
    """One text that says more than a value says."""

    index: int
    """Which of the texts."""
    kind: str
    """Id of the class that weighs most."""
    score: int
    signs: tuple[str, ...]
    """Names of the signs that count, `class.sign`."""
    steps: tuple[str, ...]
    """What had to be undone before they were seen."""
    text: str
    """The text as it was judged."""
    place: int = 0
    """Where in it the signs end, in characters."""


def prepare() -> None:
    """Compile what is compiled once in a process, so that no request waits for it."""
    scanner_of(SIGNS)


Spared: TypeAlias = Mapping[int, frozenset[int]]
"""By a text's index, the signs that do not count in it."""
NOTHING_SPARED: Final[Spared] = {}
_NONE: Final = frozenset[int]()


def judge(texts: Sequence[str], spared: Spared = NOTHING_SPARED) -> tuple[Finding, ...]:
    """What is found in `texts`, each at most once. Never raises, and takes time in proportion to their length."""
    new = _HARMLESS.others(texts)
    told = _odd(new) if new else {}
    if not told:
        return ()
    odd = told if len(new) == len(texts) else _where(texts, new, told)
    reserve = Reserve(texts) if len(texts) > 1 else None
    many = reserve.take_up(len(odd)) if reserve is not None and len(odd) > _SEVERAL else len(odd)
    forms = [
        Form(index, texts[index].rstrip(), (), Purse(texts[index], reserve), spared.get(index, _NONE), odd[index])
        for index in list(odd)[:many]
    ]
    best = _unfolded(forms, _judge(forms, {index: _unread(index, texts[index]) for index in list(odd)[many:]}))
    cut = [piece for form in forms if form.owner not in best for piece in _pieces(form)]
    if cut:
        best = _unfolded(cut, _judge(cut, best))
    for form in forms:
        if form.purse.is_empty and form.owner not in best:
            best[form.owner] = _unread(form.owner, form.text, form.steps)
    _HARMLESS.add([texts[form.owner] for form in forms if form.owner not in best and not form.spared])
    return tuple(best[index] for index in sorted(best))


def _where(texts: Sequence[str], new: Sequence[str], told: Mapping[int, Ends | None]) -> Mapping[int, Ends | None]:
    """What was told of some of `new`, by where those are in `texts`, of which `new` are those that are not known."""
    texts_left = iter(enumerate(texts))
    indexes = [next(index for index, text in texts_left if text is each) for each in new]
    return {indexes[at]: ends for at, ends in told.items()}


def is_harmless(texts: Sequence[str]) -> bool:
    """Whether nothing stands or hides in any of these texts, where that is quickly told: they are known, or short, and
    one look at all of them finds nothing to ask about. A purse holds many times what a short text takes for that."""
    if _HARMLESS.have_all(texts):
        return True
    form = form_of(texts)
    if _HARMLESS.forms.get(form):
        return True
    new = _HARMLESS.others(texts)
    if _odd(new, is_quick=len(new) <= _SEVERAL):
        return False
    if _HARMLESS.is_to_be_asked(form):
        _HARMLESS.forms[form] = _are_harmless_whatever_digits(texts)
    return True


_SEVERAL: Final = 16
"""Texts up to which one in which something may hide is enough to judge all of them at once."""


def _odd(texts: Sequence[str], *, is_quick: bool = False) -> Mapping[int, Ends | None]:
    """The indexes of those of `texts` in which something may stand or hide, and the matches in it; the others are
    harmless.

    With `is_quick` it may be all of them, and nothing is known of them.
    """
    joined = join(list(map(str.rstrip, texts)))
    long: Sequence[int] = ()
    short = joined
    if len(joined.text) > SHORTEST:
        long = [at for at, text in enumerate(joined.texts) if len(text) >= SHORTEST]
        short = join([text if len(text) < SHORTEST else "" for text in joined.texts]) if long else joined
    hidden = hidden_in(short)
    if is_quick and (hidden or long):
        return dict.fromkeys(range(len(texts)))
    told, carry = look(joined), carrying(short)
    if not (told or hidden or carry or long):
        _HARMLESS.add(texts)
        return {}
    odd = {*told, *hidden, *carry, *long}
    _HARMLESS.add([text for index, text in enumerate(texts) if index not in odd])
    return {index: told.get(index, []) for index in sorted(odd)}


def _are_harmless_whatever_digits(texts: Sequence[str]) -> bool:
    """Whether others would be as harmless as `texts` are that differ from them in their digits."""
    joined = join(list(map(str.rstrip, texts)))
    is_plain = joined.is_parted and not joined.signs
    return is_plain and all(map(may_vary, joined.texts)) and is_silent(joined.data)


def judge_besides(texts: Sequence[str], spared: Spared, besides: Mapping[str, frozenset[int]]) -> tuple[Finding, ...]:
    """What is found in `texts`, and where that is of a class in `besides`, also what is found without its signs.

    So of each text every class is told up to the first that is not in `besides`, each once, and texts in which nothing
    is found cost nothing more. Of a crowded text only one is told: what else stands in it was not looked at.
    `besides` has the signs of each class. Whether they are harmless is asked before.
    """
    found = list(judge(texts, spared))
    last = found if besides else []
    for _ in besides:
        again = [each for each in last if each.kind in besides and CROWDED not in each.signs]
        if not again:
            break
        spared = {**spared, **{each.index: spared.get(each.index, _NONE) | besides[each.kind] for each in again}}
        indexes = [each.index for each in again]
        some = judge([texts[index] for index in indexes], {at: spared[index] for at, index in enumerate(indexes)})
        last = [msgspec.structs.replace(each, index=indexes[each.index]) for each in some]
        found += last
    return tuple(found)


_HARMLESS: Final = Harmless()  # kept with the process, as the compiled signs are: what it holds changes no answer


def hidden_forms(plain: Form) -> list[Form]:
    """What a text is behind its wrappings; mostly nothing."""
    found = [
        Form(plain.owner, form.text, form.steps, plain.purse, plain.spared) for form in decode(plain.text, plain.purse)
    ]
    if len(plain.text) > LONG:
        found = found[:1] + found[1:][-1:]
        for form, before in zip(found, [plain, *found], strict=False):
            form.before = before
        return found
    for each in (plain, *found):
        if inner := carried(each.text):
            found += _carried(each, inner)
    return found


def _carried(form: Form, inner: Sequence[tuple[str, str]]) -> list[Form]:
    """What it holds for another reader."""
    return [
        Form(form.owner, text, (*form.steps, step), form.purse, form.spared | _SHOWN.get(step, _NONE))
        for step, text in inner
    ]


_SHOWN: Final = {
    JSON: frozenset().union(*map(signs_of, ("path", "request", "template", "xpath"))),
    QUERY: signs_of("request"),
}
"""What a document or an address names, and a value of it alone would open: in a text that shows one it says nothing."""


def _unfolded(forms: Sequence[Form], best: dict[int, Finding]) -> dict[int, Finding]:
    """`best` with what is found behind the wrappings of those in which nothing was."""
    short: list[Form] = []
    for form in forms:
        if form.owner in best:
            continue
        hidden = hidden_forms(form)
        if len(form.text) <= LONG:
            short += hidden
            continue
        for each in hidden:  # one after another: once something is found the rest need not be read
            if form.owner not in best:
                best = _judge([each], best)
    return _judge(short, best) if short else best


def _pieces(form: Form) -> list[Form]:
    """What stands out of the prose of a long text."""
    spared = form.spared | PAIRED
    return [Form(form.owner, piece, (), form.purse, spared) for piece in pieces(form.text, form.purse)]


def _judge(forms: Sequence[Form], best: dict[int, Finding]) -> dict[int, Finding]:
    for form, signs in zip(forms, signs_in(forms), strict=True):
        if (signs.places or signs.crowded) and form.owner not in best:
            finding = _crowd(form, signs.places) if signs.crowded else _weigh(form, signs.places)
            if finding is not None:
                best[form.owner] = finding
    return best


def _weigh(form: Form, places: Sequence[tuple[int, int]]) -> Finding | None:
    """What the signs of one class amount to where they stand closest; classes do not add up."""
    counts, scores = Counter[int](), Counter[str]()
    best, window, first = 0, (0, 0), 0
    for last, (end, sign) in enumerate(places):
        while places[first][0] < end - WINDOW:
            _leave(places[first][1], counts, scores)
            first += 1
        kind, one = OWNED[sign]
        counts[sign] += 1
        if counts[sign] == 1:
            scores[kind] += one.weight
        if scores[kind] > best:
            best, window = scores[kind], (first, last + 1)
    if best < ENOUGH:
        return None
    return _finding(form, best, places[slice(*window)])


def _leave(sign: int, counts: Counter[int], scores: Counter[str]) -> None:
    counts[sign] -= 1
    if not counts[sign]:
        kind, one = OWNED[sign]
        scores[kind] -= one.weight


def _finding(form: Form, score: int, places: Sequence[tuple[int, int]]) -> Finding:
    signs = dict.fromkeys(sign for _, sign in places)
    scores = Counter[str]()
    for sign in signs:
        scores[OWNED[sign][0]] += OWNED[sign][1].weight
    kind = max(scores, key=scores.__getitem__)
    return Finding(form.owner, kind, score, tuple(map(name_of, signs)), form.steps, form.text, places[-1][0])


def _crowd(form: Form, places: Sequence[tuple[int, int]]) -> Finding:
    """What is said of a text that is too full of signs to ask about each: it is taken for what they would say."""
    if not places:
        return _unread(form.owner, form.text, form.steps)
    found = _weigh(form, places[:_WEIGHED])
    if found is not None:
        return msgspec.structs.replace(found, signs=(*found.signs, CROWDED))
    ((sign, _),) = Counter(sign for _, sign in places).most_common(1)
    place = next(place for place, each in places if each == sign)
    return Finding(form.owner, OWNED[sign][0], ENOUGH, (name_of(sign), CROWDED), form.steps, form.text, place)


def _unread(index: int, text: str, steps: tuple[str, ...] = ()) -> Finding:
    """What is said of a text that could not be paid for before any sign was seen in it: any class may be in it."""
    return Finding(index, OWNED[0][0], ENOUGH, (CROWDED,), steps, text)
