"""Contiguous zones of balanced load on generated clients: inertia, certificate, deviation and contiguity breaks.

`--size n/k/tolerance`, several with commas; `n/k/tolerance/value` adds a second metric with that tolerance. Contiguity
is on the Delaunay graph. Cost is inertia in load × km²; references are the best values of the first sketch at seed 1.
Peers run on the same clients, each in a process of its own for 60 CPU seconds at most (`peers_zones.py`), above
200,000 accounts only with `--peers`. `--seeds 5` goes through five seeds from `--seed` on.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay

from benchmarks.contract import OURS, Options, Row, peak_mb
from clustering import Tolerance, ZonePlan, ZoneProblem, build_zones, check_zones
from geo.limits import Limits

DEFAULT_SIZES = "2000/20/0.05,10000/100/0.05,100000/1000/0.05"
REFERENCES = {(2_000, 20, 0.05): 4.01e6, (10_000, 100, 0.05): 4.61e6, (100_000, 1_000, 0.05): 5.30e6}
PEER_BUDGET_S = 60.0  # CPU seconds
PEERS_UP_TO = 200_000  # accounts; above, only with --peers
CHECK_UP_TO = 200_000  # accounts; above, only the figures of this file are checked


@dataclass(frozen=True, slots=True, eq=False)
class Clients:
    """Generated clients: places in km, load (n,) or (n, 2)."""

    name: str
    xy_km: NDArray[np.float64]
    load: NDArray[np.float64]
    zones: int
    tolerance: tuple[float, ...]
    graph: csr_array

    @property
    def main_load(self) -> NDArray[np.float64]:
        return self.load.reshape(len(self.load), -1)[:, 0]


def generate(n: int, seed: int, sigma: float = 1.0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places in km and load: three in four in towns of Zipf sizes, the rest anywhere, on 500 × 500 km."""
    side_km = 500.0
    rng = np.random.default_rng(seed)
    towns = max(10, n // 150)
    centre = rng.uniform(0, side_km, (towns, 2))
    part = 1 / np.arange(1, towns + 1) ** 0.8
    part /= part.sum()
    urban = int(0.75 * n)
    town = rng.choice(towns, urban, p=part)
    radius = 2 + 12 * np.sqrt(part[town] / part[0])
    in_town = centre[town] + rng.normal(0, 1, (urban, 2)) * radius[:, None]
    rural = rng.uniform(0, side_km, (n - urban, 2))
    xy_km = np.clip(np.vstack([in_town, rural]), 0, side_km) + rng.normal(0, 1e-3, (n, 2))
    load = np.exp(rng.normal(0, sigma, n))
    order = rng.permutation(n)
    return np.ascontiguousarray(xy_km[order]), load[order]


def delaunay_graph(xy: NDArray[np.float64]) -> csr_array:
    first, near = Delaunay(xy).vertex_neighbor_vertices
    return csr_array((np.ones(len(near), np.int8), near, first), shape=(len(xy), len(xy)))


def make_clients(size: str, seed: int) -> Clients:
    """Clients of the size "n/k/tolerance" or "n/k/tolerance/value tolerance"."""
    try:
        words = size.split("/")
        n, zones, tolerance = int(words[0]), int(words[1]), tuple(float(word) for word in words[2:])
        if len(tolerance) not in (1, 2) or n < zones:
            raise ValueError(size)
    except (ValueError, IndexError) as fault:
        raise ValueError(f"--size must look like 2000/20/0.05 or 10000/100/0.05/0.1, got {size!r}") from fault
    xy_km, load = generate(n, seed)
    if len(tolerance) == 2:
        value = load * np.exp(np.random.default_rng(seed + 1000).normal(0, 0.5, n))
        load = np.column_stack([load, value])
    return Clients(size, xy_km, load, zones, tolerance, delaunay_graph(xy_km))


def inertia(clients: Clients, zone: NDArray[np.int32]) -> float:
    """Load × squared km to the zone's load-weighted mean, from the labels alone."""
    weight = clients.main_load
    total = np.maximum(np.bincount(zone, weight, clients.zones), 1e-300)
    cost = 0.0
    for axis in (0, 1):
        mean = np.bincount(zone, weight * clients.xy_km[:, axis], clients.zones) / total
        cost += float(weight @ (clients.xy_km[:, axis] - mean[zone]) ** 2)
    return cost


def deviations(clients: Clients, zone: NDArray[np.int32]) -> tuple[list[float], int]:
    """The largest deviation of each metric, and how many zones are out of tolerance."""
    loads = clients.load.reshape(len(clients.load), -1)
    off = [np.abs(np.bincount(zone, metric, clients.zones) / (metric.sum() / clients.zones) - 1) for metric in loads.T]
    out = np.any([o > t + 1e-9 for o, t in zip(off, clients.tolerance, strict=True)], axis=0)
    return [float(o.max()) for o in off], int(out.sum())


def breaks(clients: Clients, zone: NDArray[np.int32]) -> int:
    """Accounts outside the largest connected part of their zone."""
    graph = clients.graph.tocoo()
    inside = zone[graph.row] == zone[graph.col]
    kept = csr_array((graph.data[inside], (graph.row[inside], graph.col[inside])), shape=graph.shape)
    _, part = connected_components(kept, directed=False)
    size = np.bincount(part)
    largest = np.zeros(clients.zones, np.int64)
    np.maximum.at(largest, zone, size[part])
    return int(len(zone) - largest.sum())


def judge(clients: Clients, zone: NDArray[np.int32], extra: str = "") -> tuple[float, bool, str]:
    """Inertia, whether every zone is in tolerance and whole, and the figures in words."""
    off, out = deviations(clients, zone)
    cut_off = breaks(clients, zone)
    shown = " and ".join(f"{100 * value:.2f} %" for value in off)
    why = f"deviation {shown}, {out} zones out, {cut_off} breaks{extra}"
    return inertia(clients, zone), out == 0 and cut_off == 0, why


def to_problem(clients: Clients) -> ZoneProblem:
    band = Tolerance(clients.tolerance if len(clients.tolerance) > 1 else clients.tolerance[0])
    return ZoneProblem(clients.xy_km * 1000, clients.load, clients.zones, band, neighbours=clients.graph)


def solve(clients: Clients, options: Options, seed: int) -> Row:
    problem = to_problem(clients)
    limits = Limits(cpu_s=options.budget_s) if options.budget_s else Limits()
    cpu, wall = time.process_time(), time.perf_counter()
    plan = build_zones(problem, limits=limits)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    memory = peak_mb()
    cost, fine, why = judge(clients, plan.zone, f", certificate {100 * plan.certificate.gap:.3f} %")
    faults = _faults(clients, problem, plan, cost)
    n = len(clients.xy_km)
    key = (n, clients.zones, clients.tolerance[0])
    known = REFERENCES.get(key) if seed == 1 and len(clients.tolerance) == 1 else None
    return Row(
        _named(clients, seed),
        n,
        cost,
        known,
        fine and not faults,
        "; ".join([why, *faults]),
        cpu,
        wall,
        1,
        OURS,
        memory,
    )


def _faults(clients: Clients, problem: ZoneProblem, plan: ZonePlan, cost: float) -> list[str]:
    claimed = plan.certificate.cost / 1e6
    faults = [] if abs(cost / claimed - 1) < 1e-6 else [f"the plan claims a cost of {claimed:.6g}"]
    if plan.certificate.lower_bound > plan.certificate.cost:
        faults.append("the bound is above the cost")
    return faults + (check_zones(problem, plan) if len(clients.xy_km) <= CHECK_UP_TO else [])


def warm_up() -> None:
    """Load the compiled code, which is not counted."""
    for size in ("600/5/0.05", "600/5/0.05/0.1"):
        build_zones(to_problem(make_clients(size, 9)), limits=Limits(iterations=1))


def run(options: Options) -> Iterator[Row]:
    """Ours and the peers on each size, one after the other in one process."""
    from benchmarks.peers_zones import PEERS

    started = time.process_time()
    warm_up()
    print(f"zones: compiled code ready after {time.process_time() - started:.1f} s CPU, not counted below")
    for size in (options.size or DEFAULT_SIZES).split(","):
        for seed in range(options.seed, options.seed + options.seeds):
            clients = make_clients(size, seed)
            yield solve(clients, options, seed)
            if len(clients.xy_km) > PEERS_UP_TO and not options.peers:
                print(f"zones: {clients.name}: peers left out above {PEERS_UP_TO:,} accounts; --peers runs them")
                continue
            for name, peer in PEERS.items():
                row = _peer_row(clients, name, peer.missing(), seed)
                if isinstance(row, Row):
                    yield row
                else:
                    print(f"zones: {name} left out: {row}")


def _peer_row(clients: Clients, name: str, missing: str | None, seed: int) -> Row | str:
    from benchmarks.peers_zones import answer

    if len(clients.tolerance) > 1:
        return "one metric only"
    if missing is not None:
        return missing
    n, tolerance = len(clients.xy_km), clients.tolerance[0]
    found = answer(name, PEER_BUDGET_S, clients.xy_km, clients.main_load, clients.zones, tolerance, clients.graph)
    took = found.cpu_s, found.wall_s, 1, name, found.peak_mb
    if found.zone is None:
        return Row(_named(clients, seed), n, None, None, False, found.why, *took)
    cost, fine, why = judge(clients, found.zone)
    return Row(_named(clients, seed), n, cost, None, fine, why, *took)


def _named(clients: Clients, seed: int) -> str:
    return clients.name if seed == 1 else f"{clients.name} seed {seed}"
