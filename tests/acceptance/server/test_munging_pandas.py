"""Operations on random frames give what pandas gives, but for the differences that are stated in
docs/compatibility.md: missing keys have no partners in a merge, missing texts are in no group,
missing cells come first in every order, and a running sum stays missing after a missing cell."""
import io

import h2o
import numpy as np
import pandas as pd
import pytest

TYPES = {"i": "int", "x": "real", "k": "enum", "s": "string", "t": "time", "n": "real", "one": "int"}
SHAPES = [(0, 0), (1, 1), (2, 2), (3, 40), (4, 3000)]  # seed, rows
DAY = 86_400_000


def random_table(seed, rows):
    random = np.random.default_rng(seed)

    def with_missing(cells, share=0.15):
        return pd.Series(cells, dtype=object).where(random.random(rows) >= share, None)

    return pd.DataFrame(
        {
            "i": with_missing(random.integers(-4, 5, rows)).astype(float),
            "x": with_missing(np.round(random.normal(size=rows) * 100, 3)).astype(float),
            "k": with_missing(random.choice(list("edcab"), rows)),
            "s": with_missing(random.choice(["s%d" % i for i in range(12)], rows)),
            "t": with_missing(1_577_836_800_000 + DAY * random.integers(0, 6, rows)).astype(float),
            "n": np.full(rows, np.nan),
            "one": np.full(rows, 7.0),
        }
    )


def upload(table):
    """The table as a frame; one without rows is cut from one that has some, as parsing guesses nothing from none."""
    given = (table if len(table) else random_table(9, 3)).copy()
    if "t" in given:
        given["t"] = pd.to_datetime(given["t"], unit="ms").dt.strftime("%Y-%m-%d %H:%M:%S")
    # The client writes a missing cell as "": that is missing only where the script says so.
    frame = h2o.H2OFrame(
        given.astype(object).where(given.notna(), None),
        column_types={c: TYPES[c] for c in given.columns},
        na_strings=[[""]] * len(given.columns),
    )
    return frame if len(table) else h2o.H2OFrame._expr(h2o.expr.ExprNode("rows", frame, []))


def download(frame):
    """Numbers as floats, the rest as texts, None where missing."""
    text = frame.get_frame_data()
    table = pd.read_csv(
        io.StringIO(text), float_precision="round_trip", keep_default_na=False, na_values=[""], skip_blank_lines=False
    )
    for name in table.columns:
        if table[name].dtype == object:
            table[name] = table[name].where(table[name].notna(), None)
        else:
            table[name] = table[name].astype(float)
    return table


@pytest.fixture(params=SHAPES, ids=lambda shape: f"{shape[1]}rows")
def both(request, server):
    table = random_table(*request.param)
    return table, upload(table)


def same_column(got, wanted, tolerance=1e-9):
    got, wanted = list(got), list(wanted)
    assert len(got) == len(wanted)
    for a, b in zip(got, wanted):
        if pd.isna(a) or pd.isna(b):
            assert pd.isna(a) and pd.isna(b), (got[:20], wanted[:20])
        elif isinstance(b, str):
            assert str(a) == b
        else:
            assert a == pytest.approx(b, rel=tolerance, abs=tolerance)


def same_table(got, wanted, tolerance=1e-9):
    assert list(got.columns) == list(wanted.columns)
    for name in wanted.columns:
        same_column(got[name], wanted[name], tolerance)


def test_the_frame_is_the_table(both):
    table, frame = both
    assert frame.shape == table.shape
    if len(table) > 1:
        assert {c: kind for c, kind in frame.types.items() if table[c].notna().any()} == {
            c: kind for c, kind in TYPES.items() if table[c].notna().any()
        }
    same_table(download(frame), table)
    assert frame.nacnt() == table.isna().sum().tolist()


def groups_of(table, keys):
    """Key cells (missing as None) → rows."""
    groups = {}
    for row, cells in enumerate(table[keys].itertuples(index=False)):
        groups.setdefault(tuple(None if pd.isna(c) else c for c in cells), []).append(row)
    return groups


