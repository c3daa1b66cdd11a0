"""Least squares in plain Python: a sum of powers, by orthogonal columns on a scaled abscissa.

Columns are made orthogonal (modified Gram-Schmidt) and sums are exact (``fsum``), so that
twelve of NIST's certified digits come out: see the tests.
"""

from collections.abc import Sequence
from math import fsum, sqrt
from typing import NamedTuple

Vector = list[float]


class Fit(NamedTuple):
    """``y = sum of coefficient * x**power``, with what the points say about it."""

    powers: tuple[int, ...]
    coefficients: tuple[float, ...]
    scale: float
    """Abscissa by which powers were scaled inside."""
    scaled_covariance: tuple[tuple[float, ...], ...]
    """Of the coefficients on the scaled abscissa, for a residual standard deviation of 1."""
    residuals: tuple[float, ...]
    """Measured less fitted, in the unit of y."""
    degrees: int
    """Degrees of freedom."""

    @property
    def residual_deviation(self) -> float:
        """Residual standard deviation, in the unit of y; 0 without a degree of freedom."""
        return sqrt(fsum(r * r for r in self.residuals) / self.degrees) if self.degrees else 0.0

    def at(self, x: float) -> float:
        """Return the fitted value."""
        return fsum(c * x**p for c, p in zip(self.coefficients, self.powers, strict=True))

    def leverage(self, x: float) -> float:
        """Return the standard uncertainty of the fitted value for a residual standard deviation of 1."""
        u = [(x / self.scale) ** p for p in self.powers]
        return sqrt(
            max(0.0, fsum(a * b * c for a, row in zip(u, self.scaled_covariance, strict=True) for b, c in zip(u, row, strict=True)))
        )

    def deviations(self) -> tuple[float, ...]:
        """Return the standard deviations of the coefficients."""
        s = self.residual_deviation
        return tuple(s * sqrt(self.scaled_covariance[i][i]) / self.scale**p for i, p in enumerate(self.powers))


def fit(xs: Sequence[float], ys: Sequence[float], powers: tuple[int, ...] = (1, 2)) -> Fit:
    """Return the least-squares fit; the powers (1, 2) are a quadratic through zero, (0, 1, 2) one that is free.

    Raises:
        ValueError: fewer points than powers, or points that do not tell the powers apart.
    """
    if len(xs) != len(ys) or len(xs) < len(powers):
        raise ValueError("there are fewer points than coefficients")
    scale = max(abs(x) for x in xs) or 1.0
    columns = [[(x / scale) ** p for x in xs] for p in powers]
    basis, upper = _orthogonal(columns)
    left = list(ys)
    projections = []
    for q in basis:
        part = _dot(q, left)
        projections.append(part)
        left = [y - part * v for y, v in zip(left, q, strict=True)]
    inverse = _invert_upper(upper)
    scaled = [fsum(inverse[i][j] * projections[j] for j in range(len(powers))) for i in range(len(powers))]
    covariance = tuple(tuple(_dot(row, other) for other in inverse) for row in inverse)
    coefficients = tuple(c / scale**p for c, p in zip(scaled, powers, strict=True))
    fitted = [fsum(c * column[i] for c, column in zip(scaled, columns, strict=True)) for i in range(len(xs))]
    residuals = tuple(y - f for y, f in zip(ys, fitted, strict=True))
    return Fit(powers, coefficients, scale, covariance, residuals, len(xs) - len(powers))


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return fsum(x * y for x, y in zip(a, b, strict=True))


def _orthogonal(columns: list[Vector]) -> tuple[list[Vector], list[Vector]]:
    """Return orthonormal columns and the upper triangle that makes the given ones of them."""
    size = len(columns)
    basis: list[Vector] = []
    upper = [[0.0] * size for _ in range(size)]
    for j, column in enumerate(columns):
        rest = list(column)
        for i, q in enumerate(basis):
            upper[i][j] = part = _dot(q, rest)
            rest = [r - part * v for r, v in zip(rest, q, strict=True)]
        norm = sqrt(_dot(rest, rest))
        if norm <= 1e-12 * sqrt(_dot(column, column)):
            raise ValueError("the points do not tell the coefficients apart")
        upper[j][j] = norm
        basis.append([r / norm for r in rest])
    return basis, upper


def _invert_upper(upper: list[Vector]) -> list[Vector]:
    size = len(upper)
    inverse = [[0.0] * size for _ in range(size)]
    for j in range(size):
        inverse[j][j] = 1 / upper[j][j]
        for i in range(j - 1, -1, -1):
            inverse[i][j] = -fsum(upper[i][m] * inverse[m][j] for m in range(i + 1, j + 1)) / upper[i][i]
    return inverse
