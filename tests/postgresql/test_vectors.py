"""What only PostgreSQL promises of vectors: types, indexes, plans, round trips."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import numpy
import psycopg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from mastra_store import Conflict, InvalidArgument, MastraError, NotFound, PgStorage, PgVector
from mastra_store.sql.database import SqlDatabase
from mastra_store.sql.vectors.postgres_tables import index_name
from mastra_store.sql.vectors.xxhash import xxh32
from tests.round_trips.wire import counted_wire

pytestmark = pytest.mark.postgres(18)


@pytest.fixture
async def vectors(migrated_url: str) -> AsyncIterator[PgVector]:
    async with PgVector(migrated_url) as vectors:
        yield vectors


def rows_of(url: str, query: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        return connection.execute(cast("Any", query)).fetchall()


def clustered(count: int, dimension: int, seed: int = 7) -> Any:
    """Vectors as embeddings are: near to some others, and far from most."""
    random = numpy.random.default_rng(seed)
    centres = random.standard_normal((100, dimension))
    return (centres[random.integers(0, 100, count)] + 0.7 * random.standard_normal((count, dimension))).astype("f4")


class TestTables:
    @pytest.mark.parametrize("schema", [None, "my-App1"])
    async def test_a_table_is_the_one_of_the_contract(self, migrated_url: str, schema: str | None) -> None:
        async with PgVector(migrated_url, schema_name=schema) as vectors:
            await vectors.create_index("docs", dimension=3, metadata_indexes=["thread_id"])

        columns = rows_of(
            migrated_url,
            "SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid) "
            "FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
            "JOIN pg_class c ON c.oid = a.attrelid WHERE c.relname = 'docs' AND a.attnum > 0 ORDER BY a.attnum",
        )
        indexes = rows_of(
            migrated_url,
            f"SELECT indexdef FROM pg_indexes WHERE tablename = 'docs' AND schemaname = '{schema or 'public'}' "
            "ORDER BY indexname",
        )
        where, built = f'"{schema}"' if schema else "public", "WITH (m='16', ef_construction='64')"
        assert [column[:3] for column in columns] == [
            ("id", "integer", True),
            ("vector_id", "text", True),
            ("embedding", "vector(3)", False),
            ("metadata", "jsonb", False),
            ("namespace", "character varying(255)", True),
        ]
        assert columns[3][3] == "'{}'::jsonb"
        assert columns[4][3] == "'default'::character varying"
        assert [index for (index,) in indexes] == [
            f"CREATE INDEX docs_md_57d95f6b_idx ON {where}.docs USING btree (((metadata ->> 'thread_id'::text)))",
            f"CREATE UNIQUE INDEX docs_namespace_vector_id_idx ON {where}.docs USING btree (namespace, vector_id)",
            f"CREATE UNIQUE INDEX docs_pkey ON {where}.docs USING btree (id)",
            f"CREATE INDEX docs_vector_idx ON {where}.docs USING hnsw (embedding vector_cosine_ops) {built}",
        ]

    def test_names_of_indexes_on_metadata_are_typescripts(self) -> None:
        # Known values of the hash: of nothing, of less and of more than 16 bytes.
        assert [xxh32(text) for text in (b"", b"thread_id", b"Nobody inspects the spammish repetition")] == [
            0x02CC5D05,
            0x57D95F6B,
            0xE2293B2F,
        ]

    def test_long_names_of_indexes_are_cut_and_stay_apart(self) -> None:
        names = {index_name("a" * 63, what) for what in ("vector", "namespace_vector_id", "md_00000000")}

        assert len(names) == 3
        assert {len(name) for name in names} == {63}

    async def test_a_table_of_an_old_version_is_named_as_such(self, vectors: PgVector, migrated_url: str) -> None:
        await vectors.create_index("docs", dimension=3)
        with psycopg.connect(migrated_url) as connection:
            connection.execute("ALTER TABLE docs DROP COLUMN namespace")

        with pytest.raises(MastraError, match="has no column namespace") as refused:
            await vectors.query("docs", [1, 0, 0])

        assert refused.value.id == "MASTRA_VECTOR_PG_QUERY_MIGRATION_REQUIRED"

    async def test_types_that_are_not_on_the_search_path_are_named_in_full(self, migrated_url: str) -> None:
        with psycopg.connect(migrated_url) as connection:
            connection.execute("DROP EXTENSION IF EXISTS vector")
            connection.execute("CREATE SCHEMA extensions")
            connection.execute("CREATE EXTENSION vector SCHEMA extensions")

        async with PgVector(migrated_url) as vectors:
            await vectors.create_index("docs", dimension=2, metric="euclidean")
            await vectors.create_index("bits", dimension=4, vector_type="bit")
            await vectors.upsert("docs", [[1, 0], [0, 1]], ids=["a", "b"])
            await vectors.upsert("docs", numpy.ones((300, 2)), ids=[str(at) for at in range(300)])
            await vectors.upsert("bits", [[1, 0, 1, 0]], ids=["a"])

            assert [each.id for each in await vectors.query("docs", [0, 1], top_k=1)] == ["b"]
            assert [each.score for each in await vectors.query("bits", [1, 0, 1, 1])] == [0.75]
            assert (await vectors.describe_index("docs")).metric == "euclidean"

    async def test_of_many_who_make_an_index_at_once_all_find_it(self, migrated_url: str) -> None:
        async def make() -> None:
            async with PgVector(migrated_url) as vectors:
                await vectors.create_index("docs", dimension=3)

        await asyncio.gather(*(make() for _ in range(12)))

        assert rows_of(migrated_url, "SELECT count(*) FROM docs") == [(0,)]


TYPES: list[tuple[str, str | None, list[list[float]], list[float], dict[str, float]]] = [
    ("vector", "cosine", [[1, 0, 0, 0], [0.5, 0.5, 0, 0]], [1, 0, 0, 0], {"0": 1, "1": 0.70710678}),
    ("halfvec", "euclidean", [[1, 0, 0, 0], [0, 2, 0, 0]], [1, 0, 0, 0], {"0": 1, "1": 0.30901699}),
    ("sparsevec", "dotproduct", [[1, 0, 0, 3], [0, 1, 0, 2]], [1, 0, 0, 1], {"0": 4, "1": 2}),
    ("bit", None, [[1, 0, 0, 0], [1, 1, 1, 1]], [1, 0, 0, 0], {"0": 1, "1": 0.25}),
    ("bit", "jaccard", [[1, 0, 0, 0], [1, 1, 0, 0]], [1, 0, 0, 0], {"0": 1, "1": 0.5}),
]


class TestTypes:
    @pytest.mark.parametrize("many", [False, True])
    @pytest.mark.parametrize(("kind", "metric", "stored", "wanted", "scores"), TYPES)
    async def test_vectors_of_a_type_are_stored_and_found(
        self,
        vectors: PgVector,
        kind: str,
        metric: str | None,
        stored: list[list[float]],
        wanted: list[float],
        scores: dict[str, float],
        many: bool,
    ) -> None:
        await vectors.create_index("docs", dimension=4, vector_type=kind, metric=metric)
        # Many are stored by COPY, in binary form.
        rows = stored + [[0, 0, 0, 1]] * 300 if many else stored
        await vectors.upsert("docs", rows, ids=[str(at) for at in range(len(rows))])

        everything = await vectors.query("docs", wanted, top_k=400, include_vector=True)

        found = [each for each in everything if each.id in scores]
        assert {each.id: each.score for each in found} == pytest.approx(scores, abs=1e-6)
        assert [each.vector for each in found] == stored
        described = await vectors.describe_index("docs")
        assert (described.vector_type, described.type, described.count) == (kind, "hnsw", len(rows))
        assert described.metric == metric or (kind, described.metric) == ("bit", "hamming")

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"dimension": 3072}, r"dimension is 3,072, and hnsw and ivfflat take 2,000 .* vector_type='halfvec'"),
            ({"dimension": 5000}, "dimension is 5,000, .* use index_type='flat'"),
            ({"dimension": 5000, "vector_type": "halfvec"}, "take 4,000 of the type halfvec .* index_type='flat'"),
            ({"dimension": 16001, "index_type": "flat"}, "dimension is 16,001, and vector takes 16,000 at most"),
            ({"dimension": 3, "metric": "hamming"}, "metric must be one of cosine, euclidean, dotproduct"),
            ({"dimension": 3, "vector_type": "bit", "metric": "cosine"}, "metric must be one of hamming, jaccard"),
            ({"dimension": 3, "vector_type": "int8"}, "vector_type must be one of vector, halfvec, sparsevec, bit"),
            ({"dimension": 3, "index_type": "tree"}, "index_type must be one of hnsw, ivfflat, flat"),
            ({"dimension": 3, "vector_type": "sparsevec", "index_type": "ivfflat"}, "ivfflat does not take sparsevec"),
            ({"dimension": 3, "m": 1}, "m must be an integer from 2 to 100"),
            ({"dimension": 3, "m": 50, "ef_construction": 64}, r"ef_construction must be at least twice m \(100\)"),
            ({"dimension": 3, "metadata_indexes": ["a'b"]}, r"metadata_indexes\[0\] must be letters"),
        ],
    )
    async def test_what_pgvector_does_not_take_is_refused_with_the_way_out(
        self, vectors: PgVector, options: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(InvalidArgument, match=message):
            await vectors.create_index("docs", **options)

        assert await vectors.list_indexes() == []

    @pytest.mark.parametrize("options", [{"vector_type": "halfvec"}, {"index_type": "flat"}])
    async def test_the_ways_out_lead_out(self, vectors: PgVector, options: dict[str, Any]) -> None:
        await vectors.create_index("docs", dimension=3072, **options)

        await vectors.upsert("docs", [{"id": "a", "values": [1.0] * 3072}])

        assert [each.id for each in await vectors.query("docs", [1.0] * 3072)] == ["a"]

    @pytest.mark.parametrize(
        ("kind", "values", "message"),
        [
            ("bit", [1, 2], r"vectors\[0\].values\[1\] must be 0 or 1"),
            ("halfvec", [1, 70000], r"vectors\[0\].values\[1\] is too large for half precision"),
        ],
    )
    async def test_what_a_type_does_not_hold_is_refused(
        self, vectors: PgVector, kind: str, values: list[float], message: str
    ) -> None:
        await vectors.create_index("docs", dimension=2, vector_type=kind)

        with pytest.raises(InvalidArgument, match=message):
            await vectors.upsert("docs", [{"values": values}])

    async def test_an_index_of_another_type_is_a_conflict(self, vectors: PgVector) -> None:
        await vectors.create_index("docs", dimension=3)

        with pytest.raises(Conflict, match="exists with the vector type vector, not halfvec"):
            await vectors.create_index("docs", dimension=3, vector_type="halfvec")


class TestIndexes:
    @pytest.mark.parametrize("metric", ["cosine", "euclidean", "dotproduct"])
    @pytest.mark.parametrize("kind", ["hnsw", "ivfflat", "flat"])
    async def test_every_kind_knows_its_metric(self, vectors: PgVector, kind: str, metric: str) -> None:
        await vectors.create_index("docs", dimension=2, index_type=kind, metric=metric)

        described = await vectors.describe_index("docs")

        assert (described.type, described.metric) == (kind, metric)
        assert described.config == {"hnsw": {"m": 16, "efConstruction": 64}, "ivfflat": {"lists": 100}}.get(kind)

    async def test_an_index_may_be_built_when_its_vectors_are_there(self, vectors: PgVector) -> None:
        await vectors.create_index("docs", dimension=8, build_index=False)
        await vectors.upsert("docs", clustered(500, 8))
        assert (await vectors.describe_index("docs")).type == "flat"

        await vectors.build_index("docs", index_type="ivfflat")
        assert (await vectors.describe_index("docs")).config == {"lists": 100}
        await vectors.build_index("docs", m=8, ef_construction=32)

        assert (await vectors.describe_index("docs")).config == {"m": 8, "efConstruction": 32}

    async def test_what_an_interrupted_build_left_behind_is_built_anew(
        self, vectors: PgVector, migrated_url: str
    ) -> None:
        await vectors.create_index("docs", dimension=2)
        with psycopg.connect(migrated_url) as connection:
            connection.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'docs_vector_idx'::regclass")

        await vectors.create_index("docs", dimension=2)

        assert (await vectors.describe_index("docs")).type == "hnsw"

    async def test_it_is_built_beside_others_who_write(self, vectors: PgVector, migrated_url: str) -> None:
        await vectors.create_index("docs", dimension=2, build_index=False)
        await vectors.upsert("docs", [[1, 0]])
        statements: list[str] = []
        database = cast("SqlDatabase", vectors._database)
        database.observers.add(lambda executed: statements.append(executed.sql))

        await vectors.build_index("docs")

        assert any("CREATE INDEX CONCURRENTLY" in statement for statement in statements)


class TestSearch:
    async def test_ten_thousand_vectors_are_recalled(self, vectors: PgVector) -> None:
        stored = clustered(10_000, 64)
        await vectors.create_index("docs", dimension=64)
        await vectors.upsert("docs", stored, ids=[str(at) for at in range(len(stored))])
        unit = stored / numpy.linalg.norm(stored, axis=1, keepdims=True)
        found = wanted = 0

        near_some = stored[::200] + 0.3 * numpy.random.default_rng(8).standard_normal((50, 64))
        for query in near_some:
            exact = {str(at) for at in numpy.argsort(-(unit @ query))[:10]}
            approximate = {each.id for each in await vectors.query("docs", query)}
            found, wanted = found + len(exact & approximate), wanted + len(exact)

        assert found / wanted >= 0.95

    @pytest.mark.parametrize("index_type", ["hnsw", "ivfflat"])
    async def test_a_filter_that_finds_one_in_a_hundred_has_its_whole_top_k(
        self, vectors: PgVector, migrated_url: str, index_type: str
    ) -> None:
        stored = clustered(5_000, 16)
        await vectors.create_index("docs", dimension=16, build_index=False)
        await vectors.upsert("docs", stored, metadata=[{"group": at % 100} for at in range(len(stored))])
        await vectors.build_index("docs", index_type=index_type)
        await always_by_index(migrated_url)

        async with PgVector(migrated_url) as again:
            for query in stored[:20]:
                found = await again.query("docs", query, top_k=20, filter={"group": 17})

                assert [each.metadata["group"] for each in found] == [17] * 20

    async def test_after_a_bulk_load_the_index_is_used(self, vectors: PgVector, migrated_url: str) -> None:
        stored = clustered(2_000, 768)
        await vectors.create_index("docs", dimension=768, build_index=False)
        await vectors.upsert("docs", stored)
        await vectors.build_index("docs")

        plan = await plan_of(vectors, migrated_url, lambda: vectors.query("docs", stored[0]))

        assert "Index Scan using docs_vector_idx" in plan

    async def test_a_filter_on_an_indexed_key_is_served_by_its_index(
        self, vectors: PgVector, migrated_url: str
    ) -> None:
        await vectors.create_index("docs", dimension=4, metadata_indexes=["thread_id"])
        rows = clustered(2_000, 4)
        await vectors.upsert("docs", rows, metadata=[{"thread_id": f"t{at}"} for at in range(len(rows))])

        plan = await plan_of(vectors, migrated_url, lambda: vectors.query("docs", rows[0], filter={"thread_id": "t7"}))

        assert "docs_md_57d95f6b_idx" in plan

    async def test_settings_of_a_search_end_with_it(self, migrated_url: str) -> None:
        async with PgStorage(migrated_url, pool_size=1) as storage:
            await storage.vectors.create_index("docs", dimension=2)
            await storage.vectors.upsert("docs", [[1, 0]])
            await storage.vectors.query("docs", [1, 0], ef_search=77)

            async with storage.engine.connect() as connection:
                shown = await connection.exec_driver_sql("SHOW hnsw.ef_search")
                assert shown.scalar_one() == "40"

    @pytest.mark.parametrize(
        ("operation", "allowed"),
        [
            ("query", 1),
            ("filter", 1),
            ("upsert", 1),
            ("delete", 1),
            # BEGIN, are they stored?, COPY (begin and end), COMMIT
            ("many", 5),
        ],
    )
    async def test_an_operation_costs_as_few_round_trips_as_it_can(
        self, migrated_url: str, operation: str, allowed: int
    ) -> None:
        async with counted_wire(migrated_url) as wire, PgVector(wire.url, pool_size=1) as vectors:
            await vectors.create_index("docs", dimension=2)
            calls: dict[str, Any] = {
                "query": lambda at: vectors.query("docs", [1, 0]),
                "filter": lambda at: vectors.query("docs", [1, 0], filter={"a": 1}),
                "upsert": lambda at: vectors.upsert("docs", [[1, 0]] * 10),
                "delete": lambda at: vectors.delete_vectors("docs", filter={"a": 1}),
                "many": lambda at: vectors.upsert("docs", [[1, 0]] * 300),
            }
            await calls[operation](0)
            before = wire.round_trips

            await calls[operation](1)

            assert wire.round_trips - before <= allowed

    async def test_recall_is_two_round_trips_once_its_index_is_known(self, migrated_url: str) -> None:
        async with PgStorage(migrated_url) as storage:
            told = [{"id": str(at), "role": "user", "content": "x"} for at in range(9)]
            await storage.memory.save_messages("t", told, embeddings=[[float(at), 1.0] for at in range(9)])

        async with counted_wire(migrated_url) as wire, PgStorage(wire.url, pool_size=1) as storage:
            sent: list[str] = []
            storage.observe(lambda executed: sent.append(executed.operation))
            assert len(await storage.memory.recall(thread_id="t", vector=[1.0, 0.0])) > 4
            before = wire.round_trips

            await storage.memory.recall(thread_id="t", vector=[1.0, 0.0])

            assert sent == ["found_indexes", "nearest", "included_messages", "nearest", "included_messages"]
            assert wire.round_trips - before == 2

    async def test_an_index_that_somebody_else_made_anew_is_asked_for_again(
        self, vectors: PgVector, migrated_url: str
    ) -> None:
        await vectors.create_index("docs", dimension=2)
        await vectors.query("docs", [1, 0])
        async with PgVector(migrated_url) as somebody:
            await somebody.delete_index("docs")
            with pytest.raises(NotFound):
                await vectors.query("docs", [1, 0])
            await somebody.create_index("docs", dimension=3)

        assert await vectors.query("docs", [1, 0, 0]) == []

    async def test_a_pattern_that_postgresql_can_not_read_is_refused(self, vectors: PgVector) -> None:
        await vectors.create_index("docs", dimension=2)
        await vectors.upsert("docs", [{"values": [1, 0], "metadata": {"a": "x"}}])

        with pytest.raises(InvalidArgument, match=r"has a \$regex that PostgreSQL can not read"):
            await vectors.query("docs", [1, 0], filter={"a": {"$regex": "(?P<n>x)"}})


class TestUpsert:
    async def test_vectors_that_somebody_stores_at_the_same_time_are_overwritten(
        self, vectors: PgVector, migrated_url: str
    ) -> None:
        await vectors.create_index("docs", dimension=2)
        names = [str(at) for at in range(400)]

        await asyncio.gather(
            *(vectors.upsert("docs", [[float(turn), 1.0]] * 400, ids=names) for turn in range(6)),
            *(vectors.upsert("docs", [[float(turn), 1.0]] * 20, ids=names[-20:][::-1]) for turn in range(6)),
        )

        assert rows_of(migrated_url, "SELECT count(*), count(DISTINCT vector_id) FROM docs") == [(400, 400)]

    async def test_many_new_vectors_are_copied(self, vectors: PgVector) -> None:
        await vectors.create_index("docs", dimension=2)
        statements: list[str] = []
        database = cast("SqlDatabase", vectors._database)
        database.observers.add(lambda executed: statements.append(executed.operation))

        await vectors.upsert("docs", [[1, 0]] * 300)

        assert statements == ["found_indexes", "known_ids", "table_filled"]


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
async def test_any_drivers_engine_will_do(migrated_url: str, driver: str) -> None:
    engine = create_async_engine(migrated_url.replace("postgresql://", f"postgresql+{driver}://"))
    async with PgVector(engine) as vectors:
        await vectors.create_index("docs", dimension=2)
        await vectors.upsert("docs", [[1, 0], [0, 1]], ids=["a", "b"], metadata=[{"k": 1}, {"k": 2}])
        await vectors.upsert("docs", [[0, 2]] * 300)

        found = await vectors.query("docs", [1, 0], filter={"k": {"$in": [1, 2]}}, include_vector=True)

        assert [(each.id, each.vector) for each in found] == [("a", [1.0, 0.0]), ("b", [0.0, 1.0])]
    await engine.dispose()


async def always_by_index(url: str) -> None:
    """Let the planner take the approximate index, however few the rows are."""
    with psycopg.connect(url, autocommit=True) as connection:
        name = connection.info.dbname
        for setting in ("enable_seqscan", "enable_bitmapscan", "enable_sort"):
            connection.execute(cast("Any", f'ALTER DATABASE "{name}" SET {setting} = off'))


async def plan_of(vectors: PgVector, url: str, call: Any) -> str:
    """The plan of the one statement that a call sends."""
    database = cast("Any", vectors._database)
    seen: list[Any] = []
    execute = database._execute

    async def spied(connection: Any, statement: Any, cancellation: Any) -> Any:
        seen.append(statement)
        return await execute(connection, statement, cancellation)

    database._execute = spied
    await call()
    database._execute = execute
    plan = database.plans.of(seen[-1].statement)
    async with await psycopg.AsyncConnection.connect(url) as connection:
        cursor = await connection.execute(f"EXPLAIN {plan.text}", plan.bind(seen[-1].values))
        return "\n".join(line for (line,) in await cursor.fetchall())
