"""The people in the demonstration: their invented names and the candidates they were drawn from."""

from __future__ import annotations

NAMES = (
    "Mira_Tolvane", "Oskar_Brindle", "Zuleya_Okanta", "Tamsin_Vellrow", "Idris_Kavendo",
    "Hanae_Morisaki_Lund", "Bram_Ostervald", "Nilufar_Deshane", "Caspian_Rooke", "Ayo_Belmarsh",
    "Petra_Quillon", "Joaquin_Varrezo", "Linnea_Thornquay", "Kofi_Ardenell", "Suri_Palanthe",
    "Anselm_Graywick", "Yuna_Harcastel", "Dmitar_Voskeld", "Esi_Montclare", "Rafferty_Dunmoor",
    "Leilani_Astrovan", "Tobias_Fennimar", "Wen_Talloway", "Ximena_Coralde", "Hakon_Silverlund",
    "Imani_Rosterfield", "Pavel_Nordmarek", "Oriel_Santhorpe", "Jun_Calloveth", "Freya_Mandelay",
    "Malik_Undersen", "Celeste_Obregar", "Arvo_Pellinger", "Naledi_Faircastle", "Dorian_Westhale",
    "Sanna_Ilmarcroft", "Teo_Branscombe", "Vashti_Emberlyn", "Gideon_Lakesmere", "Noor_Halvane",
)  # fmt: skip

# For the default seed, candidates were drawn and the most different ones kept.
CHOSEN: dict[int, tuple[int, ...]] = {7: (70001, 70015, 70033, 70039, 70069, 70105, 70101, 70020)}


def candidate(seed: int, person: int) -> int:
    """Return the seed of the candidate who plays the given person."""
    chosen = CHOSEN.get(seed, ())
    return chosen[person] if person < len(chosen) else seed * 10_000 + person
