"""Files of shapes: real ones give what their authors say they hold, hostile ones a sentence."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from netos_core.geo.files import reading
from netos_core.geo.files.reading import FileUnreadable, read_shapes
from netos_mcp.cli import main

DATA = Path(__file__).parents[3] / "shared/data/kml-geojson"
PAIRS = sorted(path for path in DATA.glob("tg-*.kml") if path.stem != "tg-selfclosing")
STYLING = {"styleUrl", "styleHash", "stroke", "stroke-width", "stroke-opacity", "fill", "fill-opacity"}
real = pytest.mark.skipif(not DATA.is_dir(), reason="the real files are not in the repository")
POINT = b"<kml><Placemark><name>Hut</name><Point><coordinates>-85.1,41.1</coordinates></Point></Placemark></kml>"


def plain(features: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out styling, and folders, which the expected files do not tell."""
    unsaid = STYLING | {"folder"}
    return [
        {
            "geometry": one["geometry"],
            "properties": {k: v for k, v in one["properties"].items() if k not in unsaid},
        }
        for one in features
    ]


def kml_of(inner: str) -> bytes:
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark>{inner}</Placemark></kml>'.encode()


def kmz_of(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("_", "."), content)
    return out.getvalue()


@real
@pytest.mark.parametrize("path", PAIRS, ids=lambda p: p.stem)
def test_real_kml_becomes_the_geojson_it_must_become(path: Path) -> None:
    expected = json.loads(path.with_suffix(".geojson").read_text())
    found = read_shapes(path.read_bytes())
    assert plain(found.features) == plain(expected["features"])
    assert found.problems == []


@real
def test_a_line_without_coordinates_is_a_feature_without_a_place() -> None:
    found = read_shapes((DATA / "tg-selfclosing.kml").read_bytes())
    assert [one["geometry"] for one in found.features] == [None]
    assert found.problems == [{"feature": 1, "code": "bad_geometry", "message": "A line has no coordinate."}]


@real
@pytest.mark.parametrize("path", sorted(DATA.glob("**/*.geojson")), ids=lambda p: p.name)
def test_real_geojson_is_read_whole(path: Path) -> None:
    assert len(read_shapes(path.read_bytes()).features) == len(json.loads(path.read_text())["features"])


@real
@pytest.mark.parametrize("path", sorted((DATA / "robustness").glob("*.kml")), ids=lambda p: p.name)
def test_odd_kml_is_read(path: Path) -> None:
    (feature,) = read_shapes(path.read_bytes()).features
    assert feature["geometry"]["type"] in {"Polygon", "LineString"}


def test_a_polygon_keeps_its_holes_and_a_placemark_its_data_and_folder() -> None:
    ring = "<LinearRing><coordinates>0,0 4, 0 4,4 0,0</coordinates></LinearRing>"
    hole = "<LinearRing><coordinates>2,1,5 3,1,5 3,2,5 2,1,5</coordinates></LinearRing>"
    data = '<ExtendedData><Data name="fibres"><value>48</value></Data></ExtendedData>'
    content = (
        "<kml><Folder><name>Ring West</name><Placemark>"
        f"{data}<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs><innerBoundaryIs>{hole}</innerBoundaryIs></Polygon>"
        "</Placemark></Folder></kml>"
    )
    (feature,) = read_shapes(content.encode()).features
    assert feature["properties"] == {"fibres": "48", "folder": "Ring West"}
    assert feature["geometry"]["coordinates"] == [
        [[0, 0], [4, 0], [4, 4], [0, 0]],
        [[2, 1, 5], [3, 1, 5], [3, 2, 5], [2, 1, 5]],
    ]


@pytest.mark.parametrize("coordinates", ["1", "a,b", "1,95", "nan,1", "1,inf", "999,1", "1,2 3,4"])
def test_a_point_that_is_no_place_is_a_problem_and_the_rest_is_read(coordinates: str) -> None:
    inner = f"<MultiGeometry><Point><coordinates>{coordinates}</coordinates></Point>"
    inner += "<Point><coordinates>7,8</coordinates></Point></MultiGeometry>"
    found = read_shapes(kml_of(inner))
    assert found.features[0]["geometry"] == {"type": "Point", "coordinates": [7, 8]}
    assert [one["code"] for one in found.problems] == ["bad_geometry"]


