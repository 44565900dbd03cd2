"""For authors and leads: how questions measure, and previews. Nobody else sees either."""

from __future__ import annotations

import random

import pytest
from django.urls import reverse

from apps.quizzes.answers import right_response
from apps.quizzes.itemstats import ENOUGH, Given, analyse, choices_of, correlation
from apps.quizzes.kinds import KINDS
from apps.quizzes.models import Answer, Question
from apps.quizzes.services import finish, start
from apps.quizzes.variants import vary

from .pages import load_examples
from .site import QUESTIONS, entry, load, respond


def simulated(ability_of, *, learners=200, items=8, seed=1):
    """First attempts of learners; the chance to be right at item 0 is `ability_of(ability)`."""
    rng = random.Random(seed)
    for attempt in range(learners):
        ability = rng.random()
        for item in range(items):
            chance = ability_of(ability) if item == 0 else ability
            yield Given(attempt, item, float(rng.random() < chance), seconds=10.0 * (item + 1))


class TestFigures:
    def test_a_sound_question_discriminates_and_a_turned_one_does_so_negatively(self):
        sound = analyse(simulated(lambda ability: ability))[0]
        turned = analyse(simulated(lambda ability: 1 - ability))[0]
        noise = analyse(simulated(lambda ability: 0.5))[0]
        assert sound.discrimination > 0.3
        assert turned.discrimination < -0.3
        assert abs(noise.discrimination) < 0.2
        assert (sound.is_suspect, turned.is_suspect) == (False, True)

    def test_difficulty_time_and_choices(self):
        found = analyse([Given(1, 7, 1.0, ["a"], 5.0), Given(2, 7, 0.0, ["b"], 9.0), Given(3, 7, 0.5, ["b"], None)])[7]
        assert (found.count, found.difficulty, found.median_s) == (3, 0.5, 7.0)
        assert found.chosen == {"a": 1, "b": 2}
        assert found.discrimination is None

    def test_it_is_the_correlation_with_the_rest_without_the_question_itself(self):
        shares = {1: (1.0, 1.0, 0.0), 2: (0.0, 1.0, 1.0), 3: (1.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)}
        answers = [Given(who, item, share) for who, row in shares.items() for item, share in enumerate(row)]
        rest = [(row[0], (row[1] + row[2]) / 2) for row in shares.values()]
        assert analyse(answers)[0].discrimination == pytest.approx(correlation(rest))

    def test_few_answers_warn_of_nothing(self):
        found = analyse(simulated(lambda ability: 1 - ability, learners=ENOUGH - 1))[0]
        assert not found.is_suspect
        assert found.is_early

    def test_where_all_are_right_there_is_no_correlation(self):
        assert correlation([(1.0, 0.2), (1.0, 0.5), (1.0, 0.9)]) is None

    @pytest.mark.parametrize("kind", list(KINDS))
    def test_what_an_answer_chose_has_a_name(self, examples, kind):
        from apps.quizzes.results import Score
        from apps.quizzes.scoring import score

        question = next(one for one in examples.questions if one.kind == kind)
        variant = vary(examples.slug, question, 3)
        found = score(variant, right_response(variant))
        if isinstance(found, Score):
            names = choices_of(variant)
            assert set(found.chosen) <= set(names)
            assert all(names[key][1] for key in found.chosen)


