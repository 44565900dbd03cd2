"""Who comes by, for locust: strangers who look around, learners who read, answer and hand in, leads who watch.

Everybody thinks between two pages. What is measured is named by the kind of page. LOAD_PEOPLE says who there is,
LOAD_RESULTS where the figures go.
"""

from __future__ import annotations

import json
import os
import random
import re
import time
from itertools import count
from pathlib import Path

from locust import HttpUser, between, events, task

PEOPLE_FILE = Path(os.environ["LOAD_PEOPLE"])
PEOPLE = json.loads(PEOPLE_FILE.read_text(encoding="utf-8"))
NOTEBOOKS = {path.stem: path.read_bytes() for path in PEOPLE_FILE.parent.glob("*.ipynb")}
TRACKS = ("regression", "maths", "neural-nets", "stable-diffusion", "course")
COMPETITION = "spaceship"
TOKEN = "a" * 32  # of forms; the cookie has the same
QUESTIONS = 3  # a learner answers so many, then goes on to something else
LOOKS = 15  # at a hand-in that is under way, every POLL_S seconds, as its page does
POLL_S = 2.0
THINK_S = (2.0, 8.0)

numbers = {"learner": count(), "lead": count()}
addresses = count(1)


class Visitor(HttpUser):
    """Somebody with a browser: an address of their own, cookies, and links to follow."""

    abstract = True
    wait_time = between(*THINK_S)

    def on_start(self):
        number = next(addresses)
        self.client.headers["X-Forwarded-For"] = f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
        self.client.headers["X-CSRFToken"] = TOKEN
        self.client.cookies.set("csrftoken", TOKEN)
        self.pages = []

    def sign_in(self, person):
        self.person = person
        self.client.cookies.set("sessionid", person["session"])

    def get(self, path, name):
        """The page at `path`; its links are where the visitor may go next."""
        page = self.client.get(path, name=name)
        self.pages = re.findall(r'href="(/[^"#?]*)', page.text) if page.ok else []
        return page

    def think(self):
        time.sleep(self.wait_time())

    def links(self, pattern):
        return [path for path in self.pages if re.fullmatch(pattern, path)]

    @task(6)
    def read_a_track(self):
        """Home, a track, and something that it lists."""
        self.get("/", "home")
        self.think()
        self.get(f"/tracks/{random.choice(TRACKS)}/", "track")
        here = self.links(r"/tracks/[^/]+/resources/[^/]+/")
        if here:
            self.think()
            self.get(random.choice(here), "resource")
            concepts = self.links(r"/concepts/[^/]+/")
            if concepts:
                self.think()
                self.get(random.choice(concepts), "concept")

    @task(2)
    def look_for_an_exercise(self):
        self.get("/exercises/", "exercises")
        here = [path for path in self.links(r"/exercises/[^/]+/")]
        if here:
            self.think()
            self.get(random.choice(here), "exercise")

    @task(1)
    def see_who_leads(self):
        self.get(f"/submissions/leaderboard/{COMPETITION}/", "leaderboard")

    @task(1)
    def look_over_the_quizzes(self):
        self.get("/quizzes/", "quizzes")


class Stranger(Visitor):
    """Has no account."""

    weight = 2


