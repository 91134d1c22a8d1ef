#!/usr/bin/env python3
"""How fast are nets trained, beside PyTorch on the CPU and h2o, on the same MNIST files?

Samples per second of training alone, on 2 threads, ADADELTA (rho 0.99, epsilon 1e-8). Every figure is the best of
`--rounds`, and programs take turns, so that a busy machine hits all alike. Without PyTorch or h2o (make bench-peers)
only our figures are printed. `--scoring` trains our nets once more with scoring as by default (score_interval 5 s, at most a tenth
of the time, on 10,000 training and all test rows), and compares with that what the peers reach without: samples over the time
for training and scoring. `--cases` picks lines of the table. `--errors` adds the test error after 5 epochs (h2o takes some 15 minutes for that);
`--errors-only` prints nothing else.
"""

import argparse
import json
import os
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OURS = os.path.join(ROOT, "build/release/deeplearning_speed_ours")
MNIST = os.path.join(ROOT, "data/mnist")
SMALL = [200, 200]
LARGE = [1024, 1024, 2048]
INPUTS = 717  # pixels that are not constant


def operations(hidden):
    """Multiplications and additions per sample: forward, weight gradients, and deltas but for the first layer."""
    sizes = [INPUTS, *hidden, 10]
    products = [a * b for a, b in zip(sizes, sizes[1:])]
    return 6 * sum(products) - 2 * products[0]


def ours(threads, hidden, seconds, batch, **extra):
    settings = {"hidden": ",".join(map(str, hidden)), "mini_batch_size": batch, **extra}
    if seconds:
        settings |= {"max_runtime_secs": seconds, "epochs": 1e6}
    if hidden == LARGE:
        settings |= {"activation": "RectifierWithDropout", "input_dropout_ratio": 0.2}
    command = [OURS, str(threads), "train", MNIST, *(f"{k}={v}" for k, v in settings.items())]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


class Torch:
    def __init__(self, threads):
        import numpy
        import torch

        torch.set_num_threads(threads)
        self.torch = torch
        data = {}
        for part in ("train", "test"):
            cells = numpy.loadtxt(os.path.join(MNIST, part + ".csv.gz"), delimiter=",", dtype=numpy.float32)
            data[part] = (cells[:, :784], cells[:, 784].astype(numpy.int64))
        x = data["train"][0]
        used = x.std(axis=0) > 0
        mean, sd = x[:, used].mean(axis=0), x[:, used].std(axis=0)
        self.data = {part: (torch.from_numpy((x[:, used] - mean) / sd), torch.from_numpy(y))
                     for part, (x, y) in data.items()}

    def train(self, hidden, batch, seconds=0, epochs=0, seed=1):
        torch = self.torch
        torch.manual_seed(seed)
        x, y = self.data["train"]
        layers, width = [], x.shape[1]
        if hidden == LARGE:
            layers.append(torch.nn.Dropout(0.2))
        for size in hidden:
            layers += [torch.nn.Linear(width, size), torch.nn.ReLU()]
            if hidden == LARGE:
                layers.append(torch.nn.Dropout(0.5))
            width = size
        net = torch.nn.Sequential(*layers, torch.nn.Linear(width, 10))
        optimizer = torch.optim.Adadelta(net.parameters(), lr=1.0, rho=0.99, eps=1e-8)
        loss = torch.nn.CrossEntropyLoss()
        samples, spent, begin = 0, 0.0, None
        while True:
            order = torch.randperm(len(x))
            for i in range(0, len(x), batch):
                rows = order[i:i + batch]
                optimizer.zero_grad()
                loss(net(x[rows]), y[rows]).backward()
                optimizer.step()
                samples += len(rows)
                if begin is None:  # the first step warms up
                    begin, samples = time.perf_counter(), 0
                spent = time.perf_counter() - begin
                if seconds and spent > seconds:
                    return {"samples_per_second": samples / spent}
            epochs -= 1
            if not seconds and epochs <= 0:
                break
        net.eval()
        xt, yt = self.data["test"]
        with torch.no_grad():
            error = (net(xt).argmax(1) != yt).float().mean().item()
        return {"samples_per_second": samples / spent, "error": error}


class H2o:
    def __init__(self, threads):
        import warnings

        import h2o
        from h2o.backend import H2OLocalServer

        warnings.filterwarnings("ignore")  # it names the constant columns each time
        self.h2o = h2o
        # A server of our own: one that happens to run here is neither measured nor shut down.
        self.server = H2OLocalServer.start(nthreads=threads, max_mem_size=6 << 30, verbose=False)
        h2o.connect(server=self.server, verbose=False)
        h2o.no_progress()
        self.frames = {}
        for part in ("train", "test"):
            frame = h2o.import_file(os.path.join(MNIST, part + ".csv.gz"), header=-1)
            frame["C785"] = frame["C785"].asfactor()
            self.frames[part] = frame

    def train(self, hidden, batch, seconds=0, epochs=0, seed=1):
        from h2o.estimators import H2ODeepLearningEstimator

        dropout = {"activation": "RectifierWithDropout", "input_dropout_ratio": 0.2} if hidden == LARGE else {}
        model = H2ODeepLearningEstimator(
            hidden=hidden, mini_batch_size=batch, epochs=epochs or 1e4, max_runtime_secs=seconds, seed=seed,
            score_interval=1e6, overwrite_with_best_model=False, stopping_rounds=0, variable_importances=False,
            **dropout)
        model.train(y="C785", training_frame=self.frames["train"])
        history = model.scoring_history()
        speed = history["training_speed"][len(history) - 1]
        result = {"samples_per_second": float(str(speed).split()[0])}
        if not seconds:
            result["error"] = model.model_performance(self.frames["test"]).confusion_matrix().as_data_frame()["Error"].iloc[-1]
        return result

    def close(self):
        self.h2o.connection().close()
        self.server.shutdown()


