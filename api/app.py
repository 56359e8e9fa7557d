"""The web application: routes put together, errors and headers for all of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version

from fastapi import APIRouter, Depends, FastAPI

from api import (
    describe,
    error_answers,
    pages,
    pages_account,
    pages_lists,
    pages_map,
    pages_sales,
    pages_second_factor,
    pages_sessions,
    pages_sign_in,
    pages_today,
    pages_visit_policies,
    routes_accounts,
    routes_activities,
    routes_activity_types,
    routes_admin_regions,
    routes_assets,
    routes_bulk,
    routes_days,
    routes_documents,
    routes_duplicates,
    routes_edits,
    routes_export,
    routes_figures,
    routes_history,
    routes_holders,
    routes_imports,
    routes_incentives,
    routes_intake,
    routes_intakes,
    routes_jobs,
    routes_joint_visits,
    routes_leads,
    routes_long_work,
    routes_map,
    routes_meetings,
    routes_merges,
    routes_opportunities,
    routes_people,
    routes_pipelines,
    routes_plans,
    routes_process,
    routes_proposals,
    routes_reps,
    routes_review,
    routes_sales,
    routes_scenarios,
    routes_second_factor,
    routes_service,
    routes_sessions,
    routes_sync,
    routes_tasks,
    routes_territories,
    routes_today,
    routes_users,
    routes_views,
    routes_visit_facts,
    routes_visit_policies,
    routes_work,
    routes_workload_rules,
    routes_workloads,
    static_files,
)
from api.cross_origin import CrossOrigin
from api.dependencies import AT_ONCE, EXPORTS_AT_ONCE, Clock
from api.guard import Guard
from api.heads import Heads
from api.metrics import Requests
from api.rates import Rate, an_hour
from api.settings import Settings
from api.signed_in import cookie_name, signed_in
from crm.database import open_database
from planning.solver_process import Solver, SolverProcess

NAME = "bailiwick"
AT_ONCE_ROUTES = (routes_today,)
"""Routes that find out who asks together with what they read (`api.signed_in.at_once`); they are tried first."""
SIGNED_IN = (
    routes_reps,
    routes_accounts,
    routes_admin_regions,
    routes_bulk,
    routes_figures,
    routes_views,
    routes_days,
    routes_documents,
    routes_joint_visits,
    routes_meetings,
    routes_visit_facts,
    routes_edits,
    routes_merges,
    routes_duplicates,
    routes_history,
    routes_imports,
    routes_export,
    routes_jobs,
    routes_long_work,
    routes_plans,
    routes_proposals,
    routes_map,
    routes_review,
    routes_scenarios,
    routes_territories,
    routes_holders,
    routes_opportunities,
    routes_pipelines,
    routes_process,
    routes_sales,
    routes_sync,
    routes_tasks,
    routes_people,
    routes_activities,
    routes_activity_types,
    routes_assets,
    routes_users,
    routes_second_factor,
    routes_sessions,
    routes_intakes,
    routes_incentives,
    routes_leads,
    routes_work,
    routes_workload_rules,
    routes_visit_policies,
    routes_workloads,
)
"""Routes for users, in the order in which they are tried: what is asked most comes first."""
OPEN = (
    *(routes_service, routes_intake, pages, pages_map, pages_sales, pages_account, pages_sign_in, pages_second_factor),
    *(pages_sessions, pages_lists, pages_today, pages_visit_policies, static_files),
)
"""Of these, what needs a user says so itself."""


def utc_now() -> datetime:
    """The clock of a server in service."""
    return datetime.now(UTC)


@cache
def every_route() -> APIRouter:
    """All routes, put together once for all applications of a process: looking at them takes half a second."""
    together = APIRouter()
    for routes in AT_ONCE_ROUTES:
        together.include_router(routes.router)
    for routes in SIGNED_IN:
        together.include_router(routes.router, dependencies=[Depends(signed_in)])
    for routes in OPEN:
        together.include_router(routes.router)
    return together


def create_app(settings: Settings | None = None, *, clock: Clock = utc_now, solver: Solver | None = None) -> FastAPI:
    """The application on the database that `settings` names; `clock` says what time it is, `solver` runs solvers.

    Raises:
        crm.RecordError: the database cannot be used, or needs `bailiwick upgrade` first.
    """
    settings = settings or Settings()
    database = open_database(settings.database_url, statement_s=settings.statement_s)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        app.state.solver.close()
        database.close()

    app = FastAPI(
        title="Bailiwick",
        version=version(NAME),
        description="Territories, routes and workload for field sales.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        redirect_slashes=False,
    )
    requests = Requests()
    app.state.requests = requests
    app.state.rates = {
        "import": an_hour(settings.imports_per_hour),
        "solve": an_hour(settings.solves_per_hour),
        "lead": an_hour(settings.leads_per_hour),
        "form": an_hour(20 * settings.leads_per_hour),
    }
    app.state.settings, app.state.database, app.state.clock = settings, database, clock
    app.state.taking, app.state.cookie = set(), cookie_name(settings)
    app.state.solver = solver or SolverProcess(most=settings.workers)
    app.state.line, app.state.exports = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(EXPORTS_AT_ONCE)
    app.router.routes.extend(every_route().routes)
    error_answers.install(app)
    describe.install(app)
    app.add_middleware(Heads)
    app.add_middleware(
        Guard,
        host_names=settings.every_host_name,
        requests=requests,
        rate=Rate(10 * settings.requests_per_s, settings.requests_per_s),
        most_bytes=settings.max_body_bytes,
        is_https=settings.is_https,
        root_path=settings.root_path,
        cross_origin=CrossOrigin(settings.intake_origins),
    )
    return app
