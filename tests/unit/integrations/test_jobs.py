"""The job definitions, rendered by jenkins-job-builder."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

ROOT = Path(__file__).parents[3]
JOBS = ["build", "release", "back", "doctor", "teardown"]
SET_IN_BUILDS = {"OS_CLIENT_CONFIG_FILE", "APPROVER", "BUILD_URL", "RELEASER", "RELEASE_ID"}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Element]:
    """Roots of the jobs' XML, by job."""
    folder = tmp_path_factory.mktemp("jobs")
    jenkins_jobs = Path(sys.executable).with_name("jenkins-jobs")
    subprocess.run(
        [jenkins_jobs, "test", "integrations/jenkins/jobs", "-o", folder, "--config-xml"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return {it.parent.name: ElementTree.parse(it).getroot() for it in folder.glob("*/config.xml")}


def pipeline(job: Element) -> str:
    path = job.findtext("definition/scriptPath")
    assert path is not None
    return (ROOT / "integrations" / path).read_text()


def test_a_site_gets_its_jobs(rendered: dict[str, Element]) -> None:
    assert set(rendered) == {f"shop-{job}" for job in JOBS}


@pytest.mark.parametrize("name", JOBS)
def test_a_job_runs_its_pipeline_from_the_sites_repository(
    rendered: dict[str, Element], name: str
) -> None:
    job = rendered[f"shop-{name}"]
    assert job.tag == "flow-definition"
    assert job.findtext("definition/sandbox") == "true"
    assert job.findtext("definition/scriptPath") == f"jenkins/pipelines/{name}.groovy"
    assert job.findtext(".//url") == "https://git.example.org/shop.git"
    assert "pipeline {" in pipeline(job)


@pytest.mark.parametrize("name", JOBS)
def test_a_job_asks_for_what_its_pipeline_takes_and_for_nothing_else(
    rendered: dict[str, Element], name: str
) -> None:
    job = rendered[f"shop-{name}"]
    asked = {it.findtext("name") for it in job.findall(".//parameterDefinitions/*")}
    text = pipeline(job)
    taken = set(re.findall(r"\$([A-Z_]+)\b", text)) | set(re.findall(r"params\.([A-Z_]+)", text))
    assert taken - SET_IN_BUILDS == asked


@pytest.mark.parametrize("name", JOBS)
def test_whoever_starts_a_build_chooses_a_version_and_a_reason_alone(
    rendered: dict[str, Element], name: str
) -> None:
    for parameter in rendered[f"shop-{name}"].findall(".//parameterDefinitions/*"):
        if parameter.findtext("name") in {"VERSION", "REASON"}:
            continue
        assert parameter.tag == "hudson.model.ChoiceParameterDefinition"
        assert len(parameter.findall("choices//string")) == 1


def test_one_release_of_a_site_runs_at_a_time(rendered: dict[str, Element]) -> None:
    properties = rendered["shop-release"].find("properties")
    assert properties is not None
    assert any(it.tag.endswith("DisableConcurrentBuildsJobProperty") for it in properties)
