"""How fast are group-by and join? The queries of the db-benchmark (h2oai/db-benchmark, duckdblabs/db-benchmark) beside polars, duckdb and h2o.

usage: munging.py [--rows 10000000] [--threads 2] [--repeats 2] [--tasks groupby,join] [--peers polars,duckdb[,h2o]] [--dir /tmp/munging]
Tables are generated as there: G1 (100 groups in the small keys, rows/100 in the large ones, no missing cells, not sorted) and J1. Every
program runs one task in a process of its own (ours twice: as a library, and as a server that the h2o client drives over REST): it reads
the table (not counted), then answers each query `repeats` times; the best counts. Results stay in memory as a table of the program's
own; categorical columns are what each program has for them.
Group-by question 8 (the two largest per group) is left out for thalweg and h2o: no aggregate of theirs says it. Question 9 (regression)
counts the making of the product columns for those without a correlation aggregate. thalweg and h2o also return rows ordered by key,
which the others do not.
"""
import argparse
import json
import os
import re
import subprocess
import sys

GROUPBY = {
    "q1": "sum v1 by id1",
    "q2": "sum v1 by id1 id2",
    "q3": "sum v1 mean v3 by id3",
    "q4": "mean v1:v3 by id4",
    "q5": "sum v1:v3 by id6",
    "q6": "median v3 sd v3 by id4 id5",
    "q7": "max v1 - min v2 by id3",
    "q9": "regression v1 v2 by id2 id4",
    "q10": "sum v3 count by id1:id6",
}
JOIN = {
    "q1": "small inner on id1",
    "q2": "medium inner on id2",
    "q3": "medium left on id2",
    "q4": "medium inner on id5",
    "q5": "big inner on id3",
}