@pytest.mark.django_db
class TestAnalysisPage:
    @pytest.fixture
    def quiz(self):
        return load(entry())

    def take(self, users, quiz, right_of):
        for number, user in enumerate(users):
            attempt = start(user=user, quiz=quiz)
            for answer in attempt.answers.all():
                respond(answer, right=right_of(number, answer.question.slug))
            finish(attempt=attempt)

    def test_it_warns_of_a_question_that_measures_the_wrong_way_round(self, client, alice, quiz, django_user_model):
        users = [django_user_model.objects.create_user(f"u{n}@example.org", "x") for n in range(12)]
        self.take(users, quiz, lambda n, slug: (n % 2 == 0) == (slug != "which-one"))
        client.force_login(alice)
        page = client.get(reverse("quizzes:analysis", args=[quiz.slug])).content.decode()
        assert "Question 1 measures the wrong way round." in page
        assert "Question 2 measures" not in page
        assert "You added nothing." not in page

    def test_only_the_first_attempt_and_the_present_version_count(self, client, alice, bob, quiz):
        self.take([bob], quiz, lambda n, slug: False)
        self.take([bob], quiz, lambda n, slug: True)
        client.force_login(alice)
        url = reverse("quizzes:analysis", args=[quiz.slug])
        page = client.get(url).content.decode()
        assert "0 %" in page
        assert "100 %" not in page.replace("1 (100 %)", "")
        load(entry(questions=QUESTIONS.replace("Which way does", "Where does")))
        assert Answer.objects.first_tries(quiz).count() == 2

    def test_the_number_of_queries_is_constant(self, client, alice, quiz, django_assert_max_num_queries):
        client.force_login(alice)
        with django_assert_max_num_queries(6):
            client.get(reverse("quizzes:analysis", args=[quiz.slug]))

    def test_a_wrong_answer_that_is_known_stands_there_with_numbers_and_it_is_said_that_they_vary(
        self, client, alice, bob, quiz
    ):
        self.take([bob], quiz, lambda n, slug: True)
        client.force_login(alice)
        page = client.get(reverse("quizzes:analysis", args=[quiz.slug])).content.decode()
        question = quiz.questions.get(slug="how-many").current_version.sample
        assert "{{" not in page
        assert question.question.prompt in page
        assert f"<code>{question.values['a']}</code>" in page
        assert "each learner gets other numbers" in page

    def test_nothing_is_said_of_numbers_where_none_vary(self, client, alice, quiz):
        load(entry(questions=QUESTIONS[: QUESTIONS.index("- id: how-many")]))
        client.force_login(alice)
        page = client.get(reverse("quizzes:analysis", args=[quiz.slug])).content.decode()
        assert "each learner gets other numbers" not in page

    def test_learners_see_it_not(self, client, bob, quiz):
        client.force_login(bob)
        assert client.get(reverse("quizzes:analysis", args=[quiz.slug])).status_code == 403
        url = reverse("quizzes:preview", args=[quiz.slug, "which-one"])
        assert client.get(url, {"seed": "1"}).status_code == 403
        assert "/analysis/" not in client.get(quiz.get_absolute_url()).content.decode()

    def test_visitors_are_asked_to_sign_in(self, client, quiz):
        assert client.get(reverse("quizzes:preview", args=[quiz.slug, "which-one"])).status_code == 302


@pytest.mark.django_db
class TestPreview:
    @pytest.fixture
    def quiz(self, tmp_path, settings):
        return load_examples(tmp_path / "notebooks", settings)

    def address(self, quiz, kind):
        return reverse("quizzes:preview", args=[quiz.slug, quiz.questions.filter(kind=kind).first().slug])

    @pytest.mark.parametrize("kind", list(KINDS))
    def test_each_kind_with_any_seed(self, client, alice, quiz, kind):
        client.force_login(alice)
        url = self.address(quiz, kind)
        one = client.get(url, {"seed": "5"})
        assert one.status_code == 200
        assert "Afterwards" in one.content.decode()
        assert client.get(url)["Location"].startswith(f"{url}?seed=")
        assert client.get(url, {"seed": "99999999999"}).status_code == 302

    def test_the_same_seed_shows_the_same(self, client, alice, quiz):
        client.force_login(alice)
        url = self.address(quiz, "numeric")
        question = quiz.questions.filter(kind="numeric").first()
        asked = vary(quiz.slug, question.current_version.asked, 5)
        for value in list(asked.values.values())[:2]:
            assert str(value) in client.get(url, {"seed": "5"}).content.decode()

    def test_an_answer_is_tried_and_nothing_is_stored(self, client, alice, quiz):
        client.force_login(alice)
        question = Question.objects.get(quiz=quiz, kind="numeric")
        variant = vary(quiz.slug, question.current_version.asked, 5)
        url = f"{self.address(quiz, 'numeric')}?seed=5"
        assert "100 %" in client.post(url, {"q0": right_response(variant)["text"]}).content.decode()
        assert "about seven" in client.post(url, {"q0": "about seven"}).content.decode()
        assert not Answer.objects.exists()

    def test_a_formula_is_shown_as_it_is_understood(self, client, alice, quiz):
        client.force_login(alice)
        page = client.post(f"{self.address(quiz, 'expression')}?seed=5", {"q0": "x^2"}).content.decode()
        assert "Understood as" in page

    def test_admin_shows_and_changes_nothing(self, admin_client, quiz):
        for name in ("quiz", "question", "quizattempt", "answer"):
            assert admin_client.get(reverse(f"admin:quizzes_{name}_changelist")).status_code == 200
            assert admin_client.get(reverse(f"admin:quizzes_{name}_add")).status_code == 403
