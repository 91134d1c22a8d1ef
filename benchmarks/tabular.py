"""Data sets of rows and columns, and the nets of thalweg and h2o on the same files: what parity_h2o.py and airlines.py share."""

import collections
import csv
import dataclasses
import gzip
import io
import json
import math
import os
import statistics
import subprocess
import zipfile

import numpy

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
THALWEG = os.path.join(ROOT, "build/release/thalweg")


@dataclasses.dataclass
class Task:
    """A data set and what to predict of it. Columns that are not in `categories` are numbers."""
    name: str
    file: str
    response: str
    columns: list  # the predictors, in this order
    categories: set
    kind: str  # binomial, multinomial or regression
    names: list = None  # of all columns of the file, where it has no header
    separator: str = ","


ADULT = ("age workclass fnlwgt education education_num marital_status occupation relationship race sex capital_gain "
         "capital_loss hours_per_week native_country income").split()
AIRLINES = Task(
    "airlines", "airlines/allyears2k_headers.zip", "IsDepDelayed",
    # Known before departure; TailNum is missing in the first years.
    ["Year", "Month", "DayofMonth", "DayOfWeek", "CRSDepTime", "CRSArrTime", "UniqueCarrier", "FlightNum", "CRSElapsedTime",
     "Origin", "Dest", "Distance"],
    {"UniqueCarrier", "Origin", "Dest"}, "binomial")
TASKS = [
    Task("prostate", "prostate/prostate.csv", "CAPSULE", ["AGE", "RACE", "DPROS", "DCAPS", "PSA", "VOL", "GLEASON"],
         {"RACE", "DPROS", "DCAPS"}, "binomial"),
    Task("iris", "iris/iris_wheader.csv", "class", ["sepal_len", "sepal_wid", "petal_len", "petal_wid"], set(), "multinomial"),
    Task("cars", "cars/cars.csv", "economy (mpg)",
         ["cylinders", "displacement (cc)", "power (hp)", "weight (lb)", "0-60 mph (s)", "year"], set(), "regression"),
    AIRLINES,
    Task("covtype", "misc/covtype.20k.data.gz", "C55", [f"C{i}" for i in range(1, 55)], set(), "multinomial",
         names=[f"C{i}" for i in range(1, 56)]),
    Task("housing", "misc/cal_housing.data.gz", "medianHouseValue",
         ["longitude", "latitude", "housingMedianAge", "totalRooms", "totalBedrooms", "population", "households",
          "medianIncome"], set(), "regression"),
    Task("adult", "misc/adult.gz", "income", ADULT[:-1],
         {"workclass", "education", "marital_status", "occupation", "relationship", "race", "sex", "native_country"},
         "binomial", names=ADULT, separator=" "),
]
MISSING = {"", "NA", "?"}


def read(task, data):
    """The rows that have a response: predictors, then the response; missing cells are empty."""
    path = os.path.join(data, task.file)
    if path.endswith(".zip"):
        with zipfile.ZipFile(path) as archive:
            text = archive.read(archive.namelist()[0]).decode("latin1")
    else:
        with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="latin1") as file:
            text = file.read()
    rows = list(csv.reader(io.StringIO(text), delimiter=task.separator))
    names = task.names or rows.pop(0)
    places = [names.index(name) for name in [*task.columns, task.response]]
    rows = [["" if row[i] in MISSING else row[i] for i in places] for row in rows if row]
    return [row for row in rows if row[-1]]


