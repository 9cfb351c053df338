"""The tree of errors, their ids, and what they never show."""

import copy
import pickle
from typing import Any

import pytest

from mastra_store import errors
from mastra_store.errors import (
    AccessDenied,
    AdoptionRefused,
    AlreadyExists,
    CommitOutcomeUnknown,
    Conflict,
    DomainMissing,
    InvalidArgument,
    LockTimeout,
    MastraError,
    MigrationFailed,
    NotFound,
    PoolTimeout,
    QueryFailed,
    SchemaBehind,
    SchemaError,
    SchemaMissing,
    TokenExpired,
    TransactionClosed,
    TransactionError,
    TransactionFailed,
    TransactionLost,
    TransactionSpansBackends,
    Unavailable,
    masked,
)

# The class, its parent, its category and its status, as the docstring of the module draws them.
TREE = [
    (InvalidArgument, MastraError, "USER", "INVALID_ARGUMENT"),
    (NotFound, MastraError, "USER", "NOT_FOUND"),
    (Conflict, MastraError, "USER", "CONFLICT"),
    (AlreadyExists, Conflict, "USER", "ALREADY_EXISTS"),
    (DomainMissing, MastraError, "USER", "DOMAIN_MISSING"),
    (Unavailable, MastraError, "THIRD_PARTY", "UNAVAILABLE"),
    (PoolTimeout, Unavailable, "THIRD_PARTY", "POOL_TIMEOUT"),
    (LockTimeout, Unavailable, "THIRD_PARTY", "LOCK_TIMEOUT"),
    (AccessDenied, MastraError, "USER", "ACCESS_DENIED"),
    (TokenExpired, AccessDenied, "USER", "TOKEN_EXPIRED"),
    (CommitOutcomeUnknown, MastraError, "THIRD_PARTY", "COMMIT_OUTCOME_UNKNOWN"),
    (SchemaError, MastraError, "SYSTEM", "FAILED"),
    (SchemaMissing, SchemaError, "SYSTEM", "SCHEMA_MISSING"),
    (SchemaBehind, SchemaError, "SYSTEM", "SCHEMA_BEHIND"),
    (AdoptionRefused, SchemaError, "SYSTEM", "ADOPTION_REFUSED"),
    (MigrationFailed, SchemaError, "SYSTEM", "MIGRATION_FAILED"),
    (TransactionError, MastraError, "USER", "FAILED"),
    (TransactionClosed, TransactionError, "USER", "TRANSACTION_CLOSED"),
    (TransactionFailed, TransactionError, "USER", "TRANSACTION_FAILED"),
    (TransactionLost, TransactionError, "THIRD_PARTY", "TRANSACTION_LOST"),
    (TransactionSpansBackends, TransactionError, "USER", "TRANSACTION_SPANS_BACKENDS"),
    (QueryFailed, MastraError, "THIRD_PARTY", "FAILED"),
]

ONE_OF_EACH = [
    InvalidArgument("metadata.tags[2]", "is a set", status="INVALID_METADATA_KEY", key="tags"),
    NotFound("thread", thread_id="t", status="FAILED"),
    AlreadyExists("row", constraint="pk"),
    *(kind("it went wrong", n=1, flag=True, nothing=None) for kind, *_ in TREE if kind not in
      (InvalidArgument, NotFound, AlreadyExists)),
    MastraError("it went wrong"),
]  # fmt: skip


def _subclasses(kind: type) -> set[type]:
    below = set(kind.__subclasses__())
    return below.union(*map(_subclasses, below))


class TestTree:
    @pytest.mark.parametrize(
        ("kind", "parent", "category", "status"), TREE, ids=lambda value: getattr(value, "__name__", "")
    )
    def test_each_class_has_its_place_and_its_words(
        self, kind: type[MastraError], parent: type, category: str, status: str
    ) -> None:
        assert kind.__base__ is parent
        assert (kind.category, kind.status, kind.domain) == (category, status, "STORAGE")

    def test_no_class_is_missing_here_or_in_the_drawing(self) -> None:
        kinds = {kind for kind in _subclasses(MastraError) if kind.__module__ == errors.__name__}

        assert kinds == {kind for kind, *_ in TREE}
        assert all(kind.__name__ in (errors.__doc__ or "") for kind in kinds)

    def test_each_class_says_when_it_is_raised(self) -> None:
        assert all(kind.__doc__ for kind, *_ in TREE)


