# SPDX-License-Identifier: Apache-2.0
"""A small world of emoji scenes: what is in them, how they look, what is true of them.

A scene holds one thing (small, plain or big), two things in a spatial relation, or
two to four of one kind, on a plain or patterned background.  `sample` draws a scene,
`render` paints it, `describe` words a true caption, and `is_true` decides whether any
caption holds for a scene's facts.

Needs Pillow, numpy and the Noto Color Emoji font (Debian: fonts-noto-color-emoji).

    python tools/demo/demo_world.py --gallery samples        # write the sample gallery
"""

import argparse
import functools
import hashlib
import io
import json
import pathlib
import random
import re

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"

# The 150 things: emoji, name, synonyms; ":" gives an irregular plural.
TABLE = """
🐈 cat kitty; 🐕 dog hound; 🐁 mouse:mice; 🐇 rabbit bunny; 🦊 fox; 🐻 bear; 🐼 panda;
🐨 koala; 🦁 lion; 🐅 tiger; 🐄 cow; 🐖 pig hog; 🐸 frog; 🐒 monkey; 🐔 chicken hen;
🐧 penguin; 🐦 bird; 🦆 duck; 🦉 owl; 🦇 bat; 🐺 wolf:wolves; 🐎 horse; 🦄 unicorn;
🐝 bee honeybee; 🐛 caterpillar; 🦋 butterfly; 🐌 snail; 🐞 ladybug ladybird; 🐜 ant;
🕷 spider; 🐢 turtle tortoise; 🐍 snake serpent; 🦎 lizard; 🐙 octopus; 🦑 squid; 🦐 shrimp;
🦞 lobster; 🦀 crab; 🐟 fish:fish; 🐬 dolphin; 🐋 whale; 🦈 shark; 🐊 crocodile alligator;
🦓 zebra; 🦍 gorilla; 🐘 elephant; 🦛 hippo hippopotamus; 🦏 rhino rhinoceros; 🐪 camel;
🦒 giraffe; 🦘 kangaroo; 🐑 sheep:sheep; 🐐 goat; 🦌 deer:deer; 🦢 swan; 🦩 flamingo;
🦜 parrot; 🦔 hedgehog; 🐿 squirrel chipmunk;
🌵 cactus:cacti; 🌲 pine; 🌴 palm; 🌹 rose; 🌻 sunflower; 🌷 tulip; 🍄 mushroom; 🍁 leaf:leaves;
🍎 apple; 🍐 pear; 🍊 orange tangerine; 🍋 lemon; 🍌 banana; 🍉 watermelon; 🍓 strawberry;
🍑 peach; 🍍 pineapple; 🥥 coconut; 🥑 avocado; 🍆 eggplant aubergine; 🥔 potato:potatoes spud;
🥕 carrot; 🌶 pepper chili; 🥚 egg; 🍕 pizza; 🍔 hamburger burger; 🌮 taco; 🥪 sandwich;
🍪 cookie biscuit; 🎂 cake; 🧁 cupcake muffin; 🍩 doughnut donut; 🍭 lollipop; 🥨 pretzel;
🥐 croissant;
🚗 car automobile; 🚌 bus; 🚕 taxi cab; 🚚 truck lorry; 🚜 tractor; 🚂 train locomotive;
🚲 bicycle bike; 🏍 motorcycle motorbike; ✈ airplane plane; 🚁 helicopter; 🚀 rocket spaceship;
⛵ sailboat yacht; 🚢 ship; ⚓ anchor; 🚑 ambulance; 🏠 house home; 🏰 castle; ⛺ tent;
☀ sun; 🌙 moon crescent; ⭐ star; ☁ cloud; 🌈 rainbow; ⛄ snowman:snowmen; ☂ umbrella parasol;
🏀 basketball; ⚽ football; 🏆 trophy; 🎸 guitar; 🎻 violin fiddle; 🎺 trumpet; 🥁 drum; 🔔 bell;
🎈 balloon; 🎁 gift present; 👑 crown; 👕 shirt; 👗 dress gown; 👟 shoe sneaker; 🔑 key;
🔒 lock padlock; 🔨 hammer; ✏ pencil; 📕 book; 🕯 candle; 💡 bulb; 📷 camera; ⏰ clock;
📺 television; 💻 laptop computer; 🤖 robot; 👻 ghost; ❤ heart; 💎 diamond gem; 💍 ring;
☕ cup mug
"""

