"""Every `coursekit grade` command of docs/grading.md, run in the folder that the page describes."""

from __future__ import annotations

import re
import shlex
import shutil
import zipfile
from pathlib import Path

import pytest
from grading_toys import PLAIN, notebook, write_notebook

from coursekit.cli import main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "grading.md"
_BLOCK = re.compile(r"^```\n(.*?)^```", re.M | re.S)


def commands() -> list[str]:
    """The lines of the page's blocks that grade here: those of the Ray section need a cluster."""
    lines = [line for block in _BLOCK.findall(PAGE.read_text()) for line in block.splitlines()]
    return [s for s in lines if s.startswith("coursekit grade") and "--cluster" not in s]


CANVAS = (
    'Student,ID,SIS User ID,SIS Login ID,Section,Lab 05 (7),Homework 3 (8)\n    Points Possible,,,,,9,18\n'
    '"Doe, Jane",101,S1,jdoe,A,{},{}\n"Öz, Çem",102,S2,coz,A,EX,{}\n'
)  # fmt: skip
METADATA = (
    "submission_11:\n  :submitters:\n  - :name: Jane Doe\n    :email: jdoe@uni.edu\n"
    "  :created_at: 2026-11-20 23:10:05 Z\n"
)


@pytest.fixture
def desk(policy, tmp_path, monkeypatch):
    """A folder with what each system hands out, and a small lab under the number of the page."""
    lab = shutil.copytree(PLAIN, tmp_path / "labs" / "05_metrics")
    for path in lab.glob("*.py"):
        text = path.read_text().replace("91.", "5.").replace("91_plain", "05_metrics")
        path.write_text(text)
    work = tmp_path / "in"
    for folder in ("handed_in_05", "submitted/ann/05_metrics"):
        (work / folder).mkdir(parents=True)
    right = write_notebook(work / "handed_in_05" / "jdoe.ipynb", notebook(lab))
    shutil.copy(right, work / "submitted" / "ann" / "05_metrics" / "05_metrics.ipynb")
    (work / "times.csv").write_text("student,submitted\nann,2026-11-21T08:00\n")
    uploads = {
        "assignment_9_export.zip": ["assignment_9_export/submission_11/lab.ipynb"],
    }
    for name, members in uploads.items():
        with zipfile.ZipFile(work / name, "w") as archive:
            for member in members:
                archive.write(right, member)
            if "export" in name:
                archive.writestr("assignment_9_export/submission_metadata.yml", METADATA)
    empty = CANVAS.format("", "", "")
    (work / "canvas_05.csv").write_text(empty, encoding="utf-8")
    monkeypatch.chdir(work)
    monkeypatch.setenv("COURSEKIT_LABS", str(tmp_path / "labs"))
    return work


def test_the_commands_of_the_page_do_what_it_says(desk, capsys):
    found = commands()
    assert len(found) == 4
    for command in found:
        if command.startswith("coursekit grade 05"):
            shutil.rmtree("graded", ignore_errors=True)
        assert main(shlex.split(command)[1:]) == 0, (command, capsys.readouterr())
        capsys.readouterr()
        if "canvas_05.csv" in command:
            assert Path("graded_05/canvas_05.csv").read_text() == CANVAS.format("9", "", "")
        elif "assignment_9_export" in command:
            assert ",9,9,100," not in Path("graded/grades.csv").read_text()
            assert "jdoe@uni.edu,05_metrics,8.1" in Path("graded/grades.csv").read_text()
        elif "submitted/" in command:
            assert "ann,05_metrics,8.1" in Path("graded/grades.csv").read_text()


