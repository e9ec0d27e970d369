"""What can go wrong, and what each failure answers with.

::

    PairwellError
    ├── UserError                the input's or the user's fault
    │   ├── SettingsError        pairwell.toml or a published copy is not valid
    │   ├── UnfairError          settings or texts hold a dark pattern
    │   ├── WorkspaceError       no workspace here, or it cannot be used
    │   ├── SourceError          a file to read is missing, unreadable or not what it seems
    │   ├── MappingError         the columns do not make the table asked for
    │   ├── RequestError         a request or event names something wrongly
    │   ├── NotFoundError        an id that does not exist
    │   ├── EvidenceError        there is too little data for what was asked
    │   ├── TooManyError         an answer would be larger than may be held
    │   ├── NoModelError         nothing has been learned yet
    │   ├── ReplayError          a stored decision can no longer be recomputed
    │   ├── ForgottenError       it was about a person who has been forgotten
    │   ├── MissingExtraError    an optional library is not installed
    │   └── EngineError          the engine that was chosen cannot be started here
    └── OperatingError           ours, or the machine's
        ├── StorageError         writing failed: disk full, no permission, lost directory
        ├── ModelBrokenError     a published model fails its checksum or schema
        └── JournalError         decisions or events cannot be made durable
"""

from __future__ import annotations


class PairwellError(Exception):
    """Base of every error that this package raises on purpose.

    The message says what was found and what was expected; `hint` says the next step; `field` names
    the offending field of a request or setting.
    """

    code = "internal"

    def __init__(self, message: str, *, hint: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.field = field


class UserError(PairwellError):
    code = "invalid"


class SettingsError(UserError):
    code = "settings_invalid"


class UnfairError(UserError):
    code = "dark_pattern"


class WorkspaceError(UserError):
    code = "workspace_unusable"


class SourceError(UserError):
    code = "source_unreadable"


class MappingError(UserError):
    code = "mapping_invalid"


class RequestError(UserError):
    code = "bad_request"


class NotFoundError(UserError):
    code = "not_found"


class EvidenceError(UserError):
    code = "not_enough_evidence"


class TooManyError(UserError):
    code = "too_many"


class NoModelError(UserError):
    code = "no_model"


class ReplayError(UserError):
    code = "not_replayable"


class ForgottenError(UserError):
    code = "forgotten"


class MissingExtraError(UserError):
    code = "missing_extra"

    def __init__(self, extra: str) -> None:
        super().__init__(
            f"This needs the optional libraries of {extra!r}, which are not installed.",
            hint=f"Run `pip install 'pairwell[{extra}]'`.",
        )


class EngineError(UserError):
    code = "engine_unavailable"


class OperatingError(PairwellError):
    code = "internal"


class StorageError(OperatingError):
    code = "storage_failed"


class ModelBrokenError(OperatingError):
    code = "model_broken"


class JournalError(OperatingError):
    code = "journal_unavailable"


_EXIT_CODES: dict[type[PairwellError], int] = {PairwellError: 1, UserError: 2, OperatingError: 1}

_HTTP_STATUS: dict[type[PairwellError], int] = {
    PairwellError: 500,
    UserError: 400,
    NotFoundError: 404,
    NoModelError: 409,
    EvidenceError: 409,
    ReplayError: 409,
    StorageError: 507,
    JournalError: 503,
}


def exit_code(error: PairwellError) -> int:
    """Exit code of a command that ends with `error`: 1 our fault, 2 the user's."""
    return _most_specific(error, _EXIT_CODES)


def http_status(error: PairwellError) -> int:
    """HTTP status of an answer that reports `error`."""
    return _most_specific(error, _HTTP_STATUS)


def _most_specific(error: PairwellError, table: dict[type[PairwellError], int]) -> int:
    return next(table[kind] for kind in type(error).__mro__ if kind in table)
