"""The message broker, as both sides of it are told: no Django here, a runner has none."""

from typing import Any

from studyhub import env, filebroker

EMBEDDED = f"{filebroker.SCHEME}://localhost"
CONTROL_QUEUE = "control"
CPU_QUEUE = "run.cpu"
GPU_QUEUE = "run.gpu"

# Names of the tasks that cross the border; a side sends the other's by name and never imports it.
EXECUTE_TASK = "runner.execute"
PROGRESS_TASK = "submissions.record_progress"
FINISHED_TASK = "submissions.accept_result"
REPORT_TASK = "submissions.record_runner"
JUDGE_TASK = "runner.judge_formula"
JUDGED_TASK = "quizzes.accept_outcome"

CONNECT_S = 3.0
HEARTBEAT_S = 30
# A connection that broke while it was idle is found broken by the next message: that one is sent once more, on another.
AT_ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
REDIS = {
    **AT_ONCE,
    "socket_connect_timeout": CONNECT_S,
    "socket_keepalive": True,
    # A broker that went without a word (its machine, the network) is noticed after half a minute.
    "health_check_interval": 15,
    # What a worker took and never acknowledged comes back after so long. Ours acknowledge before the work begins, so a
    # run may take longer; and should a message come twice, the attempt's claim lets one of them run.
    "visibility_timeout": 600,
}
# Queues and messages are durable (Celery's default); a message counts as sent once the server says that it has it.
RABBITMQ = {**AT_ONCE, "confirm_publish": True}


def celery_settings() -> dict[str, Any]:
    """Celery's settings. Without STUDYHUB_BROKER_URL the broker is a folder of files: nothing to install.

    Raises SettingError for any other server than those that are known.
    """
    settings: dict[str, Any] = {
        "broker_url": env.secret("STUDYHUB_BROKER_URL", EMBEDDED) or EMBEDDED,
        "broker_connection_retry_on_startup": True,
        # A worker waits for its broker for as long as that takes; whoever sends does not.
        "broker_connection_max_retries": None,
        "broker_connection_timeout": CONNECT_S,
        "task_publish_retry_policy": AT_ONCE,
        "task_default_queue": CONTROL_QUEUE,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        # The database is the truth and the broker only a bell: a worker holds no message that it isn't working on.
        "worker_prefetch_multiplier": 1,
        "worker_enable_remote_control": False,
        "worker_hijack_root_logger": False,
    }
    scheme = settings["broker_url"].partition("://")[0]
    if scheme in {"redis", "rediss"}:
        settings["broker_transport_options"] = REDIS
    elif scheme in {"amqp", "amqps"}:
        settings |= {"broker_transport_options": RABBITMQ, "broker_heartbeat": HEARTBEAT_S}
    elif settings["broker_url"] != EMBEDDED:
        raise env.SettingError("STUDYHUB_BROKER_URL must begin with redis:// or amqp://, or be empty.")
    else:
        filebroker.register()
        base = env.var_folder() / "broker"
        for name in ("messages", "control"):
            (base / name).mkdir(parents=True, exist_ok=True)
        settings["broker_transport_options"] = {
            "data_folder_in": str(base / "messages"),
            "data_folder_out": str(base / "messages"),
            "control_folder": str(base / "control"),
            "polling_interval": 0.1,
        }
    return settings