AGGREGATES = {
    "mean": lambda c: c.mean(),
    "sum": lambda c: c.sum(),
    "min": lambda c: c.min(),
    "max": lambda c: c.max(),
    "sdev": lambda c: c.std(ddof=1),
    "var": lambda c: c.var(ddof=1),
    "sumSquares": lambda c: (c**2).sum(),
    "median": lambda c: c.median(),
}


@pytest.mark.parametrize("keys", [["k"], ["i"], ["t"], ["s"], ["n"], ["k", "i"], ["t", "s"]], ids="+".join)
def test_group_by(both, keys):
    table, frame = both
    grouped = frame.group_by(keys).count(na="all")
    for method in ("mean", "sum", "min", "max", "sd", "var", "ss", "median"):
        getattr(grouped, method)("x", na="rm")
    got = download(grouped.get_frame())
    # Rows whose text key is missing are in no group, as in H2O.
    groups = {cells: rows for cells, rows in groups_of(table, keys).items() if "s" not in keys or cells[-1] is not None}
    assert len(got) == len(groups)
    order = [tuple(None if pd.isna(c) else c for c in cells) for cells in got[keys].itertuples(index=False)]
    assert set(order) == set(groups)
    # Missing keys first, then ascending.
    assert order == sorted(order, key=lambda cells: [(c is not None, c if c is not None else 0) for c in cells])
    for row, cells in enumerate(order):
        part = table.iloc[groups[cells]]["x"]
        assert got["nrow"][row] == len(groups[cells])
        for name, aggregate in AGGREGATES.items():
            if part.notna().sum() == 0:
                assert pd.isna(got[name + "_x"][row]) or got[name + "_x"][row] == 0
                continue
            same_column([got[name + "_x"][row]], [aggregate(part)], 1e-7)


def test_group_by_with_missing_cells(both):
    table, frame = both
    got = download(frame.group_by("k").sum("x", na="all").get_frame())
    for key, total in zip(got["k"], got["sum_x"]):
        part = table[table["k"].isna() if pd.isna(key) else table["k"] == key]["x"]
        same_column([total], [part.sum(skipna=False)], 1e-8)


@pytest.mark.parametrize("keys", [["k"], ["i"], ["t"], ["k", "i"]], ids="+".join)
@pytest.mark.parametrize("kind", ["inner", "left", "right", "outer"])
def test_merge(both, keys, kind):
    table, frame = both
    left = table[keys + ["x"]].iloc[:300].reset_index(drop=True)
    right = table[keys + ["one", "s"]].iloc[::3].iloc[:60].reset_index(drop=True)
    if len(table) == 0:
        return
    got = download(
        upload(left).merge(upload(right), all_x=kind in ("left", "outer"), all_y=kind in ("right", "outer"), by_x=keys, by_y=keys)
    )
    # Missing keys have no partners: pandas is given keys that have none.
    alone = {"l": left.copy(), "r": right.copy()}
    for side, rows in alone.items():
        for key in keys:
            cells = [f"{side}{n}" if pd.isna(c) else c for n, c in enumerate(rows[key])]
            rows[key] = pd.Series(cells, dtype=object)
    wanted = alone["l"].merge(alone["r"], on=keys, how=kind)
    for key in keys:
        wanted[key] = [None if isinstance(c, str) and c[1:].isdigit() else c for c in wanted[key]]

    def rows_of(rows):
        cells = rows[keys + ["x", "one", "s"]].itertuples(index=False)
        return sorted(tuple("" if pd.isna(c) else str(c) for c in row) for row in cells)

    assert rows_of(got) == rows_of(wanted)


@pytest.mark.parametrize("by", [["i"], ["x"], ["t", "i"], ["i", "x", "t"]], ids="+".join)
@pytest.mark.parametrize("descending", [False, True])
def test_sort(both, by, descending):
    table, frame = both
    ascending = [not descending] + [True] * (len(by) - 1)
    got = download(frame.sort(by, ascending=ascending))
    wanted = table
    for key, up in list(zip(by, ascending))[::-1]:
        wanted = wanted.sort_values(key, ascending=up, na_position="first", kind="mergesort")
    same_table(got, wanted)


