"""Hand-ins by the million, made where they lie: consistent rows by SQL alone, on PostgreSQL.

The learners of a prefix hand in for every exercise in turn, over two years; nine of ten hand-ins end with a score.
Every fourth has its checks and transitions. A competition's have their entries, each learner and exercise its
standing; of that only the first failing check is left out.
"""

from __future__ import annotations

from django.db import connection

LEARNERS = """
INSERT INTO accounts_user
    (password, is_superuser, email, name, on_leaderboards, time_zone, is_staff, is_active, date_joined)
SELECT
    '!', false, %(prefix)s || n || '@load.example', initcap(%(prefix)s) || ' ' || n, n %% 2 = 0, '', false, true,
    now() - interval '2 years'
FROM generate_series(1, %(count)s) AS n
"""

# One row for each hand-in to be. What it gets hangs on its number: the same each time.
DRAFT = """
CREATE TEMPORARY TABLE draft AS
WITH
    learner AS (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS place
        FROM accounts_user WHERE email LIKE %(prefix)s || '%%@load.example'
    ),
    task AS (
        SELECT
            e.id, e.slug, v.id AS version_id, v.max_score, v.manifest::jsonb ->> 'competition' IS NOT NULL AS competes,
            row_number() OVER (ORDER BY e.slug) - 1 AS place
        FROM exercises_exercise e JOIN exercises_exerciseversion v ON v.id = e.current_version_id
    ),
    size AS (SELECT (SELECT count(*) FROM learner) AS learners, (SELECT count(*) FROM task) AS tasks),
    drawn AS (
        SELECT
            n, learner.id AS user_id, task.id AS exercise_id, task.slug, task.version_id, task.competes, task.max_score,
            n / (learners * tasks) + 1 AS number,
            now() - interval '2 years' * (1 - (n + 0.5) / %(count)s) - interval '1 hour' AS at,
            CASE WHEN n %% 20 = 7 THEN 'learner_error' WHEN n %% 37 = 5 THEN 'timed_out' ELSE '' END AS broke,
            floor(task.max_score * least(1.0, ((n * 7919) %% 100) / 60.0)) AS drawn_points
        FROM generate_series(0::bigint, %(count)s - 1) AS n
        CROSS JOIN size
        JOIN learner ON learner.place = n %% learners
        JOIN task ON task.place = (n / learners) %% tasks
    ),
    scored AS (SELECT *, CASE WHEN broke = '' THEN drawn_points ELSE 0 END AS points FROM drawn)
SELECT
    *, gen_random_uuid() AS submission, gen_random_uuid() AS run,
    CASE
        WHEN broke <> '' THEN broke WHEN points >= max_score THEN 'passed' WHEN points > 0 THEN 'partial' ELSE 'failed'
    END AS verdict
FROM scored
"""

SUBMISSIONS = """
INSERT INTO submissions_submission (id, number, filename, size, created_at, exercise_id, user_id, version_id)
SELECT submission, number, slug || '.ipynb', 9000, at, exercise_id, user_id, version_id FROM draft ORDER BY n
"""

NOTEBOOKS = """
INSERT INTO submissions_submittednotebook (submission_id, text)
SELECT
    submission,
    jsonb_build_object(
        'nbformat', 4, 'nbformat_minor', 5,
        'metadata', jsonb_build_object('studyhub', jsonb_build_object('exercise', slug, 'version', digest)),
        'cells', jsonb_build_array(jsonb_build_object(
            'id', 'one', 'cell_type', 'code', 'execution_count', NULL, 'metadata', jsonb_build_object(),
            'outputs', jsonb_build_array(), 'source', 'answer = ' || n
        ))
    )::text
FROM draft JOIN exercises_exerciseversion v ON v.id = draft.version_id ORDER BY n
"""

RUNS = """
INSERT INTO submissions_run (
    id, submission_id, trial, lane, queue, state, verdict, reason, detail, attempt, faults, lost_starts, seed, wall_s,
    queued_at, released_at, started_at, heartbeat_at, grading_at, finished_at, elapsed_s,
    progress, cells, score, max_score, resources, environment, phases, error, files
)
SELECT
    run, submission, false, 0, 'run.cpu', 'done', verdict, '', '', 1, 0, 0, n, 120,
    at, at + interval '1 second', at + interval '2 seconds', at + interval '5 seconds', at + interval '6 seconds',
    at + interval '7 seconds', 4,
    '{}',
    '[{"index": 1, "status": "completed", "seconds": 0.1121}, {"index": 3, "status": "completed", "seconds": 0.1159},
      {"index": 4, "status": "completed", "seconds": 0.1185}, {"index": 6, "status": "completed", "seconds": 0.1159},
      {"index": 7, "status": "completed", "seconds": 0.0626}, {"index": 9, "status": "completed", "seconds": 0.7082}]',
    points, max_score,
    '{"cpu_s": 0.57, "peak_mb": 88.4, "output_kb": 77.3, "gpu_peak_mb": 0.0}',
    '{"numpy": "2.4.6", "python": "3.11.7", "machine": "x86_64", "accelerator": "cpu"}',
    '{"cells": 1.6335, "probe": 0.3176, "closing": 0.1911, "starting": 0.6406, "probe: calls": 0.3163,
      "starting: kernel": 0.5008, "probe: collecting": 0.0014, "starting: reading": 0.0245}',
    '{}',
    CASE WHEN at < now() - interval '29 days' THEN 'notebook' ELSE 'all' END
FROM draft ORDER BY n
"""