def available(peer, threads):
    try:
        return peer(threads)
    except ImportError:
        print(f"{peer.__name__}: not installed (make bench-peers)")
        return None


def print_errors(threads, torch, h2o):
    print("\ntest error after 5 epochs, small net, batch 32", flush=True)

    def show(name, run, seeds, note=""):
        errors = [f"{100 * run(seed)['error']:.2f}" for seed in seeds]
        print(f"  {name:<8} {'  '.join(errors)} % {note}", flush=True)

    show("ours", lambda seed: ours(threads, SMALL, 0, 32, epochs=5, seed=seed), (1, 2, 3))
    show("ours", lambda seed: ours(threads, SMALL, 0, 0, epochs=5, seed=seed), (1, 2, 3), "(batch chosen by the engine)")
    if torch:
        show("PyTorch", lambda seed: torch.train(SMALL, 32, epochs=5, seed=seed), (1, 2, 3))
    if h2o:
        show("h2o", lambda seed: h2o.train(SMALL, 32, epochs=5, seed=seed), (1,))


def main():
    small = os.environ.get("SIZE") == "small"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1 if small else 4)
    parser.add_argument("--rounds", type=int, default=1 if small else 2)
    parser.add_argument("--errors", action="store_true", help="test errors after 5 epochs, too")
    parser.add_argument("--errors-only", action="store_true")
    parser.add_argument("--scoring", action="store_true", help="our nets with scoring, too")
    parser.add_argument("--cases", help="numbers of lines of the table, from 0")
    parser.add_argument("--no-h2o", action="store_true")
    arguments = parser.parse_args()
    threads, seconds = arguments.threads, arguments.seconds

    torch = available(Torch, threads)
    h2o = None if arguments.no_h2o else available(H2o, threads)
    if arguments.errors_only:
        print_errors(threads, torch, h2o)
        if h2o:
            h2o.close()
        return
    nets = {"small": SMALL, "large": LARGE}
    # (net, batch, extra settings, required ratio to PyTorch, to h2o)
    cases = [("small", 1, {}, 10, 20), ("small", 1, {"reproducible": "true"}, None, None),
             ("small", 32, {}, 3, 100), ("small", 32, {"reproducible": "true"}, None, None),
             ("small", 128, {}, 1.5, None), ("large", 128, {}, 1.2, None)]
    best = {}

    def keep(key, value):
        best[key] = max(best.get(key, 0), value)

    picked = [int(c) for c in arguments.cases.split(",")] if arguments.cases else range(len(cases))
    for _ in range(arguments.rounds):
        output = subprocess.run([OURS, str(threads), "peak", MNIST], check=True, capture_output=True, text=True).stdout
        keep("peak", json.loads(output)["gflops"])
        for case in picked:
            net, batch, extra, to_torch, to_h2o = cases[case]
            keep((case, "ours"), ours(threads, nets[net], seconds, batch, **extra)["samples_per_second"])
            if arguments.scoring:
                scored = ours(threads, nets[net], max(12, seconds), batch, score_interval=5, stopping_rounds=5, **extra)
                keep((case, "scored"), scored["with_scoring"])
            if torch and to_torch:
                keep((case, "torch"), torch.train(nets[net], batch, seconds)["samples_per_second"])
            if h2o and to_h2o:
                keep((case, "h2o"), h2o.train(nets[net], batch, max(20, seconds))["samples_per_second"])

    print(f"SGEMM peak (OpenBLAS, {threads} threads): {best['peak']:.0f} GFLOPS")
    print(f"{'net':<7}{'batch':>6}  {'':<13}{'samples/s':>10}{'% of peak':>10}{'PyTorch':>10}{'ratio':>7}{'bar':>6}"
          f"{'h2o':>8}{'ratio':>7}{'bar':>5}")
    for case in picked:
        net, batch, extra, to_torch, to_h2o = cases[case]
        speed = best[case, "ours"]
        line = f"{net:<7}{batch:>6}  {'reproducible' if extra else '':<13}{speed:>10,.0f}"
        line += f"{speed * operations(nets[net]) / best['peak'] / 1e7:>9.0f} %"
        for peer, bar, width in (("torch", to_torch, 10), ("h2o", to_h2o, 8)):
            if (case, peer) in best:
                line += f"{best[case, peer]:>{width},.0f}{speed / best[case, peer]:>7.1f}{bar:>6}"
        print(line)
        if arguments.scoring:
            scored = best[case, "scored"]
            ratios = [f"{scored / best[case, peer]:.1f} times {peer} (bar {bar})"
                      for peer, bar in (("torch", to_torch), ("h2o", to_h2o)) if (case, peer) in best]
            print(f"{'':<15}{'with scoring':<13}{scored:>10,.0f}  {', '.join(ratios)}")

    if arguments.errors:
        print_errors(threads, torch, h2o)
    if h2o:
        h2o.close()


if __name__ == "__main__":
    main()
