"""What the simulated Ideogram draws: one small picture, and one like a photograph of 1024 pixels a
side, with soft shapes and grain, as a codec finds it hard."""

from pathlib import Path

from PIL import Image, ImageChops

SIDE = 1024


def draw(directory):
    Image.new("RGB", (64, 64), (200, 30, 30)).save(Path(directory) / "small.png")
    photograph().save(Path(directory) / "large.png")


def photograph():
    def channel():
        soft = Image.effect_noise((12, 12), 110).resize((SIDE, SIDE), Image.BICUBIC)
        texture = Image.effect_noise((SIDE // 4, SIDE // 4), 14).resize((SIDE, SIDE), Image.BICUBIC)
        return ImageChops.add(soft, texture, 1, -128)

    grain = Image.effect_noise((SIDE, SIDE), 5)
    return Image.merge("RGB", [ImageChops.add(channel(), grain, 1, -128) for _ in range(3)])
