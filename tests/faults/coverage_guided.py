"""Files changed as the coverage of their readers suggests (atheris): anything but a table or a sentence is a fault."""

import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

ENDINGS = ("csv", "xlsx", "geojson", "gpkg", "parquet", "json", "tsv", "toml")


def run(seconds: int, seed: int) -> int:
    """Fuzz for so long, each input through one reader; its first byte chooses format and reader. Ends the process."""
    import atheris

    warnings.simplefilter("ignore")
    folder = TemporaryDirectory(prefix="bw-fuzz-")
    with atheris.instrument_imports(include=["planning"]):
        from tests.faults.hostile import readers, warm
        from tests.faults.hostile_files import real_files

        reading = readers()
        warm(Path(folder.name))  # readers of formats are loaded when they are first needed
    from planning.errors import TableError

    names = sorted(reading)
    corpus = Path(folder.name) / "corpus"
    corpus.mkdir()
    for number, (ending, data) in enumerate(real_files(Path(folder.name)).items()):
        (corpus / str(number)).write_bytes(bytes([ENDINGS.index(ending)]) + data)
    paths = {ending: Path(folder.name) / f"input.{ending}" for ending in ENDINGS}

    def one(data: bytes) -> None:
        if not data:
            return
        path = paths[ENDINGS[data[0] % len(ENDINGS)]]
        path.write_bytes(data[1:])
        try:
            reading[names[data[0] // len(ENDINGS) % len(names)]](path)
        except TableError as error:
            assert str(error) and "\n" not in str(error), str(error)

    words = [f"-max_total_time={seconds}", f"-seed={seed}", "-max_len=200000", "-rss_limit_mb=2000", "-timeout=20"]
    atheris.Setup([sys.argv[0], *words, str(corpus)], one)
    atheris.Fuzz()
    return 0
