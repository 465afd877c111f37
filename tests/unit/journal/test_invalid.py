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
