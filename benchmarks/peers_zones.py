"""What others offer for balanced zones, run on the same clients; a peer that is not installed is named and left out."""

import importlib
import importlib.util
import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import KDTree

Floats = NDArray[np.float64]
Zones = NDArray[np.int32]
Divide = Callable[[Floats, Floats, int, float, csr_array, float], Zones]  # the last: CPU clock to be ready by
MOST_MEMORY = 8 * 2**30
GRACE_S = 5.0  # over the budget, for a method that looks at the clock now and then
UNIT = 1000  # flow per mean load: min-cost flow counts in whole numbers


@dataclass(frozen=True, slots=True)
class Peer:
    """A method and the module it needs."""

    divide: Divide
    module: str

    def missing(self) -> str | None:
        return None if importlib.util.find_spec(self.module) else f"{self.module} is not installed"


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a peer came to: zones, or in `why` what kept it from them; its own CPU and memory."""

    zone: Zones | None
    why: str
    cpu_s: float
    wall_s: float
    peak_mb: float


def answer(name: str, budget_s: float, *words: object) -> Answer:
    """Let a peer work in a process of its own, for `budget_s` CPU seconds and in `MOST_MEMORY` at most."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, name, budget_s, words))
    began = time.perf_counter()
    process.start()
    theirs.close()
    try:
        found: Answer = ours.recv()
    except EOFError:
        found = Answer(None, f"no answer in {budget_s:g} s", budget_s, time.perf_counter() - began, float("nan"))
    process.join()
    return found


def _work(pipe: Connection, name: str, budget_s: float, words: tuple[Floats, Floats, int, float, csr_array]) -> None:
    peer = PEERS[name]
    importlib.import_module(peer.module)
    began = time.process_time()
    most_s = int(began + budget_s + GRACE_S)
    resource.setrlimit(resource.RLIMIT_CPU, (most_s, most_s))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    wall, zone, why = time.perf_counter(), None, ""
    try:
        zone = peer.divide(*words, began + budget_s)
    except (RuntimeError, ValueError, AttributeError, TypeError, MemoryError) as fault:  # gave up, or changed
        why = f"no answer: {type(fault).__name__} {fault}"
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pipe.send(Answer(zone, why, time.process_time() - began, time.perf_counter() - wall, peak_mb))


def k_means_flow(xy_km: Floats, load: Floats, zones: int, tolerance: float, graph: csr_array, until_s: float) -> Zones:
    """k-means (scikit-learn), then min-cost flow (OR-Tools) and new centres in turn (Bradley and others 2000).

    A client the flow splits goes where most of it goes.
    """
    centre = _k_means(xy_km, load, zones)
    zone = np.zeros(len(xy_km), np.int32)
    for _ in range(10 if len(xy_km) <= 20_000 else 3):
        zone = _flow(xy_km, load, centre, tolerance)
        total = np.maximum(np.bincount(zone, load, zones), 1e-300)
        centre = np.column_stack([np.bincount(zone, load * xy_km[:, axis], zones) / total for axis in (0, 1)])
    return zone


def _flow(xy_km: Floats, load: Floats, centre: Floats, tolerance: float) -> Zones:
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    n, zones = len(xy_km), len(centre)
    wanted = min(12, zones)
    distance, near = KDTree(centre).query(xy_km, k=wanted)
    distance, near = distance.reshape(n, wanted), near.reshape(n, wanted)
    supply = np.maximum(np.rint(load / load.mean() * UNIT), 1).astype(np.int64)
    least = int(supply.sum() * (1 - tolerance) / zones)
    most = int(np.ceil(supply.sum() * (1 + tolerance) / zones))
    flow = SimpleMinCostFlow()
    places, sink = n + np.arange(zones), np.full(zones, n + zones)
    cost = np.rint(distance**2 / np.mean(distance[:, 0] ** 2) * 1000).astype(np.int64)
    add = flow.add_arcs_with_capacity_and_unit_cost
    arcs = add(np.repeat(np.arange(n), wanted), n + near.ravel(), np.repeat(supply, wanted), cost.ravel())
    add(places, sink, np.full(zones, least), np.full(zones, -10 * int(cost.max())))
    add(places, sink, np.full(zones, most - least), np.zeros(zones, int))
    flow.set_nodes_supplies(np.arange(n + zones + 1), np.r_[supply, np.zeros(zones, int), -supply.sum()])
    if flow.solve() != flow.OPTIMAL:
        return np.asarray(near[:, 0], dtype=np.int32)
    sent = flow.flows(arcs).reshape(n, wanted)
    return np.asarray(near[np.arange(n), sent.argmax(axis=1)], dtype=np.int32)


