from ao.fake.timeline import Job, Timeline


def test_time_passes_only_when_somebody_sleeps() -> None:
    timeline = Timeline()
    assert timeline.now() == 0
    timeline.sleep(1.5)
    assert timeline.now() == 1.5


def test_jobs_go_on_in_the_order_in_which_they_are_due() -> None:
    timeline = Timeline()
    seen: list[tuple[str, float]] = []

    def job(name: str, *pauses: float) -> Job:
        for pause in pauses:
            yield pause
            seen.append((name, timeline.now()))

    timeline.start(job("slow", 3.0))
    timeline.start(job("quick", 1.0, 1.0, 5.0))
    timeline.sleep(4.0)
    assert seen == [("quick", 1.0), ("quick", 2.0), ("slow", 3.0)]
    timeline.sleep(3.0)
    assert seen[-1] == ("quick", 7.0)


def test_the_date_moves_with_the_time() -> None:
    timeline = Timeline()
    timeline.sleep(61)
    assert timeline.date() == "2026-01-01T00:01:01Z"