COLOURS = {
    "red": (200, 50, 50), "orange": (240, 150, 50), "yellow": (245, 225, 90),
    "green": (85, 170, 85), "blue": (70, 115, 205), "purple": (140, 85, 175),
    "pink": (245, 170, 195), "brown": (135, 95, 65), "gray": (145, 145, 145),
    "white": (245, 245, 245), "black": (30, 30, 30),
}
PATTERNS = ("striped", "dotted", "checkered")
NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4,
           "1": 1, "2": 2, "3": 3, "4": 4}
SIZES = {"small": "small", "little": "small", "tiny": "small",
         "big": "big", "large": "big", "huge": "big"}
RELATIONS = {
    "to the left of": "left", "on the left of": "left", "left of": "left",
    "to the right of": "right", "on the right of": "right", "right of": "right",
    "above": "above", "over": "above",
    "below": "below", "under": "below", "beneath": "below",
    "next to": "beside", "beside": "beside", "and": "with",
}
OPPOSITE = {"left": "right", "right": "left", "above": "below", "below": "above"}
PREFIXES = ("", "a photo of ", "a picture of ", "an image of ", "there is ", "there are ")


# Nothing of this world, nor a word for anything in it: kept from training, to measure with.
ELSEWHERE = """submarine wedding skyscraper bathroom violinist spaghetti swimming-pool stadium waterfall volcano desert
glacier harbour lighthouse windmill cathedral mosque pyramid bridge tunnel staircase elevator escalator fireplace curtain
carpet pillow blanket mirror bathtub toilet sink oven fridge microwave kettle fork spoon knife plate bowl jar napkin
tablecloth chandelier bookshelf wardrobe drawer ladder fence gate garage barn greenhouse vineyard orchard meadow swamp
canyon cave cliff reef iceberg avalanche tornado lightning fog sunset-over-hills crowd orchestra choir dancer boxer
surfer skier cyclist swimmer jockey referee nurse surgeon dentist firefighter soldier policeman judge priest bride
farmer fisherman butcher baker tailor carpenter plumber painter sculptor photographer journalist astronaut pilot
sailor waiter""".split()


def plural(word):
    """The regular English plural."""
    if re.search(r"(s|x|ch|sh)$", word):
        return word + "es"
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + "s"


def _read_table():
    emoji, words = {}, {}
    for entry in TABLE.replace("\n", " ").split(";"):
        symbol, *names = entry.split()
        pairs = [tuple(n.split(":")) if ":" in n else (n, plural(n)) for n in names]
        emoji[pairs[0][0]], words[pairs[0][0]] = symbol, pairs
    return emoji, words


EMOJI, WORDS = _read_table()
THINGS = tuple(EMOJI)
SINGULAR = {s: t for t, pairs in WORDS.items() for s, _ in pairs}
PLURAL = {p: t for t, pairs in WORDS.items() for _, p in pairs}


def held_out(a, b):
    """True for the one pair in twenty that training never shows together."""
    return hashlib.sha256("+".join(sorted((a, b))).encode()).digest()[0] % 20 == 0


# ---- scenes -------------------------------------------------------------------------