TRANSITIONS = """
INSERT INTO submissions_transition (run_id, at, attempt, from_state, to_state, reason, actor_id)
SELECT
    run, at + step.after, 1, step.from_state, step.to_state, step.reason,
    CASE WHEN step.from_state = '' THEN user_id END
FROM draft CROSS JOIN (VALUES
    (interval '0 seconds', '', 'queued', 'Handed in'),
    (interval '2 seconds', 'queued', 'running', 'Taken up by a runner'),
    (interval '6 seconds', 'running', 'grading', 'It ran'),
    (interval '7 seconds', 'grading', 'done', 'Graded')
) AS step (after, from_state, to_state, reason)
WHERE n %% 4 = 0 ORDER BY n, step.after
"""

# The first checks pass, as far as the points go.
CHECKS = """
INSERT INTO submissions_checkresult (
    run_id, check_id, title, position, points, max_points, passed, message, hint, compared, plot_svg, plot_alt
)
SELECT
    run, part.id, part.title, part.position - 1, CASE WHEN part.upto <= draft.points THEN part.points ELSE 0 END,
    part.points, part.upto <= draft.points, 'All values agree with the reference.', '',
    '{"shape": [200], "right_share": 1.0, "largest_difference": 0.0}', '', ''
FROM draft JOIN (
    SELECT
        v.id AS version_id, c.value ->> 'id' AS id, c.value ->> 'title' AS title, c.ordinality AS position,
        (c.value ->> 'points')::float AS points,
        sum((c.value ->> 'points')::float) OVER (PARTITION BY v.id ORDER BY c.ordinality) AS upto
    FROM exercises_exerciseversion v, jsonb_array_elements(v.checks::jsonb) WITH ORDINALITY AS c
) AS part ON part.version_id = draft.version_id
WHERE n %% 4 = 0 AND broke = '' ORDER BY n, part.position
"""

# Of each learner the best one counts.
ENTRIES = """
INSERT INTO submissions_leaderboardentry (run_id, handed_in_at, public, private, exercise_id, user_id, counts)
SELECT
    run, at, public, 0.5 + ((n * 15485863) %% 10007) / 20014.0, exercise_id, user_id,
    row_number() OVER (PARTITION BY exercise_id, user_id ORDER BY public DESC, at) = 1
FROM (SELECT *, 0.5 + ((n * 104729) %% 10007) / 20014.0 AS public FROM draft WHERE competes AND broke = '') AS entry
ORDER BY n
"""

STANDINGS = """
INSERT INTO submissions_standing (
    user_id, exercise_id, attempts, best_id, best_share, passed_at, latest_id, latest_state, latest_verdict, latest_at,
    failing_check, failing_title, failing_streak, to_tidy
)
SELECT
    user_id, exercise_id, count(*),
    (array_agg(submission ORDER BY points / max_score DESC, n))[1], max(points / max_score),
    min(at + interval '7 seconds') FILTER (WHERE points >= max_score),
    (array_agg(submission ORDER BY n DESC))[1], 'done', (array_agg(verdict ORDER BY n DESC))[1], max(at),
    '', '', 0, false
FROM draft GROUP BY user_id, exercise_id
"""

# The reconciler has been there: of old runs only what counts has its notebook left.
CLEARED = """
UPDATE submissions_run SET files = 'none' FROM draft
WHERE run = submissions_run.id AND files = 'notebook' AND NOT EXISTS (
    SELECT FROM submissions_standing s WHERE draft.submission IN (s.best_id, s.latest_id) AND s.user_id = draft.user_id
    AND s.exercise_id = draft.exercise_id
)
"""

TABLES = (
    "accounts_user", "submissions_submission", "submissions_submittednotebook", "submissions_run",
    "submissions_transition", "submissions_checkresult", "submissions_leaderboardentry", "submissions_standing",
)  # fmt: skip


def add_learners(prefix: str, count: int) -> None:
    """People `<prefix>1@load.example` and so on, who can't sign in with a password."""
    with connection.cursor() as cursor:
        cursor.execute(LEARNERS, {"prefix": prefix, "count": count})


def add_hand_ins(prefix: str, count: int) -> None:
    """So many hand-ins of the learners of a prefix, all of them graded."""
    values = {"prefix": prefix, "count": count}
    with connection.cursor() as cursor:
        for statement in (DRAFT, SUBMISSIONS, NOTEBOOKS, RUNS, TRANSITIONS, CHECKS, ENTRIES, STANDINGS, CLEARED):
            cursor.execute(statement, values)
        cursor.execute("DROP TABLE draft")
        # What the server would do by itself within minutes: pages are measured, not what comes after a million inserts.
        for table in TABLES:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute("CHECKPOINT")


def table_sizes() -> dict[str, dict[str, int]]:
    """Rows and bytes, with indexes, of each table that hand-ins fill."""
    sizes = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT count(*), pg_total_relation_size('{table}') FROM {table}")
            rows, size = cursor.fetchone()
            sizes[table] = {"rows": rows, "bytes": size}
    return sizes