def write(task, path, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([[*task.columns, task.response], *rows])
    return path


def labels(task, rows):
    return sorted({row[-1] for row in rows})


def scores(task, levels, actual, probabilities=None, predicted=None):
    """What the predictions are worth: `probabilities` by level, or `predicted` numbers; `actual` as text."""
    if task.kind == "regression":
        errors = numpy.asarray(predicted) - numpy.array(actual, float)
        return {"RMSE": float(numpy.sqrt((errors**2).mean())), "MAE": float(abs(errors).mean())}
    y = numpy.array([levels.index(label) for label in actual])
    p = numpy.column_stack([numpy.asarray(probabilities[level], float) for level in levels])
    logloss = -numpy.log(numpy.clip(p[numpy.arange(len(y)), y], 1e-15, 1)).mean()
    if task.kind == "multinomial":
        return {"logloss": float(logloss), "error": float((p.argmax(1) != y).mean())}
    return {"logloss": float(logloss), "AUC": auc(y == 1, p[:, 1])}


def auc(positive, score):
    _, ranks, counts = numpy.unique(score, return_inverse=True, return_counts=True)
    middle = counts.cumsum() - (counts - 1) / 2
    n = positive.sum()
    return float((middle[ranks][positive].sum() - n * (n + 1) / 2) / (n * (len(positive) - n)))


def ours(task, levels, folder, train, test, actual, options):
    """Trains on the file `train`; the scores on the file `test`, and the report under ".report"."""
    model, output, report = (os.path.join(folder, name) for name in ("model.thalweg", "predictions.csv", "report.json"))
    settings = [str(word) for name, value in options.items() for word in ("--" + name, value)]
    types = ",".join([*(f"{name}=enum" for name in sorted(task.categories)),
                      *(f"{name}=real" for name in task.columns if name not in task.categories)])
    subprocess.run([THALWEG, "train", "deeplearning", "--training_frame", train, "--response_column", task.response,
                    "--response_type", "real" if task.kind == "regression" else "enum", "--column_types", types,
                    "--model", model, "--report", report, "--quiet", *settings], check=True, capture_output=True)
    subprocess.run([THALWEG, "predict", "--model", model, "--frame", test, "--column_types", types, "--output", output, "--quiet"],
                   check=True, capture_output=True)
    columns = collections.defaultdict(list)
    with open(output, newline="") as file:
        for row in csv.DictReader(file):
            for name, value in row.items():
                columns[name].append(value)
    with open(report) as file:
        result = {".report": json.load(file)}
    if task.kind == "regression":
        return result | scores(task, levels, actual, predicted=numpy.array(columns["predict"], float))
    return result | scores(task, levels, actual, probabilities=columns)


class H2o:
    """A server of our own: one that happens to run here is neither used nor shut down."""

    def __init__(self, threads):
        import warnings

        import h2o
        from h2o.backend import H2OLocalServer

        warnings.filterwarnings("ignore")
        self.h2o = h2o
        self.server = H2OLocalServer.start(nthreads=threads, max_mem_size=6 << 30, verbose=False)
        h2o.connect(server=self.server, verbose=False)
        h2o.no_progress()

    def frame(self, task, path):
        categories = task.categories | (set() if task.kind == "regression" else {task.response})
        types = {name: "enum" if name in categories else "numeric" for name in [*task.columns, task.response]}
        return self.h2o.import_file(path, header=1, sep=",", col_types=types)

    def run(self, task, levels, train, test, actual, options):
        """Trains on the file `train`; the scores on the file `test`, and what h2o says of the training under ".history"."""
        from h2o.estimators import H2ODeepLearningEstimator

        frames = [self.frame(task, path) for path in (train, test)]
        model = H2ODeepLearningEstimator(**options)
        model.train(y=task.response, x=task.columns, training_frame=frames[0])
        columns = model.predict(frames[1]).as_data_frame(use_multi_thread=False)
        history = model.scoring_history()
        result = {".history": json.loads(history.to_json(orient="records"))}
        self.h2o.remove_all()
        if task.kind == "regression":
            return result | scores(task, levels, actual, predicted=columns["predict"].to_numpy())
        # Classes that are numbers have a p before them.
        probabilities = {level: columns[level if level in columns else "p" + level] for level in levels}
        return result | scores(task, levels, actual, probabilities=probabilities)

    def close(self):
        self.h2o.connection().close()
        self.server.shutdown()


class Peer:
    """h2o, started when it is first asked for. Says so where it is not installed, and turns it off."""

    def __init__(self, arguments):
        self.threads, self.h2o = arguments.threads, None
        try:
            import h2o as _  # noqa: F401
        except ImportError:
            print("h2o: not installed (make bench-peers)")
            arguments.no_h2o = True

    def __call__(self):
        self.h2o = self.h2o or H2o(self.threads)
        return self.h2o

    def close(self):
        if self.h2o:
            self.h2o.close()


class Kept:
    """h2o's figures, in a file where one is named."""

    def __init__(self, path):
        self.path, self.values = path, {}
        if path and os.path.exists(path):
            with open(path) as file:
                self.values = json.load(file)

    def get(self, key, compute):
        if key not in self.values:
            self.values[key] = compute()
            if self.path:
                with open(self.path, "w") as file:
                    json.dump(self.values, file)
        return self.values[key]


def mean_and_error(values):
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return statistics.mean(values), error
