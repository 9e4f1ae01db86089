"""Places: each a stack of planes from the sky to the viewer's feet.

A plane is painted by a function and has a depth, 0 for what never moves and 1 for what
is nearest. A poster paints all planes on one canvas; a film paints each on its own and
moves them against each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from streamapi.demo.pictures.canvas import chance_of
from streamapi.demo.pictures.scenes.base import Art, Plane, Scene
from streamapi.demo.pictures.scenes.built import (
    arches,
    city,
    doorway,
    road,
    stage,
    viaduct,
)
from streamapi.demo.pictures.scenes.land import dunes, forest, hills, lights, mountains
from streamapi.demo.pictures.scenes.shapes import portrait, rays, spiral, tiles
from streamapi.demo.pictures.scenes.space import orbits, planet
from streamapi.demo.pictures.scenes.water import deep, sea

__all__ = ["SCENES", "Art", "Plane", "planes"]

SCENES: Final[Mapping[str, Scene]] = {
    "arches": arches,
    "city": city,
    "deep": deep,
    "doorway": doorway,
    "dunes": dunes,
    "forest": forest,
    "hills": hills,
    "lights": lights,
    "mountains": mountains,
    "orbits": orbits,
    "planet": planet,
    "portrait": portrait,
    "rays": rays,
    "road": road,
    "sea": sea,
    "spiral": spiral,
    "stage": stage,
    "tiles": tiles,
    "viaduct": viaduct,
}


def planes(art: Art) -> list[Plane]:
    """The planes of a picture, from the sky to the front."""
    return SCENES[art.scene](art, chance_of(art.seed))