class TestId:
    def test_it_says_where_and_what(self) -> None:
        error = NotFound("thread", thread_id="t").located("PG", "update_thread")

        assert error.id == "MASTRA_STORAGE_PG_UPDATE_THREAD_NOT_FOUND"

    def test_a_status_of_its_own(self) -> None:
        error = NotFound("thread", status="FAILED", thread_id="t").located("SQLITE", "updateThread")

        assert error.id == "MASTRA_STORAGE_SQLITE_UPDATE_THREAD_FAILED"

    def test_the_innermost_place_stays(self) -> None:
        error = QueryFailed("no").located("PG", "copy_thread").located("LIBSQL", "clone_thread")

        assert error.id == "MASTRA_STORAGE_PG_COPY_THREAD_FAILED"

    def test_without_a_place(self) -> None:
        assert Unavailable("no").id == "MASTRA_STORAGE_UNAVAILABLE"


class TestMessage:
    def test_the_argument_is_named_first(self) -> None:
        error = InvalidArgument("thread.title", "must be text, not int")

        assert str(error) == error.message == "thread.title must be text, not int"
        assert error.details == {"argument": "thread.title"}

    def test_the_keys_that_were_asked_for_are_shown(self) -> None:
        error = NotFound("workflow run", workflow_name="daily", run_id="r-17")

        assert str(error) == "no such workflow run (workflow_name='daily', run_id='r-17')"
        assert error.details == {"workflow_name": "daily", "run_id": "r-17"}


class TestToJson:
    def test_it_has_the_shape_of_the_typescript_errors(self) -> None:
        error = NotFound("thread", thread_id="t").located("PG", "update_thread")

        assert error.to_json() == {
            "message": "no such thread (thread_id='t')",
            "domain": "STORAGE",
            "category": "USER",
            "code": "MASTRA_STORAGE_PG_UPDATE_THREAD_NOT_FOUND",
            "details": {"thread_id": "t"},
        }

    def test_causes_are_shown_below(self) -> None:
        error = _raised(TransactionFailed("swallowed"), QueryFailed("refused"))

        assert error.to_json()["cause"] == QueryFailed("refused").to_json()

    def test_a_cause_that_is_none_of_ours_has_its_name(self) -> None:
        error = _raised(QueryFailed("refused"), KeyError("x"))

        assert error.to_json()["cause"] == {"message": "'x'", "name": "KeyError"}


class TestPickling:
    @pytest.mark.parametrize("error", ONE_OF_EACH, ids=lambda error: type(error).__name__)
    @pytest.mark.parametrize(
        "through", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy], ids=["pickle", "copy"]
    )
    def test_an_error_comes_back_whole(self, error: MastraError, through: Any) -> None:
        error.located("PG", "save_thread")

        back = through(error)

        assert type(back) is type(error)
        assert (str(back), back.id, back.to_json()) == (str(error), error.id, error.to_json())


class TestMasked:
    @pytest.mark.parametrize(
        ("url", "shown"),
        [
            ("postgresql://u:secret@h:5432/db", "postgresql://u:***@h:5432/db"),
            ("postgres://u:se%40cret@h/db?sslmode=require", "postgres://u:***@h/db?sslmode=require"),
            ("postgresql://u:se@cr/et@h/db", "postgresql://u:***@h/db"),
            ("postgresql://u:sec:ret@[::1]/db", "postgresql://u:***@[::1]/db"),
            ("postgresql://:secret@h/db", "postgresql://:***@h/db"),
            ("postgresql://u@h/db", "postgresql://u@h/db"),
            ("postgresql://h/db?user=u&password=secret&x=1", "postgresql://h/db?user=u&password=***&x=1"),
            ("libsql://h?authToken=secret", "libsql://h?authToken=***"),
            ("host=h user=u password=secret dbname=d", "host=h user=u password=*** dbname=d"),
            ("host=h password='secret word' dbname=d", "host=h password=*** dbname=d"),
            (r"host=h password='se\' secret' dbname=d", "host=h password=*** dbname=d"),
            (r"host=h password=se\ secret dbname=d", "host=h password=*** dbname=d"),
            ("host=h PASSWORD = secret", "host=h PASSWORD=***"),
            ("sqlite:///file.db", "sqlite:///file.db"),
            ("", ""),
        ],
    )  # fmt: skip
    def test_passwords_are_hidden_and_the_rest_is_shown(self, url: str, shown: str) -> None:
        assert masked(url) == shown


def _raised(error: MastraError, cause: Exception) -> MastraError:
    with pytest.raises(MastraError) as raised:
        raise error from cause
    return raised.value


@pytest.mark.parametrize(
    ("what", "shown"),
    [("thread", "a thread"), ("agent", "an agent"), ("MCP client", "an MCP client"), ("URL", "a URL")],
)
def test_what_exists_has_the_article_that_it_is_spoken_with(what: str, shown: str) -> None:
    assert str(AlreadyExists(what, id="x")) == f"such {shown} is already stored (id='x')"
