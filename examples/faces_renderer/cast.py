"""The people in the demonstration: invented names, and the candidates who play them."""

from __future__ import annotations

from faces_renderer.person import draw_person

DEFAULT_SEED = 7

# Some 150 candidates were drawn for the default seed and the 40 kept whose SFace embeddings lie
# furthest apart, half of them women, each with the number from which `draw_person` draws them.
CAST: tuple[tuple[str, str, int], ...] = (
    ("Freya_Mandelay", "female", 70135),
    ("Anselm_Graywick", "male", 70026),
    ("Linnea_Thornquay", "female", 70122),
    ("Gideon_Lakesmere", "male", 70162),
    ("Sanna_Ilmarcroft", "female", 70147),
    ("Rafferty_Dunmoor", "male", 70126),
    ("Yuna_Harcastel", "female", 70096),
    ("Jun_Calloveth", "male", 70107),
    ("Zuleya_Okanta", "female", 70067),
    ("Tobias_Fennimar", "male", 70094),
    ("Ximena_Coralde", "female", 70125),
    ("Dorian_Westhale", "male", 70138),
    ("Naledi_Faircastle", "female", 70132),
    ("Hakon_Silverlund", "male", 70028),
    ("Leilani_Astrovan", "female", 70116),
    ("Wen_Talloway", "male", 70127),
    ("Esi_Montclare", "female", 70084),
    ("Dmitar_Voskeld", "male", 70124),
    ("Hanae_Morilund", "female", 70020),
    ("Caspian_Rooke", "male", 70076),
    ("Suri_Palanthe", "female", 70035),
    ("Bram_Ostervald", "male", 70055),
    ("Vashti_Emberlyn", "female", 70119),
    ("Joaquin_Varrezo", "male", 70109),
    ("Celeste_Obregar", "female", 70143),
    ("Idris_Kavendo", "male", 70007),
    ("Mira_Tolvane", "female", 70001),
    ("Teo_Branscombe", "male", 70113),
    ("Oriel_Santhorpe", "female", 70130),
    ("Malik_Undersen", "male", 70153),
    ("Imani_Rosterfield", "female", 70101),
    ("Kofi_Ardenell", "male", 70129),
    ("Tamsin_Vellrow", "female", 70081),
    ("Ayo_Belmarsh", "male", 70121),
    ("Petra_Quillon", "female", 70085),
    ("Oskar_Brindle", "male", 70010),
    ("Nilufar_Deshane", "female", 70082),
    ("Pavel_Nordmarek", "male", 70133),
    ("Noor_Halvane", "female", 70156),
    ("Arvo_Pellinger", "male", 70137),
)
NAMES = tuple(name for name, _, _ in CAST)


def candidate(seed: int, person: int) -> int:
    """Return the number from which to draw a person.

    Args:
        seed: Other seeds than the default cast other people, unselected, in the same roles.
        person: Row of `CAST`.
    """
    _, sex, chosen = CAST[person]
    if seed == DEFAULT_SEED:
        return chosen
    number = seed * 1_000_000 + person * 1000
    while (draw_person(number).masculinity > 0.5) != (sex == "male"):
        number += 1
    return number
