"""What a kernel may say: sound messages pass unchanged, everything else is turned away by one kind of exception."""

import contextlib
import copy
import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.runner.messages import MAX_DEPTH, HostileMessage, StrictSession, check

DISPLAY = {"data": {"text/plain": "x", "application/json": {"a": [1]}}, "metadata": {}, "transient": {}}
SOUND = {
    "stream": {"name": "stdout", "text": "x"},
    "display_data": DISPLAY,
    "update_display_data": {**DISPLAY, "transient": {"display_id": "d"}},
    "execute_result": {**DISPLAY, "execution_count": 3},
    "error": {"ename": "E", "evalue": "", "traceback": ["line"]},
    "execute_reply": {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}},
    "execute_input": {"code": "x", "execution_count": 1},
    "status": {"execution_state": "idle"},
    "clear_output": {"wait": True},
    "comm_open": {"comm_id": "c", "target_name": "t", "data": {}},
    "a_kind_of_tomorrow": {"anything": 1},
}


def message(kind: str, content: object, **changes: object) -> dict:
    header = {"msg_id": "m", "msg_type": kind, "username": "u", "session": "s", "version": "5.3"}
    return {"header": header, "parent_header": {"msg_id": "p"}, "metadata": {}, "content": content, **changes}


@pytest.mark.parametrize("kind", SOUND)
def test_a_sound_message_passes(kind):
    check(message(kind, SOUND[kind]))


@pytest.mark.parametrize("kind", [kind for kind in SOUND if kind not in {"a_kind_of_tomorrow", "clear_output"}])
def test_each_part_that_a_client_relies_on_is_missed(kind):
    needed = {
        "metadata",
        "name",
        "text",
        "data",
        "ename",
        "evalue",
        "traceback",
        "status",
        "execution_state",
        "comm_id",
    }
    for name in needed & set(SOUND[kind]) - ({"data"} if kind == "comm_open" else set()):
        for wrong in (None, [None], 1.5):
            with pytest.raises(HostileMessage, match=kind):
                check(message(kind, {**SOUND[kind], name: wrong}))


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("stream", {"name": "stdin", "text": "x"}),
        ("execute_reply", {"status": "error"}),
        ("execute_reply", {"status": {"ok": 1}}),
        ("execute_reply", {"status": "ok", "execution_count": "1"}),
        ("execute_input", {"execution_count": 10**30}),
        ("display_data", {"data": {"text/html": {"a": 1}}, "metadata": {}}),
        ("display_data", {"data": {}, "metadata": {}, "transient": {"display_id": ["x"]}}),
        ("stream", [1, 2]),
        ("status", None),
    ],
)
def test_what_looks_sound_is_looked_at_closely(kind, content):
    with pytest.raises(HostileMessage):
        check(message(kind, content))


@pytest.mark.parametrize(
    "changes", [{"header": {}}, {"header": None}, {"parent_header": {"msg_id": 1}}, {"metadata": []}]
)
def test_a_message_has_its_parts(changes):
    with pytest.raises(HostileMessage, match="without its parts"):
        check(message("stream", SOUND["stream"], **changes))


def test_depth_and_number_of_values_are_bounded():
    deep: object = 1
    for _ in range(MAX_DEPTH):
        deep = [deep]
    with pytest.raises(HostileMessage, match="levels deep"):
        check(message("a_kind_of_tomorrow", {"a": deep}))
    with pytest.raises(HostileMessage, match="values"):
        check(message("a_kind_of_tomorrow", {"a": [[]] * 200_000}))


def sent(session: StrictSession, kind: str = "stream") -> list[bytes]:
    return session.serialize(session.msg(kind, content=SOUND[kind]), ident=b"who")


@pytest.fixture
def session() -> StrictSession:
    return StrictSession(key=b"k" * 32, check_pid=False)


def test_what_a_kernel_sends_arrives_as_it_is(session):
    _, parts = session.feed_identities(sent(session))
    assert session.deserialize(parts)["content"] == SOUND["stream"]


@pytest.mark.parametrize("place", range(1, 6))
def test_a_changed_part_is_noticed(session, place):
    _, parts = session.feed_identities(sent(session))
    parts[place - 1] = parts[place - 1][:-1] + b" "
    with pytest.raises(HostileMessage):
        session.deserialize(parts)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[" * 100_000,
        b'{"a": ' * 5000 + b"1" + b"}" * 5000,
        b'{"a": ' + b"9" * 10_000 + b"}",
        b"\xff",
        b"null",
        b"7",
    ],
)
def test_what_can_not_be_read_is_hostile_too(session, content):
    header = json.dumps(message("stream", {})["header"]).encode()
    parts = [header, b"{}", b"{}", content]
    with pytest.raises(HostileMessage):
        session.deserialize([session.sign(parts), *parts])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=150)
@given(kind=st.sampled_from(sorted(SOUND)), name=st.text(max_size=5), value=JSON, data=st.data())
def test_a_message_passes_unchanged_or_is_hostile(kind, name, value, data):
    content = copy.deepcopy(SOUND[kind])
    content[data.draw(st.sampled_from([*content, name]))] = value
    asked = message(kind, content)
    before = copy.deepcopy(repr(asked))
    with contextlib.suppress(HostileMessage):
        check(asked)
    assert repr(asked) == before


@settings(max_examples=150)
@given(frames=st.lists(st.binary(max_size=50) | st.just(b"<IDS|MSG>"), max_size=8))
def test_any_frames_are_a_message_or_hostile(frames):
    session = StrictSession(key=b"k" * 32, check_pid=False)
    with pytest.raises(HostileMessage):
        session.deserialize(session.feed_identities(frames)[1])


def test_what_is_too_much_is_not_copied_to_be_counted():
    wide = message("stream", {"name": "stdout", "text": [[]] * 3_000_000})
    tracemalloc.start()
    try:
        with pytest.raises(HostileMessage, match="more than"):
            check(wide)
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 2**20
