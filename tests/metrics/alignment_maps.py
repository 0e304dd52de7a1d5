"""Maps made on purpose: read forward, with sources left out, shuffled, reversed, stuck; all of one sharpness and one noise."""

import numpy as np

KINDS = ("diagonal", "skipping", "shuffled", "reversed", "stuck")


def rows_at(places: np.ndarray, sources: int, chance: np.random.Generator, width: float, noise: float) -> np.ndarray:
    """A row for each place: a bump around it and some weight anywhere; rows sum to one."""
    bump = np.exp(-(((np.arange(sources) - places[:, None]) / width) ** 2) / 2)
    bump = bump / bump.sum(axis=1, keepdims=True)
    anywhere = chance.dirichlet(np.ones(sources), len(places))
    return (1 - noise) * bump + noise * anywhere


def held(chance: np.random.Generator, order: np.ndarray, targets: int) -> np.ndarray:
    """Sources in an order, each held for at least one output, so many in all."""
    extra = chance.multinomial(targets - len(order), np.full(len(order), 1 / len(order)))
    return np.repeat(order, 1 + extra)


def drawn(seed: int) -> dict[str, np.ndarray]:
    """One map of each kind, of a size, a sharpness and a noise by chance."""
    chance = np.random.default_rng(seed)
    sources = int(chance.integers(8, 33))
    targets = int(chance.integers(sources, 3 * sources + 1))
    width, noise = chance.uniform(0.2, 0.8), chance.uniform(0.0, 0.3)
    every = np.arange(sources)
    left_out = int(chance.integers(max(2, sources // 6), sources // 3 + 1))
    start = int(chance.integers(0, sources - left_out + 1))
    kept = np.delete(every, np.s_[start : start + left_out])
    while True:  # an order that is really another: at most a quarter more pairs in order than out of it
        mixed = chance.permutation(sources)
        later = np.sign(mixed[None, :] - mixed[:, None])[np.triu_indices(sources, 1)]
        if later.mean() <= 0.25:
            break
    places = {
        "diagonal": held(chance, every, targets),
        "skipping": held(chance, kept, targets),
        "shuffled": held(chance, mixed, targets),
        "reversed": held(chance, every[::-1], targets),
        "stuck": np.full(targets, int(chance.integers(sources))),
    }
    return {kind: rows_at(at, sources, chance, width, noise) for kind, at in places.items()}


def drawn_sparse(seed: int) -> dict[str, np.ndarray]:
    """As `drawn`, with fewer outputs than sources: each reads on by as many sources as it must, or leaves a part out."""
    chance = np.random.default_rng([77, seed])
    sources = int(chance.integers(12, 48))
    targets = int(chance.integers(max(8, sources // 3), sources))
    width, noise = chance.uniform(0.2, 0.8), chance.uniform(0.0, 0.3)
    left_out = int(chance.integers(max(2, sources // 5), sources // 3 + 1))
    start = int(chance.integers(0, sources - left_out + 1))
    along = (np.arange(targets) + 0.5) / targets
    straight = np.floor(along * sources).astype(int)
    kept = np.delete(np.arange(sources), np.s_[start : start + left_out])
    while True:  # as above
        mixed = chance.permutation(targets)
        later = np.sign(mixed[None, :] - mixed[:, None])[np.triu_indices(targets, 1)]
        if later.mean() <= 0.25:
            break
    places = {
        "diagonal": straight,
        "skipping": kept[np.floor(along * len(kept)).astype(int)],
        "shuffled": straight[mixed],
        "reversed": straight[::-1],
        "stuck": np.full(targets, int(chance.integers(sources))),
    }
    return {kind: rows_at(at, sources, chance, width, noise) for kind, at in places.items()}
