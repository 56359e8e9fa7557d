"""Zones over a local Dask cluster against the same zones in one process: same plan, and where work and memory are.

`--workers` processes with one thread each (default: all cores); `--size n/k/tolerance` as in `zones`, by default two
blocks of accounts. Row `bailiwick` is one process, row `bailiwick on Dask` the cluster; its `cpu_s` is the driver's and
the workers' together, its `peak_mb` the driver's, and `why` tells both apart. It is feasible only where every account
is in the same zone with the same certificate.
"""

import time
from collections.abc import Iterator

from distributed import Client, LocalCluster

from benchmarks.contract import OURS, Options, Row, peak_mb
from benchmarks.zones import judge, make_clients, to_problem, warm_up
from clustering import OnDask, ZonePlan, ZoneProblem, build_zones

DEFAULT_SIZE = "200000/2000/0.05"


def run(options: Options) -> Iterator[Row]:
    """The cluster first, so that the driver's peak is its own; the single process's is the larger of the two."""
    warm_up()
    for size in (options.size or DEFAULT_SIZE).split(","):
        clients = make_clients(size, options.seed)
        problem = to_problem(clients)
        together, cpu_s, wall_s, driver_mb, why = _on_cluster(problem, options.workers)
        alone, alone_cpu_s, alone_wall_s = _timed(problem)
        cost, fine, told = judge(clients, alone.zone, f", certificate {100 * alone.certificate.gap:.3f} %")
        n = len(problem)
        yield Row(size, n, cost, None, fine, told, alone_cpu_s, alone_wall_s, 1, OURS, peak_mb())
        differ = int((alone.zone != together.zone).sum())
        same = differ == 0 and alone.certificate == together.certificate
        verdict = "same plan" if same else f"ANOTHER PLAN, {differ} accounts differ"
        cost, fine, _ = judge(clients, together.zone)
        took = cpu_s, wall_s, options.workers, f"{OURS} on Dask", driver_mb
        yield Row(size, n, cost, None, fine and same, f"{verdict}; {why}", *took)


def _timed(problem: ZoneProblem, keep: OnDask | None = None) -> tuple[ZonePlan, float, float]:
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    plan = build_zones(problem) if keep is None else build_zones(problem, keep=keep)
    return plan, time.process_time() - cpu_s, time.perf_counter() - wall_s


def _on_cluster(problem: ZoneProblem, workers: int) -> tuple[ZonePlan, float, float, float, str]:
    """The plan, CPU and wall seconds of all, the driver's peak in MB, and the shares of driver and workers in words."""
    cluster = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0")
    with cluster, Client(cluster) as client:
        client.run(warm_up)
        before = client.run(time.process_time)
        plan, driver_s, wall_s = _timed(problem, OnDask(client))
        driver_mb, after, memory_mb = peak_mb(), client.run(time.process_time), client.run(peak_mb)
    worker_s = [after[name] - before[name] for name in sorted(after)]
    shown_s = " + ".join(f"{each:.1f}" for each in worker_s)
    shown_mb = " + ".join(f"{memory_mb[name]:.0f}" for name in sorted(memory_mb))
    why = (
        f"driver {driver_s:.1f} s, {driver_mb:.0f} MB with the generated clients; "
        f"workers {shown_s} s, peaks {shown_mb} MB with libraries"
    )
    return plan, driver_s + sum(worker_s), wall_s, driver_mb, why
