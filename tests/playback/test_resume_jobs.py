"""`manage.py resume_jobs`: what a killed worker was doing is done after all."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from playback import tasks
from playback.models import PackagingJob
from tests.factories import playback

NOW = datetime(2027, 1, 15, 8, 0, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


def test_running_jobs_are_queued_again(capsys: pytest.CaptureFixture[str]) -> None:
    job = tasks.enqueue(playback.asset(), now=NOW)
    DBTaskResult.objects.get().claim("a-worker-that-was-killed")
    PackagingJob.objects.update(state=PackagingJob.State.RUNNING, progress=40)

    call_command("resume_jobs")

    job.refresh_from_db()
    assert (job.state, job.progress) == (PackagingJob.State.QUEUED, 0)
    assert DBTaskResult.objects.ready().count() == 1
    assert capsys.readouterr().out == "1 interrupted jobs queued again\n"


def test_finished_jobs_stay_finished() -> None:
    job = tasks.enqueue(playback.asset(), now=NOW)
    DBTaskResult.objects.get().set_successful(None)
    PackagingJob.objects.update(state=PackagingJob.State.DONE)

    call_command("resume_jobs")

    job.refresh_from_db()
    assert job.state == PackagingJob.State.DONE
    assert DBTaskResult.objects.successful().count() == 1
