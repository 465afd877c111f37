"""Results of checks as JUnit XML, which every CI shows."""

from __future__ import annotations

from pathlib import Path

import junitparser

from ao.checks.checks import Result, Results
from ao.files import output_file
from ao.site import Site


def write(results: Results, path: Path, site: Site, version: str) -> None:
    """Write the results to a file, as one suite; raises ConfigError when it cannot be written."""
    suite = junitparser.TestSuite(f"ao checks of {site.name} {version}")  # type: ignore[no-untyped-call]
    for result in results.results:
        suite.add_testcase(_case(result, site))
    report = junitparser.JUnitXml("ao")  # type: ignore[no-untyped-call]
    report.add_testsuite(suite)
    with output_file.writing(path):
        report.write(str(path), pretty=True)


def _case(result: Result, site: Site) -> junitparser.TestCase:
    case = junitparser.TestCase(result.name, classname=f"ao.{site.name}", time=result.seconds)
    if not result.passed:
        case.result = [junitparser.Failure(result.why)]
    return case
