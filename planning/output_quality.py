"""How good and how sure a plan is: a sheet of the workbook, and plain values for `summary.json`."""

from dataclasses import asdict

from openpyxl.worksheet.worksheet import Worksheet

from planning.output_proof import proof_sentences
from planning.result import PlanResult
from planning.result_quality import PlanQuality, PlanRobustness
from planning.sheet_cells import cell_text, formats, heading, widths

DIGITS = 5
FORM = {
    "inertia": "Inertia, h × km²",
    "mean_radius_km": "Mean radius km",
    "reach_km": "Reach km",
    "travel_radius_min": "Mean minutes from the best place",
    "polsby_popper": "Polsby-Popper",
    "reock": "Reock",
    "area_km2": "Area km²",
    "cut_off": "Accounts apart",
}
MEANING = (
    "Inertia: hours a year × squared distance to the middle, the less the closer together. Polsby-Popper and Reock: "
    "1 for a circle, near 0 for a ribbon. Gini: 0 where all carry alike for their hours, near 1 where one carries all."
)


def quality_sheet(sheet: Worksheet, result: PlanResult, quality: PlanQuality) -> None:
    """The sentences, the balance by metric, the form of every territory, and the locks that were tried."""
    heading(sheet, ["How sure this plan is"])
    for sentence in proof_sentences(result):
        sheet.append([cell_text(sentence)])
    sheet.append([])
    heading(sheet, ["Balance by metric", "Largest deviation", "Gini"])
    first = sheet.max_row + 1
    for metric, unevenness in quality.gini.items():
        sheet.append([metric, quality.max_deviation(metric), unevenness])
    formats(sheet, first, {2: "0.0%", 3: "0.000"})
    sheet.append([])
    heading(sheet, ["Rep", *FORM.values(), *(f"Deviation, {metric}" for metric in quality.gini)])
    first = sheet.max_row + 1
    names = {rep.zone: rep.rep for rep in result.reps}
    for zone in quality.zones:
        form = [getattr(zone, name) for name in FORM]
        sheet.append([cell_text(names[zone.zone]), *form, *(zone.deviation[metric] for metric in quality.gini)])
    shares = {2 + len(FORM) + place: "+0.0%;-0.0%" for place in range(len(quality.gini))}
    formats(sheet, first, {2: "#,##0", 3: "0.0", 4: "0.0", 5: "0", 6: "0.00", 7: "0.00", 8: "#,##0.0"} | shares)
    sheet.append([MEANING])
    if result.robustness is not None and result.robustness.locks:
        _locks(sheet, result, result.robustness)
    widths(sheet, [28, 18, 14, 12, 16, 14, 10, 12, 12, *[14] * len(quality.gini)])


def _locks(sheet: Worksheet, result: PlanResult, robustness: PlanRobustness) -> None:
    sheet.append([])
    heading(sheet, ["Lock of", "Id", "To", "Would go to", "Closer together", "Transfers fewer", "Nearer to the share"])
    first = sheet.max_row + 1
    for lock in robustness.locks:
        account = result.accounts[lock.account]
        names = [cell_text(text) for text in (account.name, account.id, lock.rep, lock.goes_to)]
        sheet.append([*names, lock.closer, lock.fewer_transfers, lock.nearer])
    formats(sheet, first, {5: "0.0%", 7: "0.0%"})


def quality_summary(result: PlanResult) -> dict[str, object] | None:
    """Balance by metric and the form of every territory."""
    quality = result.quality
    if quality is None:
        return None
    return {
        "inertia_h_km2": round(quality.inertia, DIGITS),
        "accounts_apart": quality.cut_off,
        "balance": [
            {
                "metric": metric,
                "max_deviation": round(quality.max_deviation(metric), DIGITS),
                "gini": round(gini, DIGITS),
            }
            for metric, gini in quality.gini.items()
        ],
        "territories": [
            {name: _rounded(value) for name, value in asdict(zone).items()} | {"zone": zone.zone + 1}
            for zone in quality.zones
        ],
        "said": list(proof_sentences(result)),
    }


def robustness_summary(result: PlanResult) -> dict[str, object] | None:
    """Noise and locks, where they were asked for."""
    found = result.robustness
    if found is None:
        return None
    values = {name: _rounded(value) for name, value in asdict(found).items() if name != "locks"}
    locks = [
        {name: _rounded(value) for name, value in asdict(lock).items()} | {"account": result.accounts[lock.account].id}
        for lock in found.locks
    ]
    return {**values, "locks": locks}


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    return round(value, DIGITS) if isinstance(value, float) else value
