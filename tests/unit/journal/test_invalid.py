from dataclasses import replace

from ao.journal.invalid import FEW, InvalidEntry, sentences


def some(count: int) -> list[InvalidEntry]:
    return [InvalidEntry(id=f"id-{n}", why="red is no colour") for n in range(count)]


def test_an_entry_is_told_with_its_record_and_how_to_remove_it() -> None:
    (sentence,) = sentences(some(1))
    assert "red is no colour" in sentence
    assert "`openstack software config delete id-0`" in sentence
    assert "unless a later version of Ao wrote it" in sentence


def test_nothing_is_told_of_none() -> None:
    assert list(sentences([])) == []


def test_of_thousands_the_first_few_are_told_and_the_others_counted() -> None:
    told = list(sentences(some(4000)))
    assert len(told) == FEW + 1
    assert told[-1].startswith(f"{4000 - FEW} more of the journal's entries")


def test_the_command_that_removes_an_entry_names_the_cloud_where_that_is_known() -> None:
    (sentence,) = sentences(some(1), "my cloud")
    assert "`openstack --os-cloud 'my cloud' software config delete id-0`" in sentence


def test_sites_are_named_and_what_lists_all_entries() -> None:
    told = list(sentences([replace(it, site=f"shop{n % 2}") for n, it in enumerate(some(9))]))
    assert told[0].startswith("Entry id-0 of the journal of shop0 breaks")
    assert told[-1].endswith("`ao history --invalid` lists all of shop0, shop1.")
