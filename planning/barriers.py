"""Barriers: lines that no territory may straddle, such as rivers, borders and railways, with the bridges over them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from clustering import cut_by_barriers
from geo.great_circle import great_circle_m
from geo.line_file import DrawnLines
from geo.neighbours import neighbour_graph
from geo.place import Place
from geo.projection import LocalMetres
from planning.bindings import NOBODY, Bindings
from planning.demand import Demand
from planning.table_words import counted

CORNER_DEGREES = 0.05
"""Long straight pieces of a barrier get a corner so often: on the ground they are not straight."""
BEYOND_M = 100_000
"""A barrier farther from the accounts than they lie from their middle, and this, parts nobody."""
SHOWN = 4


def barriers_m(drawn: DrawnLines, places: Sequence[Place]) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """The barriers near the places in the metres of `LocalMetres`, and the bridges (b, 2)."""
    sheet = LocalMetres(places)
    reach_m = BEYOND_M + 2 * float(great_circle_m([sheet.middle], places).max())

    def near(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        fine = np.atleast_1d(np.asarray(shapely.segmentize(shapes, CORNER_DEGREES), dtype=object))
        lonlat, shape = shapely.get_coordinates(fine, return_index=True)
        corners = [Place(lat=float(lat), lon=float((lon + 180) % 360 - 180)) for lon, lat in lonlat]
        close = np.zeros(len(fine), np.bool_)
        if corners:
            close[shape[great_circle_m([sheet.middle], corners).reshape(-1) < reach_m]] = True
        return fine[close]

    lines, points = near(drawn.lines), near(drawn.points)
    flat = shapely.transform(lines, lambda xy: sheet.xy_m(xy[:, 1], xy[:, 0]))
    return np.atleast_1d(np.asarray(flat, dtype=object)), sheet.xy_m(
        shapely.get_y(points).reshape(-1), shapely.get_x(points).reshape(-1)
    )


def with_barriers(
    bindings: Bindings, demand: Demand, drawn: DrawnLines | None, reps: int, tolerance: float
) -> Bindings:
    """The bindings with the neighbours that barriers leave, and what there is to say about the barriers."""
    if drawn is None:
        return bindings
    lines, bridges = barriers_m(drawn, demand.places)
    ordinary = np.flatnonzero(bindings.named == NOBODY)
    xy_m = demand.xy_m[ordinary]
    whole = neighbour_graph(xy_m)
    cut = cut_by_barriers(whole, xy_m, list(lines), bridges)
    graph = coo_array(cut)
    rows, columns = ordinary[graph.row], ordinary[graph.col]
    neighbours = csr_array(coo_array((graph.data, (rows, columns)), shape=(len(demand), len(demand))))
    hours = demand.expected_service_s(1)[ordinary]
    notes = _notes(drawn, lines, (whole.nnz - cut.nnz) // 2, _pieces(cut, hours), reps, tolerance)
    return replace(bindings, neighbours=neighbours, notes=(*bindings.notes, *notes))


def _pieces(graph: csr_array, hours: NDArray[np.float64]) -> list[tuple[int, float]]:
    """Accounts and share of the visiting hours of every part of the graph, the largest first."""
    count, part = connected_components(graph, directed=False)
    share = np.bincount(part, hours, count) / max(float(hours.sum()), 1e-300)
    return sorted(zip(np.bincount(part, minlength=count).tolist(), share.tolist(), strict=True), reverse=True)


def _notes(
    drawn: DrawnLines, lines: NDArray[np.object_], cuts: int, pieces: list[tuple[int, float]], reps: int, band: float
) -> list[str]:
    what = f"{counted(len(drawn.lines), 'line')} of {drawn.source}"
    if not cuts:
        where = "none of them lies near the accounts" if not len(lines) else "none of them lies between two accounts"
        return [f"Barriers: {what}; {where}, so they change nothing."]
    said = f"Barriers: {what}; no territory has neighbours across them"
    if drawn.points.size:
        said += f" but at {counted(len(drawn.points), 'bridge')}"
    if len(pieces) == 1:
        by = "Bridges and ways" if drawn.points.size else "Ways"
        return [f"{said}. {by} around them keep all accounts connected."]
    more = f" and {len(pieces) - SHOWN} more" if len(pieces) > SHOWN else ""
    shown = ", ".join(f"{counted(size, 'account')} ({share:.0%} of the hours)" for size, share in pieces[:SHOWN])
    notes = [f"{said}. They part the accounts into {len(pieces)} pieces: {shown}{more}."]
    uneven = [share for _, share in pieces if not _whole_territories(share * reps, band)]
    if uneven and reps > 1:
        least = min(uneven)
        notes.append(
            f"A piece with {least:.0%} of the hours cannot be cut into whole territories of {1 / reps:.0%} each, "
            f"±{band:.0%}: either the band is missed or a territory has accounts on both sides. A bridge "
            "(a point in the file) would connect them."
        )
    return notes


def _whole_territories(share: float, band: float) -> bool:
    """Whether so many mean territories can be cut into whole ones within the band."""
    return any(count and abs(share / count - 1) <= band for count in (int(share), int(share) + 1))
