"""A virtual wand: the wand's own program on a virtual board, with air, a hand, faults and ports around it."""
