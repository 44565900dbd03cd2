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


def celery_settings() -> dict[str, Any]:
    """Celery's settings. Without STUDYHUB_BROKER_URL the broker is a folder of files: nothing to install."""
    settings: dict[str, Any] = {
        "broker_url": env.secret("STUDYHUB_BROKER_URL", EMBEDDED),
        "broker_connection_retry_on_startup": True,
        "task_default_queue": CONTROL_QUEUE,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        # The database is the truth and the broker only a bell: a worker holds no message that it isn't working on.
        "worker_prefetch_multiplier": 1,
        "worker_enable_remote_control": False,
        "worker_hijack_root_logger": False,
    }
    if settings["broker_url"] == EMBEDDED:
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
