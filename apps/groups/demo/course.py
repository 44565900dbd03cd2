"""What the demonstration's group has planned: six weekly meetings, four of them in the past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.catalog.models import Resource
from apps.exercises.models import Exercise
from apps.quizzes.models import Quiz

from ..models import Assignment, Group, Meeting

RESOURCES_A_WEEK = 2


@dataclass(frozen=True)
class Week:
    """One meeting and the exercises to hand in before it; resources and quizzes come from their sections."""

    title: str
    exercises: tuple[str, ...]
    agenda: str


WEEKS = (
    Week(
        "A line through points",
        ("linear-regression-from-scratch",),
        "- What does the loss measure?\n- Two people show their fit.\n- Where does the $1/n$ come from?",
    ),
    Week(
        "Downhill",
        ("derivatives", "gradient-descent"),
        "- Draw one step by hand.\n- What happens when the learning rate is too large?",
    ),
    Week(
        "Trees",
        ("decision-tree-from-scratch", "pandas-wrangling"),
        "- Impurity on the board.\n- Which split surprised you?",
    ),
    Week(
        "Many trees, many arrays",
        ("random-forest-from-scratch", "numpy-broadcasting"),
        "- Why does averaging help?\n- Broadcasting riddles, in pairs.",
    ),
    Week(
        "The chain rule at work",
        ("chain-rule", "backpropagation-from-scratch"),
        "- Walk through one backward pass.\n- Compare your gradients with finite differences.",
    ),
    Week("Convolutions", ("convolution-from-scratch",), "- Padding, stride, and the size of what comes out."),
)
HELD = 4
DIFFICULTY = {"beginner": 0.0, "intermediate": 0.7, "advanced": 1.5}


def plan_course(group: Group, next_meeting: datetime) -> list[Assignment]:
    """Make the group's meetings, one a week with the fifth at `next_meeting`, and what is to be done for each."""
    made: list[Assignment] = []
    for number, week in enumerate(WEEKS):
        meeting = Meeting.objects.create(
            group=group,
            title=week.title,
            starts_at=next_meeting + timedelta(weeks=number - HELD),
            place="Library, room 2",
            agenda=week.agenda,
        )
        exercises = list(Exercise.objects.on_offer().filter(slug__in=week.exercises))
        sections = [exercise.section_id for exercise in exercises]
        seen = {name: [getattr(one, f"{name}_id") for one in made] for name in ("resource", "quiz")}
        resources = Resource.objects.current().filter(section__in=sections, optional=False)
        quizzes = Quiz.objects.on_offer().filter(section__in=sections)
        items: list[dict[str, object]] = [
            *(
                {"resource": one}
                for one in resources.exclude(pk__in=[pk for pk in seen["resource"] if pk])[:RESOURCES_A_WEEK]
            ),
            *({"quiz": one} for one in quizzes.exclude(pk__in=[pk for pk in seen["quiz"] if pk])[:1]),
            *({"exercise": one} for one in exercises),
        ]
        made += [
            Assignment.objects.create(group=group, meeting=meeting, position=place, **item)
            for place, item in enumerate(items)
        ]
    return made
