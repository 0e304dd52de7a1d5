"""Decoder: token by token; see candidates, attention and the tree; force, branch from any node, undo, keep, hand on."""

from collections.abc import Iterator, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.decoding.search import AbstractSearch
from core.decoding.session import Branch, Explorer, Session
from core.decoding.trees.tree import DecodingTree
from core.errors import InputError
from core.language import mark, tr
from core.recording.head_names import HEAD, head_name
from dashboard import links, resources, state
from dashboard.components.downloads import tree_download
from dashboard.components.heading import heading
from dashboard.components.model_bar import STEPPED, Chosen, model_bar
from dashboard.components.node_view import Place, candidates_key, node_view
from dashboard.components.panel import guarded, redraw
from dashboard.components.session_bar import (
    DECODER,
    base_search,
    follow_link,
    keep_session,
    known_session,
    place,
    rest_search,
    session_bar,
)
from dashboard.components.stepper import Answered, StepperData, stepper
from dashboard.components.tree_columns import candidates, tree_columns

MEAN = mark("mean over heads")
NODE = "node"  # a fragment: a choice in the tree draws the node alone


def page() -> None:
    """Choose, step, draw."""
    heading(
        "Decoder",
        tr("One token at a time: what may come next, where the decoder looks, and every branch you have tried."),
    )
    follow_link()
    chosen = model_bar(STEPPED)
    if chosen is not None:
        _choices(chosen)


@guarded(mark("The decoder"))
def _choices(chosen: Chosen) -> None:
    """What is seldom chosen anew stands outside of what every forced token draws anew."""
    search = base_search()
    left, *right = st.columns([5, 4, 4], vertical_alignment="bottom")
    with left:
        rest = rest_search(search)
    site, head = _looks(_tree(chosen, Session(chosen.source, search)), right)
    _panel(chosen, search, rest, (site, head))


@st.fragment(key=DECODER)
@guarded(mark("The decoder"))
def _panel(chosen: Chosen, search: AbstractSearch, rest: AbstractSearch, looks: tuple[str, int | None]) -> None:
    key = f"stepper {state.number('steppers', place(chosen, search))}"
    session, answer = _asked(chosen, known_session(chosen, search), rest, key)
    keep_session(chosen, session)
    tree = _tree(chosen, session)
    path, position = _path(chosen, session, tree, answer.standing)
    data = StepperData(
        source=tree.header["source_tokens"], nodes=tree_columns(tree), candidates=candidates(tree),
        rows=_rows(tree, *looks), path=path, position=position, answer=answer.told(position),
        history={"done": session.done, "length": len(session.line)}, notes=_price(chosen, session), asks=rest != search,
    )  # fmt: skip
    stepper(data, key=key, on_view=lambda: redraw(DECODER if _waits(key) else NODE))
    session_bar(chosen, session, tree)
    _node(chosen, tree, key, answer)
    looked = {name: state.get(name) for name in (links.SITE, links.HEAD)}
    tree_download(chosen, search, tree, key="tree", session=session, place=looked)


@st.fragment(key=NODE)
@guarded(mark("The node"))
def _node(chosen: Chosen, tree: DecodingTree, key: str, answer: Answered) -> None:
    view = (state.get(key) or {}).get("view")
    if view and view.get("seen") == answer.nonce:
        tokens = [int(token) for token in view["path"]][: int(view["position"])]
    else:
        tokens = list(answer.standing)
    links.say(path=".".join(map(str, tokens)))
    walked = tree.walk(tokens)
    node = walked[-1] if len(walked) == len(tokens) + 1 else None
    stood = Place(tree, node, resources.inspection(chosen.model, chosen.source, tuple(tokens)))
    node_view(stood, key=_below(key), on_force=lambda: redraw(DECODER))


def _below(key: str) -> str:
    return f"node {key}"


# ---------------------------------------------------------------- what was asked
def _asked(chosen: Chosen, session: Session, rest: AbstractSearch, key: str) -> tuple[Session, Answered]:
    """The session after what the browser has asked for since the last look, and the answer."""
    for kind, request in _requests(key):
        if state.new(f"handled {kind}", request["nonce"]):
            try:
                session, standing = _grown(chosen, session, rest, request)
                answer = Answered(request["nonce"], None, standing)
            except InputError as error:
                answer = Answered(request["nonce"], str(error), tuple(map(int, request.get("prefix") or ())))
            keep_session(chosen, session)
            state.remember("answers", place(chosen, session.search), answer)
            state.put(f"handled {kind}", request["nonce"])
    return session, state.recall("answers", place(chosen, session.search)) or Answered(standing=_linked(chosen))


def _linked(chosen: Chosen) -> tuple[int, ...]:
    """Where the link stands that opened the page."""
    path = links.linked("path")
    if not path:
        return ()
    try:
        tokens = tuple(int(one) for one in path.split(".") if one)
        resources.inspection(chosen.model, chosen.source, tokens)
    except (ValueError, InputError):  # of another source by now
        return ()
    return tokens