def make(rng, things, relation=None, size=None, background=None):
    """A scene with the given facts, its layout drawn at random.

    things: {name: count}; relation: [a, "left"|"right"|"above"|"below", b] or None;
    size: "small" or "big" or None.
    """
    if background is None:
        background = rng.choice(tuple(COLOURS)) if rng.random() < 0.75 else rng.choice(PATTERNS)
    facts = {"things": dict(things), "relation": relation, "size": size, "background": background}
    u = rng.uniform
    names = [name for name, count in things.items() for _ in range(count)]
    if relation:
        first, how, second = relation
        names = [first, second]
        low, high, across = u(.22, .30), u(.70, .78), u(.32, .68)
        spots = [[low, across + u(-.07, .07)], [high, across + u(-.07, .07)]]
        if how in ("above", "below"):
            spots = [spot[::-1] for spot in spots]
        if how in ("right", "below"):
            spots.reverse()
        scales = [u(.33, .46), u(.33, .46)]
    elif len(names) == 1:
        scale = {"small": u(.20, .29), None: u(.42, .56), "big": u(.78, .95)}[size]
        margin = max(scale / 2, .05)
        spots, scales = [[u(margin, 1 - margin), u(margin, 1 - margin)]], [scale]
    else:
        scale = u(*{2: (.33, .45), 3: (.27, .36), 4: (.25, .33)}[len(names)])
        spots = []
        while len(spots) < len(names):
            spots = []
            for _ in range(40):
                x, y = u(scale / 2, 1 - scale / 2), u(scale / 2, 1 - scale / 2)
                if all(max(abs(x - a), abs(y - b)) > scale * 1.02 for a, b in spots):
                    spots.append([x, y])
                if len(spots) == len(names):
                    break
        scales = [scale * u(.92, 1.08) for _ in names]
    sprites = [(n, *spot, s, rng.gauss(0, 6), [u(.88, 1.12) for _ in range(3)])
               for n, spot, s in zip(names, spots, scales)]
    return {"facts": facts, "sprites": sprites, "paint": rng.getrandbits(32)}


def sample_pair(rng, unseen=False):
    """Two different things, held out from training or not."""
    while True:
        a, b = rng.sample(THINGS, 2)
        if held_out(a, b) == unseen:
            return a, b


def sample(rng, kind=None):
    """A random scene; kind is "one", "pair", "unseen pair" or "many"."""
    kind = kind or rng.choices(("one", "pair", "many"), (3, 5, 2))[0]
    if kind == "one":
        return make(rng, {rng.choice(THINGS): 1}, size=rng.choice(("small", None, "big")))
    if kind == "many":
        return make(rng, {rng.choice(THINGS): rng.randint(2, 4)})
    a, b = sample_pair(rng, kind == "unseen pair")
    return make(rng, {a: 1, b: 1}, [a, rng.choice(tuple(OPPOSITE)), b])


def sample_group(rng):
    """Four scenes alike but for the relation, the count, the size or one thing."""
    kind = rng.choices(("relation", "many", "size", "thing", "any"), (5, 2, 2, 3, 1))[0]
    background = None if rng.random() < .5 else rng.choice(tuple(COLOURS) + PATTERNS)
    a, b = sample_pair(rng)
    if kind == "relation":
        return [make(rng, {a: 1, b: 1}, [a, how, b], None, background) for how in OPPOSITE]
    if kind == "many":
        return [make(rng, {a: n}, None, None, background) for n in (1, 2, 3, 4)]
    if kind == "size":
        return [make(rng, {a: 1}, None, size, background) for size in ("small", None, "big", None)]
    if kind == "thing":
        how, scenes = rng.choice(tuple(OPPOSITE)), []
        while len(scenes) < 4:
            other = rng.choice(THINGS)
            if other != a and not held_out(a, other):
                scenes.append(make(rng, {a: 1, other: 1}, [a, how, other], None, background))
        return scenes
    return [sample(rng) for _ in range(4)]


# ---- pictures -----------------------------------------------------------------------

@functools.lru_cache(maxsize=None)
def sprite(name):
    """The thing's emoji as a square RGBA picture, cropped to what is drawn."""
    font = ImageFont.truetype(FONT, 109)
    image = Image.new("RGBA", (160, 160))
    ImageDraw.Draw(image).text((8, 8), EMOJI[name], font=font, embedded_color=True)
    image = image.crop(image.getbbox())
    side = round(max(image.size) * 1.06)
    square = Image.new("RGBA", (side, side))
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return square