def test_a_kmz_is_its_main_document() -> None:
    assert read_shapes(kmz_of(other_kml=b"<kml/>", doc_kml=POINT)).features[0]["properties"] == {"name": "Hut"}


BOMB = b'<!DOCTYPE k [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><kml><Placemark><name>&b;</name></Placemark></kml>'
OUTSIDE = b'<!DOCTYPE k [<!ENTITY a SYSTEM "file:///etc/passwd">]><kml><Placemark><name>&a;</name></Placemark></kml>'


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (BOMB, "declares entities"),
        (OUTSIDE, "declares entities"),
        (kmz_of(doc_kml=BOMB), "declares entities"),
        (b"<kml><Placemark>", "no well-formed XML"),
        (b'<?xml version="1.0" encoding="no-such"?><kml/>', "no well-formed XML"),
        (b"<kml>" + b"<Folder>" * 500 + b"</Folder>" * 500 + b"</kml>", "nested"),
        (b"<html></html>", "no KML"),
        (kmz_of(readme_txt=b"x"), "holds no KML"),
        (kmz_of(doc_kml=POINT)[:-30], "damaged"),
        (b"PK\x03\x04" + b"\0" * 90, "damaged"),
        (b"", "neither"),
        (b"%PDF-1.7", "neither"),
        (b"\0\0\0", "neither"),
        (b"{", "no valid JSON"),
        (b"[" * 100_000, "no valid JSON"),
        (b'{"type": "FeatureCollection", "features": [NaN]}', "no valid JSON"),
        (b'{"type": "Feature", "x": 1e999}', "no valid JSON"),
        (b"{\xff\xfe}", "no valid JSON"),
        (b"[1, 2]", "no GeoJSON object"),
        (b'{"type": "Topology"}', "no GeoJSON"),
        (b'{"type": "FeatureCollection", "features": {}}', "no GeoJSON"),
    ],
)  # fmt: skip
def test_what_can_not_be_read_is_refused_in_words(content: bytes, told: str) -> None:
    with pytest.raises(FileUnreadable) as refused:
        read_shapes(content)
    assert told in refused.value.message
    assert refused.value.fix


def test_a_bomb_is_never_unpacked_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", reading.MEGABYTE)
    with pytest.raises(FileUnreadable, match="more than 1 MB unpacked"):
        read_shapes(kmz_of(doc_kml=b"<kml>" + b" " * (3 << 20) + b"</kml>"))


@pytest.mark.parametrize(
    "geometry",
    [7, {}, {"type": "Point"}, {"type": "Point", "coordinates": ["a", 1]}, {"type": "LineString", "coordinates": [1]},
     {"type": "Polygon", "coordinates": [[1, 2]]}, {"type": "Point", "coordinates": [1, 99]}, {"type": ["x"]}],
)  # fmt: skip
def test_a_geometry_that_is_none_is_a_problem_of_its_feature(geometry: object) -> None:
    features = [{"type": "Feature", "geometry": geometry, "properties": None}, {"type": "Feature", "geometry": None}, 7]
    found = read_shapes(json.dumps({"type": "FeatureCollection", "features": features}).encode())
    assert [one["geometry"] for one in found.features] == [None, None]
    assert [(one["feature"], one["code"]) for one in found.problems] == [(1, "bad_geometry"), (3, "not_a_feature")]


def test_the_command_prints_one_object_and_refuses_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "hut.kml"
    file.write_bytes(POINT)
    assert main(["geo", "read", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["type"], told["count"], told["problems"]) == ("FeatureCollection", 1, [])
    assert main(["geo", "read", str(file)]) == 0
    assert capsys.readouterr().out == "1 features: 1 Point.\n"
    assert main(["geo", "read", str(tmp_path / "none"), "--json"]) == 1
    assert json.loads(capsys.readouterr().err)["code"] == "not_found"
    assert main(["geo", "read", str(tmp_path), "--json"]) == 1