def _waits(key: str) -> bool:
    """Whether something was asked for that nobody has looked at: a place and an undo may arrive in one message."""
    return any(state.new(f"handled {kind}", request["nonce"]) for kind, request in _requests(key))


def _requests(key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    above, below = state.get(key) or {}, state.get(candidates_key(_below(key))) or {}
    for kind, request in (
        ("force", above.get("force")),
        ("history", above.get("history")),
        ("next", below.get("force")),
    ):
        if request:
            yield kind, request


def _grown(
    chosen: Chosen, session: Session, rest: AbstractSearch, request: dict[str, Any]
) -> tuple[Session, tuple[int, ...]]:
    """The session as it was asked for, and the tokens to stand at.

    Raises:
        InputError: a token that is not in the vocabulary, or cannot be generated there.
    """
    if "done" in request:
        after = session.at(int(request["done"]))
        if after.done < session.done:
            return after, session.line[after.done].prefix
        return after, after.branches[-1].given if after.branches else ()
    prefix = tuple(int(token) for token in request["prefix"])
    forced = request["token"]
    if forced is None and request["text"] is not None:
        forced = chosen.model.token(str(request["text"]), chosen.source)
    branch = Branch(prefix, None if forced is None else int(forced), rest)
    _explorer(chosen).end(rest, branch.given)
    return session.add(branch), branch.given


# ---------------------------------------------------------------- what is drawn
def _explorer(chosen: Chosen) -> Explorer:
    return resources.explorer(chosen.model.run.address, chosen.model.step, chosen.source)


def _tree(chosen: Chosen, session: Session) -> DecodingTree:
    explorer = _explorer(chosen)
    header = chosen.model.header(chosen.source, session.search, explorer.end(session.search))
    return explorer.tree(session, chosen.model.writing(chosen.source).tokens, header)


def _path(chosen: Chosen, session: Session, tree: DecodingTree, standing: tuple[int, ...]) -> tuple[list[int], int]:
    """The path to show, through the tokens to stand at, and where to stand on it."""
    first, *branches = (tuple(end.best.tokens()) for end in _explorer(chosen).ends(session))
    outputs = [*reversed(branches), first] if standing else [first]
    output = next((one for one in outputs if one[: len(standing)] == standing), standing)
    path = tree.walk(output)
    return path, min(len(standing), len(path) - 1)


def _price(chosen: Chosen, session: Session) -> str | None:
    """What the last branch has cost, in words."""
    difference = _explorer(chosen).difference(session)
    if difference is None:
        return None
    branch = session.branches[-1]
    given = resources.inspection(chosen.model, chosen.source, branch.given)
    at_once = (
        tr(
            "forcing “{texts}” as token {count} cost {lost:.3f} nats at once",
            texts=given.texts[-1],
            count=len(given.tokens),
            lost=given.lost,
        )
        if branch.forced is not None
        else tr("{name} went on after {count} tokens", name=branch.search.name, count=len(given.tokens))
    )
    if difference > 0:
        return tr(
            "Last branch: {at_once}; its output's Σ log p is {difference:.3f} nats above the best one before it.",
            at_once=at_once,
            difference=difference,
        )
    return tr(
        "Last branch: {at_once}; its output's Σ log p is {difference:.3f} nats below the best one before it.",
        at_once=at_once,
        difference=-difference,
    )


def _looks(tree: DecodingTree, places: Sequence[DeltaGenerator]) -> tuple[str, int | None]:
    """Which cross-attention the curves show: layer, and a head or the mean."""
    sites = list(tree.attention)
    layer, head = places
    _valid(links.SITE, sites)
    with layer:
        site = st.selectbox(
            tr("Cross-attention of"),
            sites,
            index=len(sites) - 1,
            key=links.SITE,
            bind="query-params",
            format_func=_layer_name,
            help=tr("the decoder layer whose look at the source is drawn as curves"),
        )
    heads = tree.attention[site].shape[1]
    with head:
        options = [MEAN, *(f"{HEAD}{at + 1}" for at in range(heads))] if heads > 1 else [MEAN]
        _valid(links.HEAD, options)
        help = tr("the mean hides what single heads do")
        chosen = st.selectbox(
            tr("Head"), options, format_func=head_name, key=links.HEAD, bind="query-params", help=help
        )
    return site, None if chosen == MEAN else int(chosen.split()[1]) - 1


def _valid(name: str, options: Sequence[str]) -> None:
    """Drop a choice that came with a figure of a model with other layers or heads."""
    if state.get(name, options[0]) not in options:
        state.forget(name)


def _layer_name(site: str) -> str:
    digits = [part for part in site.split(".") if part.isdigit()]
    return tr("layer {n}", n=int(digits[0]) + 1) if digits else tr("the decoder")


def _rows(tree: DecodingTree, site: str, head: int | None) -> dict[int, Any]:
    found = {}
    for node, status in zip(tree.nodes["id"], tree.nodes["status"]):
        row = tree.rows(site, node)
        if row is not None and not status.startswith("pruned"):
            found[node] = row.mean(axis=0) if head is None else row[head]
    return found


page()
