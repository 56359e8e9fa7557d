"""Commands that run and look after the service: serve, worker, jobs, doctor, regions, version.

Every command imports what it needs when it runs, so that `--help` answers at once.
"""

from pathlib import Path
from typing import Annotated

import typer

from api.cli_app import Database, RegionFolder, app, jobs_app, region_app


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [default: this machine only].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on [default: 8000].")] = None,
    database: Database = None,
) -> None:
    """Serve the map and the API of the record."""
    from api.cli_serve import serve_api

    serve_api(host, port, database)


@app.command()
def worker(
    database: Database = None,
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True, help="End when stdin ends.")] = False,
) -> None:
    """Work on jobs until stopped; `serve` starts one of these beside itself."""
    from api.cli_jobs import run_worker

    run_worker(database, with_parent)


@jobs_app.command("list")
def jobs_list(
    state: Annotated[str | None, typer.Option(help="queued, running, done, failed or cancelled.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 20,
    database: Database = None,
) -> None:
    """Print the newest jobs."""
    from api.cli_jobs import show_jobs

    show_jobs(database, state, limit)


@jobs_app.command("show")
def jobs_show(job: int, database: Database = None) -> None:
    """Print a job, how far it is, and which of its parts failed."""
    from api.cli_jobs import show_job

    show_job(database, job)


@jobs_app.command("start")
def jobs_start(
    kind: Annotated[str, typer.Argument(help="Which kind of job: drill, rebalance …")],
    what: Annotated[list[str] | None, typer.Argument(help="NAME=VALUE pairs, such as territory_id=3.")] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Work on it here until it is over.")] = False,
    database: Database = None,
) -> None:
    """Ask for a job."""
    from api.cli_jobs import start

    start(database, kind, what or [], wait)


@jobs_app.command("fetch")
def jobs_fetch(
    job: Annotated[int, typer.Argument(help="Number of a job of kind export.")],
    file: Annotated[Path, typer.Argument(help="Zip to write.")],
    database: Database = None,
) -> None:
    """Write the file that a job has made."""
    from api.cli_jobs import fetch

    fetch(database, job, file)


@jobs_app.command("cancel")
def jobs_cancel(job: int, database: Database = None) -> None:
    """Ask a job to stop; what it has computed is kept for a retry."""
    from api.cli_jobs import cancel

    cancel(database, job)


@jobs_app.command("retry")
def jobs_retry(job: int, database: Database = None) -> None:
    """Take up a job that failed, was cancelled, or gave up some of its parts."""
    from api.cli_jobs import retry

    retry(database, job)


@app.command()
def doctor(
    region: RegionFolder = None,
    engine: Annotated[bool, typer.Option("--engine", help="Also have the compute engine compute something.")] = False,
    database: Database = None,
) -> None:
    """Look at the installation and say what is wrong with it and what to do."""
    from api.cli_care import examine_all

    examine_all(database, region, engine)


@region_app.command("build")
def region_build(
    extract: Annotated[
        Path,
        typer.Argument(
            help="OpenStreetMap extract (.osm.pbf, for example from download.geofabrik.de) or a file of street "
            "centrelines with house numbers (shapefile, GeoPackage, CSV with WKT)."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option("--out", help="Folder to make; the region in it, if any, is replaced in one step at the end."),
    ],
    profile: Annotated[
        list[str] | None,
        typer.Option("--profile", help="car, bicycle or foot; may be given several times [default: car]."),
    ] = None,
    street_map: Annotated[
        str | None,
        typer.Option(
            "--street-map",
            help="How to read a street file: a TOML file that names its columns, or tiger_edges or san_francisco "
            "[default: found by the file's columns, or the TOML file of the same name beside it].",
        ),
    ] = None,
    name: Annotated[str, typer.Option("--name", help="What to call the region [default: the file's name].")] = "",
    contraction_s: Annotated[
        float | None,
        typer.Option(
            "--contraction-s",
            min=0,
            help="CPU seconds for preparing the fastest kind of routing, per profile; a large region that takes longer "
            "gets the second fastest, which is prepared sooner [default: 20].",
        ),
    ] = None,
    engine: Annotated[
        bool, typer.Option("--engine/--no-engine", help="Prepare the routing engine, or only the plain road graph.")
    ] = True,
) -> None:
    """Make roads, addresses and shops of a region usable offline.

    Reads the file once, needs no internet, and may be stopped at any time: nothing half-finished is left, and a region
    that is in the folder already stays as it was. Those who use it during a rebuild keep the old one.
    """
    from api.cli_region import build

    build(
        extract,
        out,
        profiles=profile or (),
        street_map=street_map,
        name=name,
        contraction_cpu_s=contraction_s,
        use_engine=engine,
    )


@region_app.command("show")
def region_show(folder: Annotated[Path, typer.Argument(help="Folder made by `region build`.")]) -> None:
    """Say what a region holds, where its data come from, and how it was made."""
    from api.cli_region import show

    show(folder)


@app.command()
def version() -> None:
    """Print the version."""
    from api.cli_options import installed_version

    typer.echo(f"bailiwick {installed_version()}")