TERMS = {
    # The way there and back
    "`ann.ipynb` or `ann.py`, a folder per student": "test_files_named_after_students "
    "test_nbgraders_layout test_a_folder_per_student_and_the_best_of_several_files",
    "it is read in place": "test_an_lms_zip_is_read_in_place",
    "`--roster FILE` on the first command does both": "test_the_commands_of_the_page_do_what_it_says",
    "her cell stays empty, because an absent grade is not a zero": "test_what_stays_is_told",
    "first the hint for a mistake that is known, then what was tried": ""
    "test_feedback_names_the_mistake_and_nothing_hidden",
    "draws them side by side and frames what differs": "test_only_the_entries_that_differ_are_framed",
    "it says only how many pass": "test_feedback_shows_what_was_tried_the_hint_and_nothing_hidden",
    "begins with what cost the class most": "test_the_report_says_first_what_cost_the_class_most",
    "a table of the students to sort and search": "test_students_are_sorted_found_and_linked",
    "answers that are alike beyond what the class has in common": ""
    "test_answers_that_are_alike_are_told_as_groups",
    "how well it tells students apart": "test_discrimination_is_the_correlation_with_the_rest",
    "every attempt; the latest counts": ""
    "test_a_second_run_keeps_what_is_graded_and_a_change_makes_an_attempt",
    "one row per student, one column per exercise": ""
    "test_the_table_has_the_named_columns_and_the_right_points",
    "Gradescope's format, with its visibilities": ""
    "test_gradescope_gets_public_checks_and_of_hidden_ones_only_counts",
    "for whatever reads JUnit": "test_junit_counts_what_failed",
    "A model stays in the student's process": "test_a_model_gets_the_honest_grade",
    "asserts the points of every exercise": "test_each_exercise_gets_exactly_its_points",
    "gave to the outermost file or folder, never from names inside": ""
    "test_names_inside_an_upload_take_nobody_elses_place",
    "Where one name could be two people's, neither is graded": ""
    "test_one_name_in_two_places_is_one_student_and_a_copied_name_is_refused "
    "test_what_fits_several_is_refused_by_name_and_nobody_gets_it",
    "A damaged zip is one such line; everybody else is graded": ""
    "test_a_damaged_zip_costs_itself_alone",
    "every other byte, the separator and the alphabet stay": ""
    "test_a_roster_as_exported_is_filled_and_nothing_else_changes",
    "found by the system's own number, else by login": "test_a_number_fits_its_own_column_alone",
    "The command names the column that it": ""
    "test_the_command_names_the_column_and_everything_that_stayed",
    "one whose title says *lab* or *assignment* and the number": "test_which_titles_name_lab_05",
    "keeps it, and is listed, unless you say `--overwrite`": "test_what_stays_is_told",
    "the command stops; `--scale` writes shares": ""
    "test_other_points_possible_are_an_error_that_offers_scale",
    "`.xlsx` works too": "test_an_excel_sheet_is_filled_cell_by_cell "
    "test_excel_without_openpyxl_and_old_excel_say_what_to_do",
    "whichever sheet the roster is on": "test_an_excel_roster_is_found_on_whichever_sheet_it_is",
    "A row that has more cells than there are titles is left alone, and told": ""
    "test_a_row_that_does_not_fit_its_titles_is_left_alone_and_told "
    "test_rows_shifted_by_a_comma_in_a_name_are_all_left_alone",
    "nor a second number or a letter behind it": "test_which_titles_name_lab_05",
    "takes another, but none about": "test_a_column_about_people_takes_no_marks "
    "test_what_canvas_calls_read_only_is_no_column_for_marks "
    "test_a_column_of_another_form_is_not_taken_by_name_either",
    "no number or stated twice with different numbers": ""
    "test_points_possible_that_are_not_the_labs_or_not_clear_are_refused",
    "one column has decimal points and decimal commas": ""
    "test_two_decimal_signs_in_one_column_are_asked_about",
    "two exports with different columns": "test_two_exports_in_one_file_must_have_the_same_columns",
    "Hidden sheets stay as they are": ""
    "test_only_the_one_sheet_that_shows_is_filled_and_it_is_named",
    "keeps them; one with a password has to be saved without": ""
    "test_a_workbook_with_macros_stays_one test_a_file_that_is_no_roster_is_called_by_its_name",
    "or of a file that `coursekit grade` wrote": "test_no_result_of_grading_is_written_over "
    "test_beside_the_original_the_copy_gets_another_name",
    "when an export finds no cell to fill in": ""
    "test_an_export_that_fills_nothing_says_why_and_ends_with_3",
    "which tells whose each folder is and when it came": ""
    "test_gradescopes_export_is_told_by_its_metadata_alone",
    # Late, again, hidden
    "The time of handing in comes from the system": ""
    "test_a_time_comes_from_the_lms_and_never_from_the_student",
    "ten per cent for each day begun after the deadline": ""
    "test_the_late_policy_counts_days_begun_and_stops_at_the_maximum",
    "A submission whose time is unknown is": "test_late_submissions_lose_points_by_the_policy",
    "`kill -9` at any moment loses nothing": "test_kill_9_changes_nothing "
    "test_kill_9_at_50_moments_changes_nothing",
    "says it at its end and writes it in the gradebook": ""
    "test_a_run_draws_its_seed_and_keeps_it_where_it_must test_the_command_grades_and_tells",
    "the same seed gives the same grades": "test_the_same_seed_gives_the_same_gradebook",
    "A run that was interrupted goes": "test_a_run_that_was_interrupted_goes_on_with_its_seed",
    "up to 20 seconds, for each statement of a cell": "test_a_statement_has_less_time_than_a_check",
    "what the lab says it takes in fast mode and at least 300 seconds": ""
    "test_the_budget_is_ten_times_the_labs_own_and_never_short",
    "earns nothing, and the feedback says so": "test_a_submission_has_one_budget",
    "a busy machine gave less than half of its time gets more of both": ""
    "test_a_child_that_the_machine_starves_gets_more_time_three_times",
    "grades exercise 5.3 anew and keeps everyone's other results": ""
    "test_regrading_one_exercise_keeps_the_others",
    "adds a test file from outside the lab; it may be repeated": ""
    "test_hidden_tests_kept_elsewhere_are_graded",
    "its first lines name the seed": "test_pytest_grades_one_notebook",
    "coursekit refuses to grade when that has happened": ""
    "test_pytest_refuses_a_folder_that_a_module_came_from",
    "For tests kept elsewhere: `pytest": "test_pytest_takes_hidden_tests_by_path",
    "0 when every submission has a grade, 2 after an error in the command, 3 when": ""
    "test_infrastructure_errors_end_with_3_and_are_graded_by_the_next_run "
    "test_wrong_options_end_with_2_in_one_line",
    "the machine failed, or a name fits several people": ""
    "test_whom_the_machine_failed_is_named_and_the_command_ends_with_3",
    "gets one more go after all others": ""
    "test_what_the_machine_failed_gets_one_more_go_after_all_others",
    "it is not exported as a zero": "test_an_infrastructure_error_is_never_a_zero",
    # Several machines
    "The grades are those of a run on one machine with the same seed": ""
    "test_a_node_killed_in_the_middle_costs_nobody_a_grade",
    "one that uses `__file__` to find other files is refused": ""
    "test_tests_that_look_for_files_beside_themselves_do_not_travel",
    "reads it and removes it, all before the first submission": ""
    "test_a_lab_travels_as_bytes_and_leaves_no_file",
    "what it held goes to the others, each such submission alone": ""
    "test_what_a_dead_place_held_goes_to_the_others_alone_and_last",
    "recorded as an infrastructure error, never as a zero": ""
    "test_a_submission_that_kills_three_times_has_no_grade_and_never_a_zero",
    "ends with exit code 2 and keeps what is graded": ""
    "test_when_the_last_node_is_gone_it_says_that_the_rest_is_kept",
    "says so by name and gets no work": "test_a_node_with_other_versions_refuses_and_names_them "
    "test_a_node_that_refuses_is_named_and_the_others_grade",
    "`--unsafe` lets nodes without a layer grade": ""
    "test_a_node_without_a_layer_refuses_unless_unsafe",
    # Sandbox, time, limits
    "must get its honest": "test_gets_the_honest_grade test_all_others_in_the_batch_are_graded_right",
    "must lie elsewhere, or the command stops and names the folder": ""
    "test_nothing_is_graded_from_a_folder_that_submissions_can_read",
    "lists each layer": "test_layers_are_listed_with_what_to_do",
    "Without a layer `coursekit grade` refuses": ""
    "test_a_missing_layer_refuses_to_grade_and_unsafe_is_stamped",
    "read-only mounts do the same work": "test_without_landlock_read_only_mounts_hold",
    "as a plain user who may make user namespaces": "test_the_sandbox_holds_for_a_plain_user",
    "until a submission uses it": "test_an_import_alone_runs_nothing",
    "Each use starts the minutes anew": ""
    "test_it_ends_after_the_idle_minutes_and_takes_its_socket_along",
    "It is lent to one command at a time": ""
    "test_while_it_is_lent_another_command_has_one_of_its_own",
    "in a folder that only you can": "test_a_folder_that_others_can_enter_is_not_used",
    "never meets this one": "test_the_name_holds_all_that_the_zygote_depends_on",
    "loses a child in the middle does not give it back": ""
    "test_kill_9_of_a_command_ends_what_it_borrowed test_a_zygote_left_in_disorder_is_ended",
    "prose and experiments in a notebook are not run": "test_experiments_and_plots_are_not_run",
    "an SQLite file; `:memory:` works": "test_a_database_in_memory_works",
    "nobody is matched by guess": "test_what_fits_several_is_refused_by_name_and_nobody_gets_it",
}
"""What the page promises, as it says it, and the tests that hold it to that."""


def test_every_promise_of_the_page_has_its_test():
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    there = {
        name
        for path in Path(__file__).parent.glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.M)
    }
    assert [words for words in TERMS if words not in page] == [], "reworded: look at its test again"
    named = {name for names in TERMS.values() for name in names.split()}
    assert sorted(named - there) == []
