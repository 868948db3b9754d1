"""Sheets of answers: the questions are read from the comments, and answers are written without touching them."""

import pytest

from lab.course.sheets import fill_in, read_form
from lab.errors import LabError


@pytest.fixture
def tour(course):
    return course.find("tour")


@pytest.fixture
def sheet(tmp_path, tour):
    file = tmp_path / "prediction.toml"
    file.write_bytes(tour.starter.read_bytes())
    return file


def test_every_sheet_of_the_course_has_questions_whose_choices_are_those_of_its_solution(course):
    for exercise in course:
        if exercise.kind in {"predict", "order"}:
            form = read_form(exercise, exercise.solution)
            assert form.questions, exercise.id
            for asked in form.questions:
                letters = {choice.letter for choice in asked.choices}
                assert asked.ask.strip(), asked
                assert asked.given, asked
                assert set(asked.given) <= letters, asked


def test_a_question_is_told_with_its_choices_each_as_one_sentence(tour, sheet):
    asked = read_form(tour, sheet).questions[1]
    assert asked.ask == "Payment is stopped. Then a customer places an order. What becomes of the order?"
    assert [choice.letter for choice in asked.choices] == ["a", "b", "c"]
    assert asked.choices[1].text == "It waits. Once Payment is back, the order goes on."
    assert asked.given == ""


def test_a_question_may_go_over_two_lines(course):
    asked = read_form(course.find("partitions"), course.find("partitions").starter).questions[3]
    assert "Two programs share the reading. Ines reads partition 0" in asked.ask


def test_the_lines_of_a_sequence_are_shared_by_all_its_questions(course):
    form = read_form(course.find("commands"), course.find("commands").starter)
    assert form.several
    assert form.columns.startswith("who speaks")
    assert [asked.name for asked in form.questions] == ["commands", "sequence"]
    assert form.questions[0].choices == form.questions[1].choices
    assert "".join(choice.letter for choice in form.questions[0].choices) == "abcdefghijklm"


def test_an_answer_is_written_and_every_comment_stays(tour, sheet):
    assert fill_in(sheet, {"who_asks_payment": "a", "second_reader": "d"})
    before, after = tour.starter.read_text().splitlines(), sheet.read_text().splitlines()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert changed == ['who_asks_payment = "a"', 'second_reader = "d"']
    assert [asked.given for asked in read_form(tour, sheet).questions] == ["a", "", "d"]


def test_the_same_answers_again_change_nothing(sheet):
    assert fill_in(sheet, {"who_asks_payment": "a"})
    assert not fill_in(sheet, {"who_asks_payment": "a"})


@pytest.mark.parametrize("written", ["'b'", '["b"]', '"B"', '"b"   # because'])
def test_what_the_learner_wrote_in_another_way_is_read_and_replaced(tour, sheet, written):
    sheet.write_text(sheet.read_text().replace('payment_is_stopped = ""', f"payment_is_stopped = {written}"))
    assert read_form(tour, sheet).questions[1].given == "b"
    fill_in(sheet, {"payment_is_stopped": "c"})
    assert read_form(tour, sheet).questions[1].given == "c"
    assert ("# because" in sheet.read_text()) is ("# because" in written)


def test_line_ends_and_a_mark_of_windows_stay(tour, sheet):
    sheet.write_bytes(b"\xef\xbb\xbf" + sheet.read_bytes().replace(b"\n", b"\r\n"))
    fill_in(sheet, {"who_asks_payment": "c"})
    data = sheet.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf#")
    assert data.count(b"\n") == data.count(b"\r\n") == tour.starter.read_bytes().count(b"\n")
    assert b'who_asks_payment = "c"\r\n' in data


def test_a_name_that_was_deleted_comes_back_at_the_end(tour, sheet):
    sheet.write_text(sheet.read_text().replace('second_reader = ""', ""))
    fill_in(sheet, {"second_reader": "a"})
    assert sheet.read_text().endswith('second_reader = "a"\n')
    assert read_form(tour, sheet).questions[2].given == "a"


def test_a_file_that_is_no_toml_is_said_and_not_touched(tour, sheet):
    sheet.write_text("who_asks_payment = a b\n")
    for deed in (lambda: read_form(tour, sheet), lambda: fill_in(sheet, {"who_asks_payment": "a"})):
        with pytest.raises(LabError, match="is no TOML"):
            deed()
    assert sheet.read_text() == "who_asks_payment = a b\n"


def test_an_answer_over_several_lines_is_said_and_not_touched(sheet):
    text = sheet.read_text().replace('second_reader = ""', 'second_reader = [\n"a",\n]')
    sheet.write_text(text)
    with pytest.raises(LabError):
        fill_in(sheet, {"second_reader": "b"})
    assert sheet.read_text() == text
