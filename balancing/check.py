"""An independent check of a proposal; it shares no code with the search."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from balancing.problem import MoveProblem, Proposal


def check_moves(problem: MoveProblem, proposal: Proposal) -> list[str]:
    """Every rule the proposal breaks, in words; empty when it breaks none."""
    faults = []
    owner = np.array(problem.owner)
    for move in proposal.moves:
        if owner[move.account] != move.from_rep or move.from_rep == move.to_rep:
            faults.append(f"account {move.account} is not {move.from_rep}'s to give to {move.to_rep}")
        if problem.locked is not None and problem.locked[move.account]:
            faults.append(f"account {move.account} is locked and moves")
        if problem.allowed is not None and not problem.allowed[move.account, move.to_rep]:
            faults.append(f"account {move.account} must not go to {move.to_rep}")
        owner[move.account] = move.to_rep
    faults += _cap_faults(problem, proposal)
    faults += _load_faults(problem, proposal, owner)
    if problem.contiguous:
        for rep in range(len(problem.share)):
            before, after = (_pieces(problem, division == rep) for division in (problem.owner, owner))
            if after > max(before, 1):
                faults.append(f"rep {rep} had {before} pieces and gets {after}")
    if proposal.lower_bound > sum(move.price for move in proposal.moves) + 1e-6 and proposal.feasible:
        faults.append("the bound is above the cost")
    return faults


def _cap_faults(problem: MoveProblem, proposal: Proposal) -> list[str]:
    faults = []
    for rep in range(len(problem.share)):
        given = sum(move.from_rep == rep for move in proposal.moves)
        taken = sum(move.to_rep == rep for move in proposal.moves)
        if problem.most_given is not None and given > problem.most_given[rep]:
            faults.append(f"rep {rep} gives {given} accounts, at most {problem.most_given[rep]} are allowed")
        if problem.most_taken is not None and taken > problem.most_taken[rep]:
            faults.append(f"rep {rep} is given {taken} accounts, at most {problem.most_taken[rep]} are allowed")
    for budget in problem.budgets:
        spent = sum(float(budget.amount[move.account]) for move in proposal.moves)
        if spent > budget.most * (1 + 1e-6) + 1e-6:
            faults.append(f"{spent:g} of {budget.name} change hands, at most {budget.most:g} may")
    return faults


def _load_faults(
    problem: MoveProblem, proposal: Proposal, owner: np.ndarray[tuple[int], np.dtype[np.int32]]
) -> list[str]:
    loads = problem.load.reshape(len(owner), -1)
    total = loads.sum(axis=0)
    width = np.atleast_1d(np.asarray(problem.tolerance, dtype=float))
    faults = []
    for rep, share in enumerate(problem.share):
        now = loads[owner == rep].sum(axis=0)
        if not np.allclose(now, proposal.after[rep], rtol=1e-9, atol=1e-6):
            faults.append(f"rep {rep} carries {now}, the proposal says {proposal.after[rep]}")
        inside = np.abs(now - share * total) <= width * share * total * (1 + 1e-9) + 1e-6
        if proposal.feasible and not inside.all():
            faults.append(f"rep {rep} is outside the band with {now} of {share * total}")
    return faults


def _pieces(problem: MoveProblem, member: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    inside = csr_array(problem.neighbours)[np.flatnonzero(member)][:, np.flatnonzero(member)]
    return int(connected_components(inside, directed=False)[0]) if member.any() else 0
