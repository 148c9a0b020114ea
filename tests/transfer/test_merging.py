"""What a row makes of a contact."""

from datetime import UTC, datetime

from hypothesis import assume, example, given
from hypothesis import strategies as st

from ringbook.transfer.candidates import candidate
from ringbook.transfer.merging import merged, new_state
from ringbook.transfer.rows import FileRow, RowAddress, RowContact

NOW = datetime(2026, 11, 27, tzinfo=UTC)
ID = "019c3860-0000-7000-8000-000000000000"
NUMBERS = [f"+1202555010{i}" for i in range(4)]
WORDS = st.sampled_from(["", "Zoë", "Müller-Weiß", "王小明", "Acme & Co", "O'Brien", "x"])
TEXTS = st.dictionaries(
    st.sampled_from(["first_name", "last_name", "display_name", "company", "job_title", "notes"]), WORDS
)


def addresses(values):
    one = st.builds(RowAddress, st.sampled_from(values), st.just(""), st.booleans())
    return st.lists(one, max_size=5)


ROWS = st.builds(
    RowContact, TEXTS, addresses(NUMBERS), addresses(["a@b.example", "c@d.example", "e@f.example"]), st.just(())
)
TWO_PRIMARY = RowContact(
    {}, [RowAddress(NUMBERS[2], is_primary=True), RowAddress(NUMBERS[1]), RowAddress(NUMBERS[0], is_primary=True)]
)


def read(row):
    found = candidate(FileRow(1, b"", row), "US", keep_ids=False)
    assume(not found.problem)
    return found


@given(ROWS)
@example(TWO_PRIMARY)
def test_a_new_contact_is_found_by_what_was_said_of_it_when_its_row_was_read(row):
    state = new_state(read(row), ID, [], NOW)
    assert state.wanted_index == state._replace(found_by=None).wanted_index


@given(ROWS, ROWS)
def test_a_row_that_changes_a_new_contact_changes_what_it_is_found_by(first, second):
    state = merged(new_state(read(first), ID, [], NOW), read(second), [], NOW, overwrite=True)
    assert state.wanted_index == state._replace(found_by=None).wanted_index


@given(ROWS)
def test_a_row_that_is_there_twice_changes_nothing(row):
    state = new_state(read(row), ID, [], NOW)
    assert merged(state, read(row), [], NOW, overwrite=False) == state