class Learner(Visitor):
    """Reads, answers, hands in, and looks at what became of it."""

    weight = 18

    def on_start(self):
        super().on_start()
        self.sign_in(PEOPLE["learners"][next(numbers["learner"]) % len(PEOPLE["learners"])])

    @task(3)
    def answer_questions(self):
        self.get("/quizzes/", "quizzes")
        here = self.links(r"/quizzes/(?!attempts|pictures)[a-z][^/]+/")
        if not here:
            return
        quiz = random.choice(here)
        self.think()
        self.get(quiz, "quiz")
        page = self.client.post(f"{quiz}start/", name="quiz: start")
        for _ in range(QUESTIONS):
            found = re.search(r'action="(/quizzes/answers/(\d+)/)"', page.text)
            if not found:
                return
            self.think()
            fields = filled_in(page.text, f"q{found[2]}")
            with self.client.post(found[1], data=fields, name="quiz: answer", catch_response=True) as given:
                # An answer that can't be read is told so: that is a page like any other.
                if given.status_code in (200, 422):
                    given.success()
            self.think()
            page = self.client.get(page.url, name="quiz: question")

    @task(1)
    def hand_in(self):
        slug = random.choice(sorted(NOTEBOOKS))
        self.get(f"/exercises/{slug}/", "exercise")
        self.think()
        self.client.get(f"/submissions/new/{slug}/", name="upload form")
        self.think()
        sent = {"notebook": (f"{slug}.ipynb", NOTEBOOKS[slug], "application/x-ipynb+json")}
        page = self.client.post(f"/submissions/new/{slug}/", files=sent, name="hand in")
        if not page.ok:
            return
        path = page.url.removeprefix(self.host)
        for _ in range(LOOKS):
            time.sleep(POLL_S)
            with self.client.get(f"{path}live/", name="hand-in: live", catch_response=True) as live:
                if live.status_code in (200, 286):
                    live.success()
            if live.status_code == 286:
                self.get(path, "hand-in")
                return

    @task(2)
    def look_back(self):
        self.get("/submissions/", "hand-ins")
        self.think()
        if self.person["hand_in"]:
            self.get(f"/submissions/{self.person['hand_in']}/", "hand-in")

    @task(2)
    def look_after_the_group(self):
        """Only some are in it; the others look at what they know."""
        self.get("/groups/", "groups")
        self.think()
        if self.links(f"/groups/{PEOPLE['group']}/"):
            self.get(f"/groups/{PEOPLE['group']}/", "group")
            self.think()
            self.get(f"/groups/{PEOPLE['group']}/plan/", "group: plan")
        else:
            self.get(f"/learning/map/{random.choice(TRACKS)}/", "map")

    @task(1)
    def review(self):
        self.get("/learning/reviews/", "reviews")


class Lead(Visitor):
    """Watches the group."""

    fixed_count = 2

    def on_start(self):
        super().on_start()
        self.sign_in(PEOPLE["leads"][next(numbers["lead"]) % len(PEOPLE["leads"])])

    @task(5)
    def watch(self):
        self.get(f"/groups/{PEOPLE['group']}/", "group")
        self.think()
        self.get(f"/groups/{PEOPLE['group']}/dashboard/", "group: dashboard")
        self.think()
        self.get(f"/groups/{PEOPLE['group']}/members/", "group: members")


def filled_in(page: str, prefix: str) -> dict[str, str]:
    """The fields of a question, filled in by chance: a choice where there is one, else a number."""
    choices: dict[str, list[str]] = {}
    fields = {}
    for tag in re.findall(r"<(?:input|textarea)[^>]*>", page):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        name = said.get("name", "")
        if not name.startswith(prefix) or name.endswith("-certainty"):
            continue
        if said.get("type") in ("radio", "checkbox"):
            choices.setdefault(name, []).append(said.get("value", ""))
        else:
            fields[name] = str(random.randint(1, 9))
    for name, options in re.findall(r'<select[^>]*name="([^"]*)".*?>(.*?)</select>', page, re.DOTALL):
        if name.startswith(prefix):
            choices[name] = re.findall(r'value="([^"]+)"', options)
    return fields | {name: random.choice(values) for name, values in choices.items() if values}


@events.quitting.add_listener
def write_down(environment, **kwargs):
    """Called by locust at the end."""
    stats = environment.stats
    found = {
        "requests": stats.total.num_requests,
        "errors": stats.total.num_failures,
        "faults": [
            f"{fault.method} {fault.name}: {fault.error} ({fault.occurrences})" for fault in stats.errors.values()
        ],
        "all": figures(stats.total),
        "pages": {entry.name: figures(entry) for entry in sorted(stats.entries.values(), key=lambda one: one.name)},
    }
    Path(os.environ["LOAD_RESULTS"]).write_text(json.dumps(found), encoding="utf-8")


def figures(entry) -> dict[str, float]:
    """Of one kind of page: how many, how many a second, and its times in ms."""
    return {
        "requests": entry.num_requests,
        "errors": entry.num_failures,
        "per_s": round(entry.total_rps, 2),
        **{f"p{share}_ms": entry.get_response_time_percentile(share / 100) for share in (50, 95, 99)},
    }
