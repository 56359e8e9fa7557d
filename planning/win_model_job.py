"""Learning a model of the chances of deals, as a job; it estimates every open deal of its pipeline at once."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import ActKind, EstimateSource, Pipeline, WinEstimate, WinModel
from planning.record_errors import MissingError
from planning.record_rows import insert_all
from planning.use_case import Asked, Prepared, Unit
from planning.win_model import estimate, fit, require_enough
from planning.win_samples import counts, open_looks, samples_of

pipeline = table_of(Pipeline)


class LearnChances:
    """One unit: the model. It is asked with the name of a `pipeline`, all editions of which teach it."""

    act = ActKind.EDIT
    limit_s = 600.0

    def title(self, session: Session, what: Mapping[str, Any]) -> str:
        name = str(what.get("pipeline", ""))
        if session.execute(select(pipeline.c.id).where(pipeline.c.name == name)).first() is None:
            raise MissingError(f"There is no pipeline {name!r}.")
        return f"Learn the chances of deals in {name}"

    def prepare(self, session: Session, asked: Asked) -> Prepared:
        self.title(session, asked.what)
        samples = samples_of(session, asked.what["pipeline"])
        require_enough(counts(samples))
        return Prepared([Unit("model", samples, sha256(repr(samples).encode()).hexdigest())])

    def run(self, shared: Any, payload: Any) -> dict[str, Any]:
        return fit(payload)

    def save(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        name, figures = str(asked.what["pipeline"]), results["model"]
        learnt = {"pipeline": name, "deals": figures["deals"], "won": figures["won"], "figures": figures}
        (made,) = insert_all(session, WinModel, [learnt | {"made_at": asked.at, "made_by": asked.by}])
        said = {"source": EstimateSource.MODEL, "model_id": made, "at": asked.at, "made_by": f"model {made}"}
        looks = open_looks(session, name, asked.at)
        rows = [said | {"opportunity_id": one.deal, "probability": estimate(figures, one)} for one in looks]
        if rows:
            session.execute(insert(table_of(WinEstimate)), rows)
        kept = {key: figures[key] for key in ("deals", "won", "looks", "brier", "base_brier", "skill", "columns")}
        return {"model_id": made, "estimated": len(rows), **kept}
