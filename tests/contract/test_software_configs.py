"""Texts that the project keeps."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from ao.errors import CloudError, Forbidden, NotFound
from tests.contract.environment import Bench


@pytest.fixture
def name(bench: Bench) -> Iterator[str]:
    """A name for records, which are removed at the end."""
    yield f"ao-{bench.site.name}-record"
    for record in bench.cloud.software_configs.all(f"ao-{bench.site.name}-record"):
        bench.cloud.software_configs.remove(record)


def test_a_text_is_kept_as_it_was_written(bench: Bench, name: str) -> None:
    bench.cloud.software_configs.add(name, "青: {}\n")
    (record,) = bench.cloud.software_configs.all(name)
    assert record.name == name
    assert bench.cloud.software_configs.read(record) == "青: {}\n"


def test_records_of_one_name_are_told_oldest_first(bench: Bench, name: str) -> None:
    bench.cloud.software_configs.add(name, "one")
    bench.clock.sleep(1.1)
    bench.cloud.software_configs.add(name, "two")
    records = bench.cloud.software_configs.all(name)
    assert [bench.cloud.software_configs.read(record) for record in records] == ["one", "two"]
    assert records[0].created_at < records[1].created_at


def test_records_are_found_by_how_their_names_begin(bench: Bench, name: str) -> None:
    bench.cloud.software_configs.add(f"{name}-one", "1")
    bench.cloud.software_configs.add(f"{name}-two", "2")
    assert {record.name for record in bench.cloud.software_configs.all(name)} == {
        f"{name}-one",
        f"{name}-two",
    }
    assert len(bench.cloud.software_configs.all(f"{name}-one")) == 1


def test_a_record_that_was_removed_is_gone_and_may_be_removed_again(
    bench: Bench, name: str
) -> None:
    bench.cloud.software_configs.add(name, "text")
    (record,) = bench.cloud.software_configs.all(name)
    bench.cloud.software_configs.remove(record)
    bench.cloud.software_configs.remove(record)
    assert bench.cloud.software_configs.all(name) == ()
    with pytest.raises(NotFound):
        bench.cloud.software_configs.read(record)


def test_a_reader_reads_records_and_writes_none(bench: Bench, name: str) -> None:
    bench.cloud.software_configs.add(name, "text")
    (record,) = bench.reader.software_configs.all(name)
    assert bench.reader.software_configs.read(record) == "text"
    with pytest.raises(Forbidden):
        bench.reader.software_configs.add(name, "other")


def test_another_project_sees_no_record_of_it(bench: Bench, name: str) -> None:
    bench.cloud.software_configs.add(name, "text")
    assert bench.annex.software_configs.all(name) == ()


def test_an_administrator_of_another_project_sees_no_record_and_no_stack_of_it(
    bench: Bench, name: str
) -> None:
    bench.cloud.software_configs.add(name, "text")
    assert bench.admin.software_configs.all(name) == ()
    assert bench.admin.stacks.get(bench.site.stack) is None
    assert bench.admin.stacks.tagged(bench.site.tag) == ()


def test_an_administrator_sees_the_records_of_the_project_that_it_works_in(
    bench: Bench, name: str
) -> None:
    bench.admin.software_configs.add(name, "text")
    (record,) = bench.admin.software_configs.all(name)
    assert bench.admin.software_configs.read(record) == "text"
    bench.admin.software_configs.remove(record)
    assert bench.admin.software_configs.all(name) == ()


def test_a_name_may_have_255_characters_and_slashes(bench: Bench, name: str) -> None:
    long = f"{name}/{'é' * 255}"[:255]
    bench.cloud.software_configs.add(long, "text")
    assert [record.name for record in bench.cloud.software_configs.all(f"{name}/")] == [long]


def test_all_software_configs_are_counted(bench: Bench, name: str) -> None:
    before = bench.cloud.software_configs.listing().count
    for text in ("one", "two"):
        bench.cloud.software_configs.add(name, text)
    assert bench.cloud.software_configs.listing().count == before + 2


def test_the_newest_are_listed_alone(bench: Bench, name: str) -> None:
    for text in ("one", "two"):
        bench.cloud.software_configs.add(name, text)
    first, second = bench.cloud.software_configs.all(name)
    found = bench.cloud.software_configs.since(first.written)
    assert [it for it in found if it.name == name] == [first, second]
    assert second not in bench.cloud.software_configs.since(second.written + timedelta(seconds=1))


def test_a_text_that_heat_does_not_take_is_refused(bench: Bench, name: str) -> None:
    with pytest.raises(CloudError, match="JSON body size"):
        bench.cloud.software_configs.add(name, "x" * 1_100_000)
    assert bench.cloud.software_configs.all(name) == ()


def test_a_text_of_200_kilobytes_is_kept(bench: Bench, name: str) -> None:
    bench.cloud.software_configs.add(name, "x" * 200_000)
    (record,) = bench.cloud.software_configs.all(name)
    assert len(bench.cloud.software_configs.read(record)) == 200_000
