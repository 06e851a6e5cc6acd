"""Every sentence of our own that a report prints, in one place, to be reviewed as a whole.

Rules: no adjective that the numbers do not carry; differentials, never a verdict; a count beside every rate;
what is undefined is said to be so, with the reason. Words about a measure come from the result's catalogue,
words about what the audit cannot tell from ``result.limits`` (``evalharness.result.limits``).
"""

# --- headings
CONTENTS = "Contents"
KEY_RESULTS = "Key results"
MEASURED = "What was measured"
PEOPLE = "On whom, and with whose consent"
GROUPS = "Samples and groups"
ACQUISITION = "Acquisition failures"
RATES = "Error rates"
FALSE_MATCHES = "False matches"
FALSE_NON_MATCHES = "False non-matches and false rejections"
MATRIX = "False matches between groups"
FURTHER = "Further measures"
LIMITS = "What this audit cannot tell"
METHODS = "Methods"
REPRODUCE = "How to reproduce it"
WARNINGS = "Warnings"
PLAN = "The plan as it was run"

# --- boxes
SYNTHETIC_TITLE = "Synthetic faces"
SYNTHETIC = (
    "The faces in this audit were generated and belong to nobody. It tests the harness and says nothing about how a "
    "system treats people."
)
STATEMENTS_TITLE = "What the dataset's makers and its manifest require to be said"
HYPOTHETICAL_TITLE = "Hypothetical"
HYPOTHETICAL = (
    "This operating point uses a threshold of its own for each group. That makes false match rates equal by "
    "construction and would need the group of every person to be known in operation. It is a what-if and never an "
    "operational result."
)

# --- key results
_READING = (
    "A false match is a comparison of two different people that is declared a match; a false non-match is a "
    "comparison of one person with themself that is declared a non-match. Each interval is meant to hold the true "
    "rate for {whom}, with the stated confidence, for that one number; how "
    "far that held where the truth was known is said under what this audit cannot tell."
)
_REAL = "people like those measured"
_GENERATED = "further faces generated in the same way, and for no people"
FITTED_INTERVALS = {
    "held": "The threshold was fitted to comparisons of this audit. The intervals are conditional on it: they hold it "
    "fixed and leave out the uncertainty of choosing it.",
    "refitted": "The threshold was fitted to comparisons of this audit. The intervals take that in: they are as wide "
    "as fitting it anew on other people like these would make them.",
    "other-subjects": "The threshold was fitted on some of the people, and the rates were measured on the others. The "
    "intervals are conditional on that threshold.",
}
NOTHING_MEASURED = "This audit measured no error rate: the tables below give the reasons."
HYPOTHETICAL_LEFT_OUT = "Hypothetical operating points are reported further below and not summarised here."

# --- facts
_TWO_FACES = {
    "largest": "the largest face is used",
    "most-confident": "the face that the detector is most sure of is used",
    "failure": "the sample counts as a failure to acquire",
}
_COMPARISONS = {"all-pairs": "every pair of samples"}

# --- captions and notes
LABELS_CAPTION = "Labels: where each comes from, and what is missing"
FAULTS_NOTE = "Unusable images are faults of the dataset, not of the system; they stand outside every rate."
UNOBSERVED = "The scores were supplied ready-made: how many samples gave no template cannot be known."
MATRIX_NOTE = (
    "Each unordered pair of groups is counted once and shown in both places, unless a pair list tells the probe's "
    "group (rows) from the reference's (columns). Darker cells have higher rates, relative to the highest of this "
    "table. Intervals of these cells are in metrics.csv."
)
SCROLL_HINT = "This table is wider than the screen: scroll it sideways."
FIGURE = "Dot: rate; line: interval."
FIGURE_LOG = "Dot: rate; line: interval, on a logarithmic axis."
FIGURE_NO_ERROR_LOG = "Open triangle: no error was seen, and the rate is at most this."
FIGURE_NO_ERROR = "Open circle: no error was seen."
FIGURE_NO_INTERVAL = "Open diamond: no interval could be given."
FIGURE_TARGET = "Dotted line: the target false match rate."
TWO_SERIES = "Circle: false non-match rate; square: false rejection rate, which also counts failures to acquire."
ROUNDING = (
    "Rates are rounded to three significant digits, and to powers of ten below 0.01%; exact values are in "
    "metrics.csv and result.json."
)
TIES = (
    "A score exactly at the threshold is a match. Where a fitted threshold would split comparisons of equal score, "
    "all of them fall below it, so that the target is not exceeded."
)
RATES_NOTE = (
    "FMR is taken over completed comparisons of two different people of one group. FNMR is taken over completed "
    "comparisons of a person with themself; FRR over attempted ones, and so includes those that failed."
)
NO_PERSON = (
    "This report is rendered from result.json alone and shows no image, name or subject identifier. Rates describe "
    "groups in this dataset; they are no finding about any one person."
)
_REPRODUCE = (
    "Save the plan below as plan.yaml. For a dataset of your own, replace “id” under “dataset” by “manifest” with the "
    "path of its manifest; the digests beside it name the edition, and another one is refused."
)
_REPRODUCE_FOLDER = "FOLDER is where the images of the dataset lie."
_REPRODUCE_FILES = "Put files that the plan names, of scores, templates or pairs, beside it."
_REPRODUCE_END = (
    "Install the versions listed and run the command. The same versions on the same machine give the same bytes."
)
WITHHELD = "suppressed"
TOO_SMALL = "too few subjects for an interval"
TOGETHER = "all groups"
ANY_TWO = "any two people"
ANY_OTHER = "any other person"
OPTIMISTIC_NOTE = (
    "Where all trials came out alike, the interval is the worst case: trials that share a person all agree. "
    "“If independent” is the limit that would hold if no trial depended on another."
)
NOT_AT_THIS_POINT = "Not reported at this operating point."
WITHHELD_NOTE = "A remark on a suppressed group is withheld."
WITHHELD_WARNING = "A warning about a suppressed group is withheld."