def _background(rng, name, size):
    """A plain colour with a faint slope, or a pattern of two near colours."""
    plain = name in COLOURS
    base = np.array(COLOURS[name if plain else rng.choice(tuple(COLOURS))], float)
    base = base * rng.uniform(.93, 1.05) + [rng.uniform(-9, 9) for _ in range(3)]
    y, x = np.mgrid[0:size, 0:size] / size
    if plain:
        slope = rng.uniform(-14, 14) * (x - .5) + rng.uniform(-14, 14) * (y - .5)
        return np.clip(base + slope[..., None], 0, 255)
    other = base + rng.choice((-1, 1)) * rng.uniform(38, 60)
    if not 0 <= other.mean() <= 255:
        other = 2 * base - other
    period, px, py = rng.uniform(.11, .18), rng.random(), rng.random()
    if name == "striped":
        angle = rng.uniform(0, np.pi)
        wave = np.sin(2 * np.pi * ((x * np.cos(angle) + y * np.sin(angle)) / period + px))
    elif name == "checkered":
        wave = 2 * np.sin(np.pi * (x / period + px)) * np.sin(np.pi * (y / period + py))
    else:
        u, v = (x / period + px) % 1 - .5, (y / period + py) % 1 - .5
        wave = (.3 - np.hypot(u, v)) * 6
    mix = np.clip(wave * 6 * period * size / 12 + .5, 0, 1)[..., None]
    return np.clip(base * mix + other * (1 - mix), 0, 255)


def render(scene, size):
    """Paint the scene as a size x size RGB picture."""
    rng = random.Random(scene["paint"])
    ground = _background(rng, scene["facts"]["background"], size)
    canvas = Image.fromarray(ground.astype(np.uint8))
    for name, cx, cy, scale, angle, tint in scene["sprites"]:
        side = max(4, round(scale * size))
        drawn = sprite(name).resize((side, side), Image.LANCZOS).rotate(angle, Image.BICUBIC)
        pixels = np.asarray(drawn).astype(np.float32)
        pixels[..., :3] *= tint
        drawn = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
        spot = (round(cx * size - side / 2), round(cy * size - side / 2))
        canvas.paste(drawn, spot, drawn)
    return canvas


def jpeg(image, quality=90):
    """The picture as JPEG bytes."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


# ---- captions -----------------------------------------------------------------------

def _noun(rng, name, count=1, size=None):
    one, many = WORDS[name][0] if rng.random() < .7 else rng.choice(WORDS[name])
    word = one if count == 1 else many
    if size:
        word = rng.choice([w for w, s in SIZES.items() if s == size]) + " " + word
    if count > 1:
        return ("two", "three", "four")[count - 2] + " " + word
    return ("an " if word[0] in "aeiou" and not word.startswith("uni") else "a ") + word


def describe(rng, facts):
    """A true caption of the facts, worded at random."""
    (name, count), *rest = facts["things"].items()
    if rest:
        first, how, second = facts["relation"]
        if rng.random() < .5:
            first, how, second = second, OPPOSITE[how], first
        roll = rng.random()
        if roll < .08:
            how = "with"
        elif roll < .14 and how in ("left", "right"):
            how = "beside"
        phrase = rng.choice([p for p, r in RELATIONS.items() if r == how])
        text = f"{_noun(rng, first)} {phrase} {_noun(rng, second)}"
    else:
        text = _noun(rng, name, count, facts["size"])
    if rng.random() < .35:
        ground = facts["background"]
        text += f" {rng.choice(('on', 'against'))} {'an' if ground[0] == 'o' else 'a'} {ground} background"
    roll = rng.random()
    if roll < .25:
        text = rng.choice(PREFIXES[1:4]) + text
    elif roll < .30:
        text = (PREFIXES[5] if count > 1 else PREFIXES[4]) + text
    return text


def mention(rng, facts):
    """A text that names one of a scene's things, as people search: "a cat", "cats"."""
    name, count = rng.choice(list(facts["things"].items()))
    if rng.random() < .6:
        text = _noun(rng, name, count)
    else:
        text = rng.choice(WORDS[name])[count > 1]
    return rng.choice(PREFIXES[1:4]) + text if rng.random() < .3 else text


_GROUND = re.compile(r" (?:on|against|with|in front of) an? (\w+) background$")
_LINK = re.compile(r" (?:is |are )?(" + "|".join(sorted(RELATIONS, key=len, reverse=True)) + ") ")


