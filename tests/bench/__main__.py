"""`make bench`: the product, the bare relays and the peers under the same loads, in one run.

`python -m tests.bench --quick` takes about three minutes; `--targets one_hop,two_hop_mux` picks
among them.
"""

import argparse
import json
import os
import platform
import signal
import sys
from collections import defaultdict
from statistics import mean

from tests.bench.peers import LiteLLM, Portkey
from tests.bench.process import CACHE, CORES, DRIVER_CORE, BenchError, Process, free_port
from tests.bench.product import Tollgate
from tests.bench.report import FLOORS, PRODUCT, Results, render
from tests.bench.scenarios import FULL, QUICK, WARM_UP, Figures, Scenario, measure
from tests.bench.targets import Direct, OneHop, Target, TwoHop

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Direct(),
        OneHop(),
        TwoHop("two_hop_rpc", "two_hop_rpc"),
        TwoHop("two_hop_mux", "two_hop_mux"),
        TwoHop("two_hop_mux_2ms", "two_hop_mux", batch_ms=2.0),
        Tollgate(),
        Portkey(),
        LiteLLM(),
    )
}
DEFAULT_TARGETS = [name for name in TARGETS if name != "two_hop_mux_2ms"]
REQUIRED = ("direct", *FLOORS, PRODUCT)


def visit(
    target: Target, upstream: Process, port: int, loads: tuple[Scenario, ...], *, quick: bool
) -> Figures:
    """One target, from its start to its stop; of a load that comes twice, the mean."""
    try:
        endpoint = target.start(port)
        for scenario in WARM_UP:
            measure(scenario, endpoint, target, upstream)
        seen: dict[str, list[float]] = defaultdict(list)
        for scenario in loads:
            if scenario.provider in endpoint.models:
                for name, value in measure(scenario, endpoint, target, upstream).items():
                    seen[name].append(value)
        figures = {name: mean(values) for name, values in seen.items()}
        figures |= target.own_figures(quick=quick)
    finally:
        target.stop()
    return figures | totals(figures)


def totals(figures: Figures) -> Figures:
    """What matters summed over the scenarios rather than for each."""

    def values(name: str) -> list[float]:
        return [value for key, value in figures.items() if key.endswith(f".{name}")]

    return {
        "missing": sum(values("lost")),
        "reordered": sum(values("reordered")),
        "failed": sum(values("failed")),
        "strangers_cores": max(values("strangers_cores")),
        "load_average": os.getloadavg()[0],
    }


def run(names: list[str], words: list[str], rounds: int, *, quick: bool) -> Results:
    """`words` choose the loads: those in whose name there is one of them."""
    figures: dict[str, dict[str, list[float]]] = {}
    failures: dict[str, str] = {}
    every = QUICK if quick else FULL
    loads = tuple(load for load in every if any(word in load.name for word in words))
    if not loads:
        raise SystemExit("--loads: no load has such a word in its name")
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.upstream", str(port)]
    upstream = Process("upstream", command, DRIVER_CORE)
    try:
        upstream.wait_for_port(port, 10)
        for round_number in range(1, rounds + 1):
            for name in names:
                if name in failures:
                    continue
                load_1m = os.getloadavg()[0]
                print(f"round {round_number}/{rounds}: {name} (load {load_1m:.1f})", flush=True)
                try:
                    seen = visit(TARGETS[name], upstream, port, loads, quick=quick)
                except BenchError as error:
                    print(f"    NOT MEASURED: {error}", flush=True)
                    failures[name] = str(error)
                    continue
                kept = figures.setdefault(name, defaultdict(list))
                for figure, value in seen.items():
                    kept[figure].append(value)
    finally:
        upstream.stop()
    return Results(figures, failures)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of short loads")
    parser.add_argument("--rounds", type=int, help="default: 3, or 1 with --quick")
    parser.add_argument(
        "--targets",
        type=lambda text: text.split(","),
        default=DEFAULT_TARGETS,
        help=f"of {','.join(TARGETS)}",
    )
    parser.add_argument(
        "--loads",
        type=lambda text: text.split(","),
        default=[""],
        help="only those with one of these in their name, such as heavy,_to_",
    )
    options = parser.parse_args()
    if unknown := set(options.targets) - set(TARGETS):
        parser.error(f"unknown targets: {', '.join(sorted(unknown))}")
    return options


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = arguments()
    rounds = options.rounds or (1 if options.quick else 3)
    load_before = os.getloadavg()
    results = run(options.targets, options.loads, rounds, quick=options.quick)
    machine = {
        "cores": len(CORES),
        "python": platform.python_version(),
        "system": platform.platform(),
        "load_before": load_before,
        "load_after": os.getloadavg(),
    }
    record = {
        "mode": "quick" if options.quick else "full",
        "rounds": rounds,
        "machine": machine,
        "figures": results.figures,
        "failures": results.failures,
    }
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE / "latest.json").write_text(json.dumps(record, indent=1))
    print(f"\n{json.dumps(machine)}\n\n{render(results)}\n")
    return 1 if any(name in results.failures for name in REQUIRED) else 0


if __name__ == "__main__":
    sys.exit(main())
