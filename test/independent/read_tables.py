"""Reads what write-tables.ts wrote with pyarrow, Spark, DuckDB's Python package and Python's own csv and json modules, and holds every
value against the records that it was made from, exactly; and every type of Parquet against the declared one. Prints a line per reader.
"""

import csv
import gzip
import json
import sys
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
CONVERT = {
    "id": int,
    "yes": lambda value: value,
    "small": int,
    "huge": int,
    "price": Decimal,
    "ratio": float,
    "text": str,
    "guid": str,
    "day": date.fromisoformat,
    "clock": str,
    "moment": lambda text: micros(datetime.fromisoformat(text)),
    "epoch": lambda number: number * 1000,
    "document": lambda value: value,
    "numbers": lambda values: [None if value is None else int(value) for value in values],
    "person": lambda person: (person["name"], Decimal(person["balance"])),
    "counts": lambda counts: dict(counts),
}


def micros(moment):
    """A moment as microseconds since 1970; one without a zone is UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return (moment - EPOCH) // timedelta(microseconds=1)


def expected(records):
    return {
        name: [None if record[name] is None else convert(record[name]) for record in records]
        for name, convert in CONVERT.items()
    }


def as_python(name, value):
    """A value as any of the readers gives it, as CONVERT would make it."""
    if value is None:
        return None
    if name in ("moment", "epoch"):
        return micros(value)
    if name == "huge":
        return int(value)
    if name == "document":
        return json.loads(value) if isinstance(value, str) else value
    if name == "person":
        person = value if isinstance(value, dict) else value.asDict()
        return (person["name"], person["balance"])
    if name == "counts":
        return dict(value)
    return value


def from_text(name, value, nested):
    """A value of JSON lines or CSV; `nested` parses what is nested."""
    if value is None:
        return None
    if name == "yes":
        return {"true": True, "false": False}.get(value, value)
    if name in ("moment", "epoch"):
        if not value.endswith("Z"):
            raise AssertionError(f"{name} is not written in UTC: {value}")
        return micros(datetime.fromisoformat(value.replace("Z", "+00:00")))
    if name in ("document", "numbers", "person", "counts"):
        value = nested(value)
    return value if name in ("yes", "document") else CONVERT[name](value)


def compare(reader, columns, wanted):
    for name, values in wanted.items():
        found = columns[name]
        if len(found) != len(values):
            raise AssertionError(f"{reader}: {name} has {len(found)} rows instead of {len(values)}")
        for row, (one, other) in enumerate(zip(found, values)):
            if one != other or type(one) is bool and type(other) is not bool:
                raise AssertionError(f"{reader}: row {row} of {name} is {one!r} instead of {other!r}")
    print(f"{reader}: {len(values)} rows, {len(wanted)} columns, every value as it was sent")


def by_rows(rows, convert):
    rows = sorted(rows, key=lambda row: int(row["id"]))
    return {name: [convert(name, row[name]) for row in rows] for name in CONVERT}


def read_parquet(folder, wanted, spark):
    import duckdb
    import pyarrow.parquet

    file = str(next(folder.glob("*.parquet")))
    table = pyarrow.parquet.read_table(file)
    types = {field.name: str(field.type) for field in table.schema}
    declared = {
        "id": "int64", "yes": "bool", "small": "int32", "huge": "decimal128(38, 0)", "price": "decimal128(38, 10)",
        "ratio": "double", "text": "string", "guid": "string", "day": "date32[day]", "clock": "string",
        "moment": "timestamp[us, tz=UTC]", "epoch": "timestamp[us, tz=UTC]", "numbers": "list<element: int64>",
        "person": "struct<name: string, balance: decimal128(12, 2)>", "counts": "map<string, int64 ('counts')>",
    }
    for name, kind in declared.items():
        if types[name] != kind:
            raise AssertionError(f"pyarrow: {name} is {types[name]} instead of {kind}")
    compare(f"pyarrow {folder.name}", by_rows(table.to_pylist(), as_python), wanted)

    # Moments as numbers, which Python's own and DuckDB's and Spark's time zones have no part in
    moments = ("moment", "epoch")
    exactly = lambda name, value: value if name in moments else as_python(name, value)
    numbers = [f"epoch_us({name}) AS {name}" if name in moments else name for name in CONVERT]
    relation = duckdb.connect().execute(f"SELECT {', '.join(numbers)} FROM read_parquet('{file}')")
    rows = [dict(zip(CONVERT, row)) for row in relation.fetchall()]
    compare(f"DuckDB {folder.name}", by_rows(rows, exactly), wanted)

    frame = spark.read.parquet(file)
    types = dict(frame.dtypes)
    declared = {
        "id": "bigint", "yes": "boolean", "small": "int", "huge": "decimal(38,0)", "price": "decimal(38,10)",
        "ratio": "double", "text": "string", "guid": "string", "day": "date", "clock": "string", "moment": "timestamp",
        "epoch": "timestamp", "document": "string", "numbers": "array<bigint>",
        "person": "struct<name:string,balance:decimal(12,2)>", "counts": "map<string,bigint>",
    }
    for name, kind in declared.items():
        if types[name] != kind:
            raise AssertionError(f"Spark: {name} is {types[name]} instead of {kind}")
    numbers = [f"unix_micros({name}) AS {name}" if name in moments else name for name in CONVERT]
    rows = [row.asDict() for row in frame.selectExpr(*numbers).collect()]
    compare(f"Spark {folder.name}", by_rows(rows, exactly), wanted)


def read_json_lines(folder, wanted):
    file = next(path for path in folder.iterdir() if ".jsonl." in path.name)
    if file.suffix == ".gz":
        text = gzip.open(file, "rt", encoding="utf-8", newline="").read()
    else:
        import pyarrow

        text = pyarrow.input_stream(str(file), compression="zstd").read().decode("utf-8")
    rows = [json.loads(line, parse_float=Decimal) for line in text.split("\n") if line]
    compare(f"json {folder.name}", by_rows(rows, lambda name, value: from_text(name, value, lambda it: it)), wanted)


def read_csv(folder, wanted):
    """Python's reader tells nothing from "" only by the quotes (3.12 on), so '' and null are one here."""
    file = next(path for path in folder.iterdir() if ".csv." in path.name)
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    wanted = {name: [None if value == "" else value for value in values] for name, values in wanted.items()}
    convert = lambda name, value: from_text(name, None if value == "" else value, json.loads)
    compare(f"csv {folder.name}", by_rows(rows, convert), wanted)


def main(root):
    from pyspark.sql import SparkSession

    # Another zone than UTC: a reader must not shift a moment
    settings = {"spark.ui.enabled": "false", "spark.sql.session.timeZone": "America/New_York"}
    spark = SparkSession.builder.master("local[1]").config(map=settings).getOrCreate()
    records = json.loads((root / "records.json").read_text(encoding="utf-8"))
    wanted = expected(sorted(records, key=lambda record: int(record["id"])))
    for folder in sorted(path for path in root.iterdir() if path.is_dir() and (path / "table.json").exists()):
        if folder.name.startswith("parquet"):
            read_parquet(folder, wanted, spark)
        elif folder.name.startswith("jsonl"):
            read_json_lines(folder, wanted)
        else:
            read_csv(folder, wanted)
    spark.stop()


main(Path(sys.argv[1]))
