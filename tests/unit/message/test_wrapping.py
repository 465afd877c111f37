"""Texts in lines of a terminal."""

from ao.message.wrapping import wrapped


def test_a_line_of_japanese_does_not_begin_with_what_ends_a_sentence() -> None:
    assert wrapped("本番系を切り替えます。", 20) == ["本番系を切り替えま", "す。"]
    assert wrapped("Ao は `ao up` で修復します。", 16) == ["Ao は `ao up` で", "修復します。"]