def test_pivot(both):
    table, frame = both
    wanted = table[["i", "k", "x"]].dropna().drop_duplicates(["i", "k"]).reset_index(drop=True)
    if wanted["k"].nunique() < 2:
        return
    got = download(upload(wanted).pivot(index="i", column="k", value="x"))
    pivoted = wanted.pivot(index="i", columns="k", values="x")
    same_column(got["i"], pivoted.index)
    assert list(got.columns[1:]) == list(pivoted.columns)
    for name in pivoted.columns:
        same_column(got[name], pivoted[name])


@pytest.mark.parametrize("skip", [False, True])
def test_melt(both, skip):
    table, frame = both
    got = download(frame[["k", "x", "i"]].melt(id_vars=["k"], value_vars=["x", "i"], skipna=skip))
    rows = [(k, name, value) for k, x, i in table[["k", "x", "i"]].itertuples(index=False) for name, value in (("x", x), ("i", i))]
    if skip:
        rows = [row for row in rows if not pd.isna(row[2])]
    same_table(got, pd.DataFrame(rows, columns=["k", "variable", "value"]))


def test_quantiles(both):
    table, frame = both
    cells = table["x"].dropna()
    if len(cells) == 0:
        return
    probabilities = [0, 0.01, 0.25, 0.5, 0.9, 1]
    for method, name in (("interpolate", "linear"), ("low", "lower"), ("high", "higher"), ("average", "midpoint")):
        got = download(frame["x"].quantile(probabilities, combine_method=method))
        same_column(got["xQuantiles"], np.quantile(cells, probabilities, method=name))


@pytest.mark.parametrize("name", ["cumsum", "cummax", "cummin", "cumprod"])
@pytest.mark.parametrize("filled", [False, True])
def test_running(both, name, filled):
    table, frame = both
    cells = (table["x"].fillna(1) if filled else table["x"]) / 100
    given = frame["x"]
    if filled:
        given[given.isna(), 0] = 1
    got = download(getattr(given / 100, name)())
    wanted = getattr(cells, name)(skipna=False)
    if name == "cumprod":
        got, wanted = got.iloc[:40], wanted.iloc[:40]
    same_column(got.iloc[:, 0], wanted, 1e-8)


def test_unique_and_table(both):
    table, frame = both
    for name in ("i", "k", "t"):
        present = sorted(table[name].dropna().unique())
        unique = download(frame[name].unique()).iloc[:, 0]
        assert sorted(unique.dropna()) == present
        counts = download(frame[name].table())
        assert counts.iloc[:, 0].tolist() == present
        assert counts.iloc[:, 1].tolist() == table[name].value_counts().sort_index().tolist()
    pairs = download(frame[["k", "i"]].table())
    wanted = table.groupby(["k", "i"]).size()
    assert pairs.iloc[:, 2].tolist() == wanted.tolist()


@pytest.mark.parametrize("up", [True, False])
def test_rank_within_group(both, up):
    table, frame = both
    ranked = download(frame.rank_within_group_by(["k"], ["i"], ascending=[up], new_col_name="rank"))
    order = table.reset_index().sort_values("i", ascending=up, kind="mergesort", na_position="first")
    order = order[order["i"].notna()]
    order["rank"] = order.groupby(order["k"].fillna("?")).cumcount() + 1.0
    wanted = table.assign(rank=order.set_index("index")["rank"])

    def rows_of(rows):
        return sorted(tuple("" if pd.isna(c) else str(c) for c in row) for row in rows.itertuples(index=False))

    assert rows_of(ranked) == rows_of(wanted)


@pytest.mark.parametrize("most", [1, 2, 100])
def test_fillna_and_difference(both, most):
    table, frame = both
    numbers = ["i", "x"]
    same_table(
        download(frame[numbers].fillna("forward", 0, most)).set_axis(numbers, axis=1), table[numbers].ffill(limit=most)
    )
    same_table(
        download(frame[numbers].fillna("backward", 0, most)).set_axis(numbers, axis=1), table[numbers].bfill(limit=most)
    )
    same_column(download(frame["x"].difflag1()).iloc[:, 0], table["x"].diff())