def generate(directory, rows):
    """CSV files groupby.csv, x.csv, small.csv, medium.csv, big.csv; made once."""
    import numpy as np
    import polars as pl

    os.makedirs(directory, exist_ok=True)
    done = os.path.join(directory, "done")
    if os.path.exists(done):
        return
    rng = np.random.default_rng(108)
    few, many = 100, max(1, rows // 100)

    def text(values, digits):
        return "id" + pl.Series(values).cast(pl.String).str.zfill(digits)

    table = pl.DataFrame({
        "id1": text(rng.integers(1, few + 1, rows), 3),
        "id2": text(rng.integers(1, few + 1, rows), 3),
        "id3": text(rng.integers(1, many + 1, rows), 10),
        "id4": rng.integers(1, few + 1, rows),
        "id5": rng.integers(1, few + 1, rows),
        "id6": rng.integers(1, many + 1, rows),
        "v1": rng.integers(1, 6, rows),
        "v2": rng.integers(1, 16, rows),
        "v3": np.round(rng.uniform(0, 100, rows), 6),
    })
    table.write_csv(os.path.join(directory, "groupby.csv"))

    def split(n):
        n = max(n, 10)
        keys = rng.permutation(n * 11 // 10) + 1
        shared, left, right = keys[:n * 9 // 10], keys[n * 9 // 10:n], keys[n:]
        return n, np.concatenate([shared, left]), np.concatenate([shared, right])

    def sample_all(keys, size):
        return rng.permutation(np.concatenate([keys, rng.choice(keys, size - len(keys))]))

    splits = [split(rows // 1_000_000), split(rows // 1000), split(rows)]
    names = ["id1", "id2", "id3"]

    def write(name, size, columns, side, value):
        data = {}
        for i in range(columns):
            keys = splits[i][1 + side]
            data[names[i]] = sample_all(keys, size) if size >= len(keys) else rng.choice(keys, size)
        for i in range(columns):
            data[f"id{i + 4}"] = "id" + pl.Series(data[names[i]]).cast(pl.String)
        data[value] = np.round(rng.uniform(0, 100, size), 6)
        pl.DataFrame(data).write_csv(os.path.join(directory, name + ".csv"))

    write("x", rows, 3, 0, "v1")
    for i, name in enumerate(["small", "medium", "big"]):
        write(name, splits[i][0], i + 1, 1, "v2")
    open(done, "w").close()


POLARS = r"""
import json, os, resource, sys, time
task, directory, threads, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
import polars as pl
def read(name, categories):
    table = pl.read_csv(f"{directory}/{name}.csv")
    return table.with_columns([pl.col(c).cast(pl.Categorical) for c in categories if c in table.columns])
col = pl.col
if task == "groupby":
    x = read("groupby", ["id1", "id2", "id3"]).lazy()
    queries = {
        "q1": x.group_by("id1").agg(col("v1").sum()),
        "q2": x.group_by(["id1", "id2"]).agg(col("v1").sum()),
        "q3": x.group_by("id3").agg(col("v1").sum(), col("v3").mean()),
        "q4": x.group_by("id4").agg(col("v1").mean(), col("v2").mean(), col("v3").mean()),
        "q5": x.group_by("id6").agg(col("v1").sum(), col("v2").sum(), col("v3").sum()),
        "q6": x.group_by(["id4", "id5"]).agg(col("v3").median().alias("median"), col("v3").std().alias("sd")),
        "q7": x.group_by("id3").agg((col("v1").max() - col("v2").min()).alias("range")),
        "q9": x.group_by(["id2", "id4"]).agg((pl.corr("v1", "v2") ** 2).alias("r2")),
        "q10": x.group_by(["id1", "id2", "id3", "id4", "id5", "id6"]).agg(col("v3").sum(), col("v1").count()),
    }
else:
    x, small, medium, big = (read(n, ["id4", "id5", "id6"]).lazy() for n in ("x", "small", "medium", "big"))
    queries = {
        "q1": x.join(small, on="id1"),
        "q2": x.join(medium, on="id2"),
        "q3": x.join(medium, on="id2", how="left"),
        "q4": x.join(medium, on="id5"),
        "q5": x.join(big, on="id3"),
    }
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
seconds, rows = {}, {}
only = sys.argv[5].split(",") if len(sys.argv) > 5 and sys.argv[5] else list(queries)
for name, query in queries.items():
    if name not in only: continue
    for _ in range(repeats):
        start = time.perf_counter()
        result = query.collect()
        seconds[name] = min(seconds.get(name, 1e9), time.perf_counter() - start)
        rows[name] = result.height
        del result
print(json.dumps({"seconds": seconds, "rows": rows, "base": base,
                  "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
"""

DUCKDB = r"""
import json, os, resource, sys, time
task, directory, threads, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
import duckdb
con = duckdb.connect()
con.execute(f"SET threads={threads}"); con.execute("SET preserve_insertion_order=false")
def read(name):
    con.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv('{directory}/{name}.csv')")
def enums(name, columns):
    for c in columns:
        con.execute(f"CREATE TYPE {name}_{c} AS ENUM (SELECT DISTINCT {c} FROM {name} ORDER BY 1)")
        con.execute(f"ALTER TABLE {name} ALTER {c} TYPE {name}_{c}")
if task == "groupby":
    read("groupby"); enums("groupby", ["id1", "id2", "id3"])
    queries = {
        "q1": "SELECT id1, sum(v1) AS v1 FROM groupby GROUP BY id1",
        "q2": "SELECT id1, id2, sum(v1) AS v1 FROM groupby GROUP BY id1, id2",
        "q3": "SELECT id3, sum(v1) AS v1, avg(v3) AS v3 FROM groupby GROUP BY id3",
        "q4": "SELECT id4, avg(v1) AS v1, avg(v2) AS v2, avg(v3) AS v3 FROM groupby GROUP BY id4",
        "q5": "SELECT id6, sum(v1) AS v1, sum(v2) AS v2, sum(v3) AS v3 FROM groupby GROUP BY id6",
        "q6": "SELECT id4, id5, quantile_cont(v3, 0.5) AS median_v3, stddev(v3) AS sd_v3 FROM groupby GROUP BY id4, id5",
        "q7": "SELECT id3, max(v1)-min(v2) AS range_v1_v2 FROM groupby GROUP BY id3",
        "q9": "SELECT id2, id4, pow(corr(v1, v2), 2) AS r2 FROM groupby GROUP BY id2, id4",
        "q10": "SELECT id1, id2, id3, id4, id5, id6, sum(v3) AS v3, count(*) AS count FROM groupby GROUP BY id1, id2, id3, id4, id5, id6",
    }
else:
    for n in ("x", "small", "medium", "big"): read(n)
    queries = {
        "q1": "SELECT x.*, small.id4 AS small_id4, v2 FROM x JOIN small USING (id1)",
        "q2": "SELECT x.*, medium.id1 AS medium_id1, medium.id4 AS medium_id4, medium.id5 AS medium_id5, v2 FROM x JOIN medium USING (id2)",
        "q3": "SELECT x.*, medium.id1 AS medium_id1, medium.id4 AS medium_id4, medium.id5 AS medium_id5, v2 FROM x LEFT JOIN medium USING (id2)",
        "q4": "SELECT x.*, medium.id1 AS medium_id1, medium.id2 AS medium_id2, medium.id4 AS medium_id4, v2 FROM x JOIN medium USING (id5)",
        "q5": "SELECT x.*, big.id1 AS big_id1, big.id2 AS big_id2, big.id4 AS big_id4, big.id5 AS big_id5, big.id6 AS big_id6, v2 FROM x JOIN big USING (id3)",
    }
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
seconds, rows = {}, {}
only = sys.argv[5].split(",") if len(sys.argv) > 5 and sys.argv[5] else list(queries)
for name, query in queries.items():
    if name not in only: continue
    for _ in range(repeats):
        start = time.perf_counter()
        con.execute("CREATE TEMP TABLE ans AS " + query)
        seconds[name] = min(seconds.get(name, 1e9), time.perf_counter() - start)
        rows[name] = con.execute("SELECT count(*) FROM ans").fetchone()[0]
        con.execute("DROP TABLE ans")
print(json.dumps({"seconds": seconds, "rows": rows, "base": base,
                  "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
"""

# A server of its own, driven over REST by the h2o client: H2O's, or ours where SERVER says so.
H2O = r"""
import json, os, resource, sys, time
task, directory, threads, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
import h2o
if "SERVER" in os.environ:
    h2o.connect(url=os.environ["SERVER"], strict_version_check=False, verbose=False)
else:
    h2o.init(nthreads=threads, max_mem_size="12g", port=54699, strict_version_check=False, verbose=False, bind_to_localhost=True)
h2o.no_progress()
def read(name, categories):
    return h2o.import_file(f"{directory}/{name}.csv", col_types={c: "enum" for c in categories}, destination_frame=name)
def group(by, *aggregates, frame=None):
    groups = (x if frame is None else frame).group_by(by)
    for name, column in aggregates:
        groups = groups.count() if name == "count" else getattr(groups, name)(column)
    return groups.get_frame()
def regression():
    wide = x[["id2", "id4", "v1", "v2"]]
    wide["v1v2"] = wide["v1"] * wide["v2"]
    g = group(["id2", "id4"], ("count", "v1"), ("sum", "v1"), ("sum", "v2"), ("sum", "v1v2"), ("ss", "v1"), ("ss", "v2"), frame=wide)
    n, a, b = g["nrow"], g["sum_v1"], g["sum_v2"]
    top = n * g["sum_v1v2"] - a * b
    return top * top / ((n * g["sumSquares_v1"] - a * a) * (n * g["sumSquares_v2"] - b * b))
def spread():
    g = group("id3", ("max", "v1"), ("min", "v2"))
    return g["max_v1"] - g["min_v2"]
if task == "groupby":
    x = read("groupby", ["id1", "id2", "id3"])
    queries = {
        "q1": lambda: group("id1", ("sum", "v1")),
        "q2": lambda: group(["id1", "id2"], ("sum", "v1")),
        "q3": lambda: group("id3", ("sum", "v1"), ("mean", "v3")),
        "q4": lambda: group("id4", ("mean", "v1"), ("mean", "v2"), ("mean", "v3")),
        "q5": lambda: group("id6", ("sum", "v1"), ("sum", "v2"), ("sum", "v3")),
        "q6": lambda: group(["id4", "id5"], ("median", "v3"), ("sd", "v3")),
        "q7": spread,
        "q9": regression,
        "q10": lambda: group(["id1", "id2", "id3", "id4", "id5", "id6"], ("sum", "v3"), ("count", "v1")),
    }
else:
    x, small = read("x", ["id4", "id5", "id6"]), read("small", ["id4"])
    medium, big = read("medium", ["id4", "id5"]), read("big", ["id4", "id5", "id6"])
    def join(right, key, all_x=False):
        return lambda: x.merge(right, all_x=all_x, by_x=[key], by_y=[key])
    queries = {"q1": join(small, "id1"), "q2": join(medium, "id2"), "q3": join(medium, "id2", True),
               "q4": join(medium, "id5"), "q5": join(big, "id3")}
seconds, rows = {}, {}
only = sys.argv[5].split(",") if len(sys.argv) > 5 and sys.argv[5] else list(queries)
for name, query in queries.items():
    if name not in only: continue
    for _ in range(repeats):
        start = time.perf_counter()
        result = query()
        count = result.nrow
        seconds[name] = min(seconds.get(name, 1e9), time.perf_counter() - start)
        rows[name] = count
        h2o.remove(result)
try:
    pid = h2o.cluster().nodes[0]["pid"]
    status = open(f"/proc/{pid}/status").read()
    peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
finally:
    h2o.cluster().shutdown()
print(json.dumps({"seconds": seconds, "rows": rows, "base": 0, "peak": peak}))
"""

PEERS = {"polars": POLARS, "duckdb": DUCKDB, "h2o": H2O, "over REST": H2O}
OURS = ("thalweg", "over REST")


def last_json(command, env=None):
    done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=3600)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        return None, (done.stderr.strip().splitlines() or ["no output"])[-1]
    return json.loads(lines[-1]), None


def run(program, task, args):
    env = dict(os.environ, POLARS_MAX_THREADS=str(args.threads))
    tail = [task, args.dir, str(args.threads), str(args.repeats), args.queries]
    if program == "thalweg":
        return last_json(["build/release/munging_ours", *tail], env)
    if program != "over REST":
        return last_json([sys.executable, "-c", PEERS[program], *tail], env)
    with subprocess.Popen(["build/release/thalweg", "serve", "--port", "0", "--threads", str(args.threads), "--import-root", args.dir],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        env["SERVER"] = re.search(r"at (http://\S+)", server.stdout.readline())[1]
        result = last_json([sys.executable, "-c", PEERS[program], *tail], env)
        server.terminate()
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--tasks", default="groupby,join")
    parser.add_argument("--peers", default="polars,duckdb")
    parser.add_argument("--queries", default="")
    parser.add_argument("--dir", default="")
    parser.add_argument("--no-ours", action="store_true")
    parser.add_argument("--generate-only", action="store_true")
    args = parser.parse_args()
    args.dir = args.dir or f"/tmp/munging/{args.rows}"
    if args.generate_only:
        generate(args.dir, args.rows)
        return
    # In a process of its own: a child's peak of memory begins with that of its parent.
    subprocess.run([sys.executable, __file__, "--generate-only", "--rows", str(args.rows), "--dir", args.dir], check=True)
    programs = ([] if args.no_ours else list(OURS)) + [p for p in args.peers.split(",") if p]
    for task in args.tasks.split(","):
        titles = GROUPBY if task == "groupby" else JOIN
        results = {}
        for program in programs:
            result, error = run(program, task, args)
            if error:
                print(f"{task}: {program} failed: {error}")
            else:
                results[program] = result
        print(f"\n{task}, {args.rows:,} rows, {args.threads} threads: seconds")
        print(f"{'':32}" + "".join(f"{p:>10}" for p in results))
        for name, title in titles.items():
            if not any(name in r["seconds"] for r in results.values()):
                continue
            cells = [f"{r['seconds'][name]:10.3f}" if name in r["seconds"] else f"{'-':>10}" for r in results.values()]
            print(f"{name + ' ' + title:32}" + "".join(cells))
        common = [n for n in titles if all(n in r["seconds"] for r in results.values())]
        sums = {p: sum(r["seconds"][n] for n in common) for p, r in results.items()}
        print(f"{'sum':32}" + "".join(f"{s:10.3f}" for s in sums.values()))
        print(f"{'peak memory, MB':32}" + "".join(f"{r['peak'] / 1e6:10.0f}" for r in results.values()))
        for name in common:
            if len({r["rows"][name] for r in results.values()}) > 1:
                print(f"{name}: numbers of rows differ: " + str({p: r["rows"][name] for p, r in results.items()}))
        others = [s for p, s in sums.items() if p in ("polars", "duckdb")]
        for name in set(OURS) & set(sums):
            if others:
                print(f"thalweg ({name}) takes {sums[name] / min(others):.2f} of the fastest's time (bar 1.5)")
            if "h2o" in sums:
                print(f"thalweg ({name}) takes {sums[name] / sums['h2o']:.3f} of h2o's time (bar 0.2)")


if __name__ == "__main__":
    main()
