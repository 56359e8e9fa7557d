"""What can be said for a plan, in sentences for whoever has to decide on it."""

from planning.output_tables import number
from planning.result import PlanResult
from planning.result_quality import LockCost, PlanRobustness
from planning.table_words import counted

SHOWN_LOCKS = 3
SHOWN_REPS = 3


def proof_sentences(result: PlanResult) -> tuple[str, ...]:
    """The bound, loads against the band, contiguity, and, where it was asked for, noise and locks."""
    said = [_band(result), *_pieces(result)]
    if result.certificate is not None:
        proof = result.certificate
        said.append(f"At most {_share(proof.gap, 2)} above the least possible; that bound holds for {proof.holds_for}.")
    if result.robustness is not None:
        said += [_noise(result.robustness), *_locks(result, result.robustness)]
    return tuple(said)


def _band(result: PlanResult) -> str:
    band = _share(result.tolerance, 0)
    outside = [rep for rep in result.reps if abs(rep.deviation) > result.tolerance + 1e-9]
    if not outside:
        return f"All {counted(len(result.reps), 'rep')} lie within ±{band} of their share of the hours."
    worst = sorted(outside, key=lambda rep: (-abs(rep.deviation), rep.rep))[:SHOWN_REPS]
    named = ", ".join(f"{rep.rep} {rep.deviation:+.1%}".replace("%", " %") for rep in worst)
    more = ", the farthest: " if len(outside) > SHOWN_REPS else ": "
    count = f"{len(outside)} of {counted(len(result.reps), 'rep')}"
    return f"{count} lie outside ±{band} of their share of the hours{more}{named}."


def _pieces(result: PlanResult) -> list[str]:
    if result.quality is None:
        return []
    apart = [zone for zone in result.quality.zones if zone.cut_off]
    if not apart:
        return ["Every territory hangs together."]
    names = {rep.zone: rep.rep for rep in result.reps}
    worst = sorted(apart, key=lambda zone: (-zone.cut_off, zone.zone))[:SHOWN_REPS]
    named = ", ".join(f"{names[zone.zone]} {zone.cut_off}" for zone in worst)
    more = " and others" if len(apart) > SHOWN_REPS else ""
    return [f"{counted(result.quality.cut_off, 'account')} apart from the main part of the territory: {named}{more}."]


def _noise(found: PlanRobustness) -> str:
    again = "repaired again" if found.repaired else "drawn again"
    return (
        f"If the hours of every account turn out up to {_share(found.noise, 0)} more or less than expected (mean of "
        f"{counted(found.trials, 'try').replace('trys', 'tries')}), the rep farthest from the share is off by "
        f"{_share(found.deviation_unchanged)} instead of {_share(found.deviation_planned)} with nothing changed; "
        f"{again} for those hours, {_share(found.kept)} of the accounts stay where they are and it is "
        f"{_share(found.deviation_after)}."
    )


def _locks(result: PlanResult, found: PlanRobustness) -> list[str]:
    if not found.locked:
        return []
    dear = [lock for lock in found.locks if not lock.free]
    tried = f"{counted(found.locked, 'account')} locked"
    if found.locked > len(found.locks):
        tried += f", {len(found.locks)} tried without: those whose lock looks dearest"
    if not dear:
        return [f"{tried}. None of the locks costs anything."]
    some = f"{len(dear)} of the locks " + ("costs" if len(dear) == 1 else "cost") + " something"
    return [f"{tried}. {some}.", *(_lock(result, lock) for lock in dear[:SHOWN_LOCKS])]


def _lock(result: PlanResult, lock: LockCost) -> str:
    account = result.accounts[lock.account]
    where = f"it would go to {lock.goes_to}" if lock.goes_to != lock.rep else f"it would stay with {lock.rep}"
    gains = []
    if lock.closer:
        gains.append(f"territories would lie {_share(lock.closer)} closer together")
    if lock.fewer_transfers:
        gains.append(f"{counted(lock.fewer_transfers, 'transfer')} fewer would do")
    if lock.nearer:
        gains.append(f"the rep farthest from the share would be {number(100 * lock.nearer)} points nearer to it")
    return f"Without the lock of {account.name} ({account.id}) to {lock.rep} {where}, and {' and '.join(gains)}."


def _share(value: float, digits: int = 1) -> str:
    """A share as a percentage with a space before the sign."""
    return f"{100 * value:.{digits}f} %"