def test_statistics(both):
    table, frame = both
    x = table["x"]
    if x.notna().sum() < 3:
        return
    assert frame["x"].sum() == pytest.approx(x.sum())
    assert frame["x"].mean(skipna=True, return_frame=False)[0] == pytest.approx(x.mean())
    assert frame["x"].sd(na_rm=True)[0] == pytest.approx(x.std(ddof=1))
    assert frame["x"].median(na_rm=True)[0] == pytest.approx(x.median())
    scaled = download(frame["x"].scale())
    same_column(scaled["x"], (x - x.mean()) / x.std(ddof=1), 1e-7)
    whole = table[["i", "x"]].dropna()
    for use, pandas in ((frame.cor, whole.corr), (frame.var, whole.cov)):
        got = download(frame[["i", "x"]].cor(use="complete.obs") if use == frame.cor else frame[["i", "x"]].var(use="complete.obs"))
        assert np.allclose(got.to_numpy(float), pandas().to_numpy(), rtol=1e-9)
    # The powers are averaged over all rows: compared where none is missing.
    full = upload(table[["x"]].dropna().reset_index(drop=True))
    d = x.dropna() - x.mean()
    assert full["x"].skewness()[0] == pytest.approx((d**3).mean() / (d**2).mean() ** 1.5)
    assert full["x"].kurtosis()[0] == pytest.approx((d**4).mean() / (d**2).mean() ** 2)


def test_rows_and_choices(both):
    table, frame = both
    same_table(download(frame[frame["x"] > 0, :]), table[table["x"] > 0])
    same_table(download(frame.na_omit()), table.iloc[0:0])
    same_table(download(frame[["i", "x", "k"]].na_omit()), table[["i", "x", "k"]].dropna())
    same_table(download(frame.drop_duplicates(["k", "i"])), table.drop_duplicates(["k", "i"]))
    same_table(download(frame.drop_duplicates(["k", "i"], keep="last")), table.drop_duplicates(["k", "i"], keep="last"))
    same_column(download(frame["k"].isin(["a", "c"])).iloc[:, 0], table["k"].isin(["a", "c"]).astype(float))
    same_column(download(frame["s"].toupper()).iloc[:, 0], table["s"].str.upper())
    same_column(download(frame["s"].nchar()).iloc[:, 0], table["s"].str.len())
    same_column(download(frame["t"].day()).iloc[:, 0], pd.to_datetime(table["t"], unit="ms").dt.day)
    chosen = (frame["x"] > 0).ifelse(frame["i"], frame["x"])
    wanted = np.where(table["x"].isna(), np.nan, np.where(table["x"] > 0, table["i"], table["x"]))
    same_column(download(chosen).iloc[:, 0], wanted)
    same_table(download(frame[["i", "k"]].rbind(frame[["i", "k"]])), pd.concat([table[["i", "k"]]] * 2))
    same_table(download(frame[["x"]].cbind(frame["i"])), table[["x", "i"]])


def test_predictions_beside_actuals(server):
    table = random_table(5, 200)
    table["x"] = table["x"].fillna(0)
    frame = upload(table)
    model = h2o.estimators.H2ODeepLearningEstimator(hidden=[3], epochs=1, seed=1)
    model.train(x=["i", "k"], y="x", training_frame=frame)
    predicted = model.predict(frame)
    got = model.predicted_vs_actual_by_variable(frame, predicted, "k", use_pandas=True)
    rows = table.assign(predict=download(predicted)["predict"])
    wanted = rows.groupby(rows["k"].fillna(""))[["predict", "x"]].mean()
    assert got["predict"].tolist() == pytest.approx(wanted["predict"].tolist(), rel=1e-9)
    assert got["actual"].tolist() == pytest.approx(wanted["x"].tolist(), rel=1e-9)
    with pytest.raises(h2o.exceptions.H2OResponseError, match="categorical"):
        model.predicted_vs_actual_by_variable(frame, predicted, "i")
