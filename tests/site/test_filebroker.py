"""The embedded broker: whoever looks at the wrong moment sees no message, never half of one."""

from pathlib import Path
from queue import Empty
from threading import Thread

import pytest
from kombu import Connection, Queue

from studyhub import filebroker


@pytest.fixture
def open_channel(tmp_path):
    filebroker.register()
    folders = {"data_folder_in": tmp_path / "messages", "data_folder_out": tmp_path / "messages"}
    for folder in folders.values():
        folder.mkdir(exist_ok=True)
    options = {name: str(folder) for name, folder in folders.items()} | {"control_folder": str(tmp_path / "control")}
    connections = []

    def open_():
        connections.append(Connection("files://localhost", transport_options=options))
        return connections[-1].channel()

    yield open_
    for connection in connections:
        connection.release()


def test_messages_come_in_order_and_once(open_channel, tmp_path):
    channel = open_channel()
    for text in ("first", "second"):
        channel._put("control", {"body": text})
    channel._put("run.cpu", {"body": "another queue's"})
    assert [channel._get("control")["body"] for _ in range(2)] == ["first", "second"]
    with pytest.raises(Empty):
        channel._get("control")
    assert channel._size("run.cpu") == 1
    assert len(list((tmp_path / "messages").iterdir())) == 1


def test_a_message_has_its_name_only_once_it_is_whole(open_channel, monkeypatch):
    channel, other = open_channel(), open_channel()
    write = Path.write_text
    seen = []

    def look(path, *arguments, **options):
        path.touch()
        with pytest.raises(Empty):
            other._get("control")
        seen.append(path.name)
        return write(path, *arguments, **options)

    monkeypatch.setattr(Path, "write_text", look)
    channel._put("control", {"body": "whole"})
    assert seen
    assert other._get("control") == {"body": "whole"}


def test_a_message_that_cannot_be_read_does_not_end_the_worker(open_channel, tmp_path):
    (tmp_path / "messages" / "000_torn.control.msg").write_text("")
    channel = open_channel()
    channel._put("control", {"body": "after it"})
    assert channel._get("control") == {"body": "after it"}


def test_many_senders_and_readers_lose_nothing(open_channel):
    sent = [f"{sender}-{number}" for sender in range(3) for number in range(60)]
    got: list[str] = []

    def send(sender, channel):
        for number in range(60):
            channel._put("control", {"body": f"{sender}-{number}"})

    def read(channel):
        while len(got) < len(sent):
            try:
                got.append(channel._get("control")["body"])
            except Empty:
                continue

    threads = [Thread(daemon=True, target=send, args=(sender, open_channel())) for sender in range(3)]
    threads += [Thread(daemon=True, target=read, args=(open_channel(),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(got) == sorted(sent)


def test_all_who_bind_at_once_are_bound(open_channel):
    channels = [open_channel() for _ in range(8)]
    threads = [
        Thread(daemon=True, target=c._queue_bind, args=("site", "", "", f"queue-{n}")) for n, c in enumerate(channels)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert {row.queue for row in channels[0].get_table("site")} == {f"queue-{n}" for n in range(8)}


def test_a_worker_that_waits_for_messages_is_soon_asked_whether_to_end(open_channel):
    connection = open_channel().connection.client
    with pytest.raises(TimeoutError), connection.Consumer([Queue("control")]):
        connection.drain_events(timeout=3600)  # returns long before that
