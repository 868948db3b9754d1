"""What every check of the course gets: fixtures and the judge's rules, all from the kit. See lab/course/kit."""

from lab.course.kit.fixtures import (
    _no_blocking_sleep,
    answer,
    anyio_backend,
    broker,
    call,
    capstone,
    database,
    databases,
    docker,
    expect,
    handle,
    kafka,
    mediator,
    new_kafka,
    not_run,
    on_paper,
    race,
    served,
    tell,
)
from lab.course.kit.hooks import (
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_generate_tests,
    pytest_report_teststatus,
    pytest_runtest_makereport,
)
