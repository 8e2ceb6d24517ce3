"""Measures and colours of printed papers, in points: A4, black, and amber for what is not settled."""

from .document import BLACK, HEIGHT, WIDTH

SIDE, TOP, BOTTOM = 56.7, 54.0, 62.0  # 20 mm, 19 mm, and room for the foot
INNER = WIDTH - 2 * SIDE
END = HEIGHT - BOTTOM
BODY, SMALL, TINY = 11.0, 9.0, 8.0
INK, GREY, FAINT, WHITE = BLACK, (0.27, 0.27, 0.27), (0.6, 0.6, 0.6), (1.0, 1.0, 1.0)
AMBER, AMBER_EDGE = (0.48, 0.29, 0.0), (0.72, 0.47, 0.12)
PINE, PALE, FAINT_PINE, PLUM = (
    (0.04, 0.36, 0.34),
    (0.55, 0.72, 0.70),
    (0.88, 0.94, 0.93),
    (0.42, 0.25, 0.49),
)
