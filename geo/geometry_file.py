"""Reading a file of geometries, whatever its format."""

from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import FrameError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

FORMATS = "GeoJSON, GeoPackage, Shapefile or GeoParquet"


def read_geometries(path: Path, what: str) -> "GeoDataFrame":
    """The features of such a file (`FORMATS`) in EPSG:4326; `what` names them in errors.

    Raises:
        FrameError: it cannot be read, or has no geometry with a known reference system.
        FileNotFoundError: there is no such file.
    """
    import geopandas as gpd

    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(2, "No such file", str(path))
    try:
        frame = gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)
    except (OSError, ValueError, RuntimeError) as error:
        said = str(error).partition("; ")[0].replace(str(path), path.name)  # after it, advice on calling GDAL
        raise FrameError([f"{path.name} cannot be read: {said.rstrip('.')}; expected {FORMATS}"]) from error
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
        raise FrameError([f"{path.name} has no {what} with a known reference system"])
    return frame.to_crs("EPSG:4326").reset_index(drop=True)
