"""The generators a person can choose from; a new one is one module and one line here."""

from core.fakes.base import Generator
from core.fakes.masked_gan import MASKED_GAN
from core.fakes.self_blended import SELF_BLENDED

GENERATORS: dict[str, Generator] = {
    "self-blended": SELF_BLENDED,
    "masked-gan": MASKED_GAN,
}