def _k_means(xy_km: Floats, load: Floats, zones: int) -> Floats:
    from sklearn.cluster import KMeans, MiniBatchKMeans

    if len(xy_km) <= 20_000:
        model = KMeans(zones, n_init=1, max_iter=50, random_state=0)
    else:
        model = MiniBatchKMeans(zones, n_init=1, batch_size=20_000, max_iter=15, random_state=0)
    return np.asarray(model.fit(xy_km, sample_weight=load).cluster_centers_)


def k_means_constrained(
    xy_km: Floats, load: Floats, zones: int, tolerance: float, graph: csr_array, until_s: float
) -> Zones:
    """k-means-constrained: balances the number of clients, knows no loads."""
    from k_means_constrained import KMeansConstrained

    mean = len(xy_km) / zones
    model = KMeansConstrained(
        zones, size_min=int(mean * (1 - tolerance)), size_max=int(np.ceil(mean * (1 + tolerance))), random_state=0
    )
    return np.asarray(model.fit_predict(xy_km), dtype=np.int32)


def recombination(xy_km: Floats, load: Floats, zones: int, tolerance: float, graph: csr_array, until_s: float) -> Zones:
    """GerryChain's ReCom, 1,000 steps or as many as there is time for, a step taken only when it lowers the inertia."""
    import random
    from functools import partial

    from gerrychain import Graph, MarkovChain, Partition, constraints, updaters
    from gerrychain.proposals import recom
    from networkx import from_scipy_sparse_array, set_node_attributes

    random.seed(0)
    table = from_scipy_sparse_array(graph)
    set_node_attributes(table, {i: float(value) for i, value in enumerate(load)}, "load")
    best = np.zeros(len(load), np.int32)
    least = np.inf

    def accept_lower(state: Partition, *, rng: random.Random) -> bool:
        nonlocal best, least
        zone = np.empty(len(load), np.int32)
        for number, members in enumerate(state.parts.values()):
            zone[[state.graph.original_nx_node_id_for_internal_node_id(i) for i in members]] = number
        cost = _inertia(xy_km, load, zone, zones)
        if cost < least:
            best, least = zone, cost
            return True
        return False

    ideal = float(load.sum()) / zones
    tally = {"load": updaters.Tally("load", alias="load")}
    start = Partition.from_random_assignment(Graph.from_networkx(table), zones, tolerance, "load", updaters=tally)
    propose = partial(recom, pop_col="load", pop_target=ideal, epsilon=tolerance)
    within = constraints.within_percent_of_ideal_population(start, tolerance, pop_key="load")
    for _ in MarkovChain(propose, [within], accept_lower, start, 1000):
        if time.process_time() > until_s:
            break
    return best


def _inertia(xy: Floats, load: Floats, zone: Zones, zones: int) -> float:
    total = np.bincount(zone, load, zones)
    moments = [np.bincount(zone, load * xy[:, axis], zones) ** 2 / total for axis in (0, 1)]
    return float(load @ (xy**2).sum(axis=1) - sum(moment.sum() for moment in moments))


PEERS: Mapping[str, Peer] = {
    "k-means + min-cost flow": Peer(k_means_flow, "sklearn"),
    "k-means-constrained": Peer(k_means_constrained, "k_means_constrained"),
    "GerryChain ReCom": Peer(recombination, "gerrychain"),
}
