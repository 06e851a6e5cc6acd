"""Results with the parts that schema 1.1 added, for every way in which they can be short of numbers."""

from evalharness.result import AuditResult
from tests.reporting.example_differences import with_differences, without_numbers
from tests.reporting.example_result import SIZES, build, dataset, one_group, point, population, sixty_groups


def differences() -> AuditResult:
    """A fitted and a fixed threshold with everything that schema 1.1 added."""
    return with_differences(build([point(), point("pooled-fmr-0.01", "pooled")], population()))


def private_differences() -> AuditResult:
    """One threshold, where group sizes are not public."""
    people = population({name: groups for name, groups in SIZES.items() if name != "gender*ethnicity"})
    return with_differences(build([point()], people, dataset=dataset(group_sizes_public=False)))


def one_group_differences() -> AuditResult:
    """One group alone."""
    return with_differences(one_group())


def sixty_groups_differences() -> AuditResult:
    """Sixty groups."""
    return with_differences(sixty_groups())


def differences_of_nulls() -> AuditResult:
    """Every number of schema 1.1 undefined."""
    return without_numbers(with_differences(build([point()], population())))


def differences_without_measures() -> AuditResult:
    """Rows on differences of a result without a rate, a catalogue or a mated comparison."""
    return with_differences(build([point()], population())).model_copy(update={"measures": (), "catalogue": ()})