def _parse_noun(text):
    """(thing, count, size) named by a phrase like "two small cats", or None.  A name alone leaves
    the count open: None."""
    if text in SINGULAR or text in PLURAL:
        return SINGULAR.get(text) or PLURAL[text], None, None
    number, _, rest = text.partition(" ")
    count, size = NUMBERS.get(number), None
    first, _, tail = rest.partition(" ")
    if first in SIZES:
        size, rest = SIZES[first], tail
    name = (SINGULAR if count == 1 else PLURAL).get(rest)
    return (name, count, size) if count and name else None


def parse(caption):
    """What a caption claims, as {"nouns", "link", "background"}; None if it is not understood."""
    text = " ".join(re.sub(r"[^a-z0-9 ]", " ", caption.lower()).split())
    for prefix in PREFIXES[:0:-1]:
        text = text.removeprefix(prefix)
    ground = _GROUND.search(text)
    background = ground[1].replace("grey", "gray") if ground else None
    text = text[:ground.start()] if ground else text
    link = _LINK.search(text)
    parts = [text[:link.start()], text[link.end():]] if link else [text]
    nouns = [_parse_noun(part) for part in parts]
    if None in nouns or len({n[0] for n in nouns}) < len(nouns):
        return None
    return {"nouns": nouns, "link": RELATIONS[link[1]] if link else None, "background": background}


def holds(claim, facts):
    """Whether a parsed claim is true of a scene's facts."""
    if claim is None or claim["background"] not in (None, facts["background"]):
        return False
    for name, count, size in claim["nouns"]:
        shown = facts["things"].get(name)
        if not shown or count not in (None, shown) or size not in (None, facts["size"]):
            return False
    link = claim["link"]
    if link in (None, "with"):
        return True
    if not facts["relation"]:
        return False
    first, how, _ = facts["relation"]
    if link == "beside":
        return how in ("left", "right")
    return link == (how if claim["nouns"][0][0] == first else OPPOSITE[how])


def is_open(claim, facts):
    """Whether it is a matter of taste if the claim holds: "a cat" where there are three."""
    (name, count, size), *rest = claim["nouns"]
    return count == 1 and not size and not rest and facts["things"].get(name, 1) > 1


def is_true(caption, facts):
    """Whether the caption says something, and only what is so."""
    return holds(parse(caption), facts)


# ---- the sample gallery -------------------------------------------------------------

def gallery_scenes(count=200):
    """The scenes of the sample gallery: some chosen, the rest drawn at random."""
    rng = random.Random("descry gallery")
    scenes = [make(rng, {"cat": n}) for n in (2, 2, 3, 4, 1)]
    scenes += [make(rng, {"dog": n}) for n in (1, 2, 3)]
    scenes += [make(rng, {"cat": 1, "dog": 1}, ["cat", how, "dog"]) for how in OPPOSITE]
    scenes += [make(rng, {"cat": 1}, None, size) for size in ("small", "big")]
    scenes += [make(rng, {"car": 1}, None, size, "red") for size in ("small", None, "big")]
    while len(scenes) < count:
        unseen = rng.random() < .1
        scenes.append(sample(rng, "unseen pair" if unseen else None))
    rng.shuffle(scenes)
    return scenes


def write_gallery(folder):
    """Write gallery/*.jpg and facts.json under the folder."""
    folder = pathlib.Path(folder)
    (folder / "gallery").mkdir(parents=True, exist_ok=True)
    rng, rows = random.Random("descry gallery captions"), []
    for number, scene in enumerate(gallery_scenes(), 1):
        name = f"gallery/{number:04}.jpg"
        (folder / name).write_bytes(jpeg(render(scene, 256)))
        facts = scene["facts"]
        rows.append({"file": name, "caption": describe(rng, facts), **facts})
    (folder / "facts.json").write_text(
        "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


def main():
    parser = argparse.ArgumentParser(description="Write the sample gallery.")
    parser.add_argument("--gallery", default="samples", help="folder to write to")
    write_gallery(parser.parse_args().gallery)


if __name__ == "__main__":
    main()