_POLICIES = {
    "vendor": "a fixed threshold, given by the vendor or the operator and not fitted to these data",
    "pooled": "one threshold for all groups, fitted so that at most {target} of {impostors} match",
    "reference": "one threshold for all groups, fitted so that at most {target} of comparisons between two different "
    "people of the reference group ({reference}) match",
    "per-group": "a threshold for each group of {reference}, fitted so that at most {target} of comparisons between "
    "two different people of that group match",
}
_IMPOSTORS = {
    "all": "all comparisons between two different people",
    "within-group": "the comparisons between two different people of the same group{by}",
}
_UNSTATED = "not stated"  # what a plan that names no version says
_PROVENANCE = {
    "self-reported": "given by the people themselves",
    "annotator": "assigned by annotators",
    "algorithm": "assigned by an algorithm",
    "record": "taken from records",
    "generated": "set when the faces were generated",
}
_FAILURES = {
    "no-face": "no face found",
    "two-faces": "more than one face",
    "template-failed": "no template made",
    "declared-by-supplier": "declared failed by the supplier",
    "undecodable": "does not decode",
    "too-large": "too many pixels",
}


def title(system: str, dataset: str) -> str:
    """The title of a report."""
    return f"Audit of {system} on {dataset}"


def versioned(name: str, version: str) -> str:
    """A system or dataset with its version; that none was stated is no part of the name."""
    return f"{name} (version {_UNSTATED})" if version == _UNSTATED else f"{name}, version {version}"


def name_and_version(name: str, version: str) -> str:
    """The same where room is short."""
    return name if version == _UNSTATED else f"{name} {version}"


def reading(*, synthetic: bool) -> str:
    """How to read the key results, and for whom their intervals stand."""
    return _READING.format(whom=_GENERATED if synthetic else _REAL)


def unusable(faults: int, samples: int) -> str:
    """Images that could not be used for no fault of the system."""
    return f"{faults:,} of {samples:,} images unusable: dataset faults, outside every rate"


def policy(name: str, *, target: str, impostors: str, reference: str) -> str:
    """A threshold policy in words; one that this version does not know stands under its own name."""
    words = _POLICIES.get(name, name.replace("{", "(").replace("}", ")"))
    among = _IMPOSTORS.get(impostors, "comparisons between two different people")
    among = among.format(by=f" by {reference}" if reference else "")
    return words.format(target=target, impostors=among, reference=reference)


def reproduce(*, images: bool) -> str:
    """What to do to run the audit again; ``images`` says whether the system was shown any."""
    return " ".join([_REPRODUCE, _REPRODUCE_FILES, *([_REPRODUCE_FOLDER] if images else []), _REPRODUCE_END])


def provenance(name: str) -> str:
    """Who assigned a label."""
    return _PROVENANCE.get(name, name)


def two_faces(name: str) -> str:
    """What is done with an image that shows more than one face."""
    return _TWO_FACES.get(name, name)


def comparisons(name: str) -> str:
    """What was compared with what."""
    return _COMPARISONS.get(name, name)


def reason(name: str) -> str:
    """Why a sample gave no template, or an image cannot be used."""
    return _FAILURES.get(name, name)


def undefined(why: str) -> str:
    """Instead of a number."""
    return f"undefined: {why}" if why else "undefined: the result gives no reason"


def every_group_undefined(why: str) -> str:
    """Instead of the tables of a partition in which nothing is defined."""
    return f"For every group {undefined(why)}."


def suppressed(floor: int, *, sizes_public: bool) -> str:
    """Where groups were left out; that a group's size is public leaves what became of its members withheld."""
    what = f"fewer than {floor} subjects"
    if sizes_public:
        what = f"rates and counts that rest on {what}; the sizes of the groups are public and stand"
    return (
        f"Suppressed: {what}. Suppressed is not zero. Only the cells themselves are blanked: "
        "totals can still narrow down what they held."
    )


def optimistic(limit: str) -> str:
    """Below an interval: the limit that would hold if trials were independent."""
    return f"if independent: {limit}"


def pairs_left_out(number: int) -> str:
    """Under a list of pairs of groups with errors."""
    return (
        f"Highest rate first. {number:,} further pairs of groups had no false match, or no comparison: they stand in "
        "metrics.csv."
    )
