"""A prediction as it is made: which question, which choices, how sure. Frozen; each key makes a new one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lab.course.progress import Sureness
from lab.course.sheets import Asked, Form

LEVELS = (Sureness.GUESS, Sureness.FAIRLY, Sureness.CERTAIN)


@dataclass(frozen=True, slots=True)
class Guess:
    """answers: by question, letters. at: the question that is shown. line: the line of an `order` sheet under the keys.

    said, said_ms: the answers that were committed last, and when; None before.
    """

    form: Form
    answers: Mapping[str, str]
    sure: Mapping[str, Sureness] = field(default_factory=dict)
    at: int = 0
    line: int = 0
    said: Mapping[str, str] | None = None
    said_ms: float = 0.0

    @property
    def asked(self) -> Asked:
        """The question that is shown."""
        return self.form.questions[self.at]

    @property
    def answer(self) -> str:
        """Its answer so far; empty for none."""
        return self.answers.get(self.asked.name, "")

    @property
    def is_whole(self) -> bool:
        """Say whether every question has an answer."""
        return all(self.answers.get(one.name) for one in self.form.questions)

    def sureness(self, name: str) -> Sureness:
        """Return how sure the answer is; until it is said: fairly."""
        return self.sure.get(name, Sureness.FAIRLY)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def moved(self, by: int) -> "Guess":
        """Choose the next letter; on an `order` sheet go to the next line."""
        choices = self.asked.choices
        if self.form.several:
            return replace(self, line=max(0, min(len(choices) - 1, self.line + by)))
        letters = [choice.letter for choice in choices]
        now = letters.index(self.answer) if self.answer in letters else (-1 if by > 0 else len(letters))
        return self.answered(letters[max(0, min(len(letters) - 1, now + by))])

    def answered(self, letters: str, sure: Sureness | None = None) -> "Guess":
        """Answer the question that is shown."""
        name = self.asked.name
        known = {**self.sure, name: sure} if sure else self.sure
        if not sure and self.sure.get(name) is Sureness.LOT:  # what was drawn by lot is now chosen
            known = {one: level for one, level in self.sure.items() if one != name}
        return replace(self, answers={**self.answers, name: letters}, sure=known)

    def surer(self, by: int) -> "Guess":
        """Be more or less sure of it."""
        now = self.sureness(self.asked.name)
        place = LEVELS.index(now) if now in LEVELS else 0
        level = LEVELS[max(0, min(len(LEVELS) - 1, place + by))]
        return replace(self, sure={**self.sure, self.asked.name: level})

    def taken(self, *, out: bool) -> "Guess":
        """Put the line under the keys at the end of the sequence, or take it out."""
        letter = self.asked.choices[self.line].letter
        without = self.answer.replace(letter, "")
        if out:
            return self.answered(without)
        return self if letter in self.answer else self.answered(without + letter)

    def shifted(self, by: int) -> "Guess":
        """Move the line under the keys to another place of the sequence."""
        letter = self.asked.choices[self.line].letter
        if letter not in self.answer:
            return self
        place, rest = self.answer.index(letter), self.answer.replace(letter, "")
        place = max(0, min(len(rest), place + by))
        return self.answered(rest[:place] + letter + rest[place:])

    def to_question(self, by: int) -> "Guess":
        """Go to another question."""
        return replace(self, at=(self.at + by) % len(self.form.questions))

    def to_open(self) -> "Guess":
        """Go to the next question that has no answer; where all have one, stay."""
        count = len(self.form.questions)
        places = [(self.at + step) % count for step in range(1, count + 1)]
        names = [one.name for one in self.form.questions]
        return replace(self, at=next((place for place in places if not self.answers.get(names[place])), self.at))

    def to(self, at: int) -> "Guess":
        """Go to this question."""
        return replace(self, at=at)

    def after_reading(self, form: Form) -> "Guess":
        """Return the prediction on a sheet that was read once more: what was written there by hand meanwhile counts."""
        then = {one.name: one.given for one in self.form.questions} if self.said is None else self.said
        by_hand = {one.name: one.given for one in form.questions if one.given not in {"", then.get(one.name)}}
        return replace(self, form=form, answers={**self.answers, **by_hand})

    def committed(self, at_ms: float) -> "Guess":
        """Keep the answers as what was said."""
        return replace(self, said=dict(self.answers), said_ms=at_ms)

    def written(self) -> Mapping[str, str]:
        """Return the answers as they are written into the file."""
        several = self.form.several
        return {name: " ".join(letters) if several else letters for name, letters in self.answers.items()}


def begin(form: Form, sure: Mapping[str, Sureness]) -> Guess:
    """Return the prediction that the learner's file has."""
    guess = Guess(form, {one.name: one.given for one in form.questions}, dict(sure))
    first_open = next((at for at, one in enumerate(form.questions) if not one.given), 0)
    return replace(guess, at=first_open)
