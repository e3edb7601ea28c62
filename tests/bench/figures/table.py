"""Figures as Markdown."""


def number(value):
    """Three significant digits, thousands apart; whole above 100."""
    if value is None:
        return "-"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    digits = 2 if abs(value) < 1 else 1 if abs(value) >= 10 else 2
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def spelled(spread):
    """median (least–most); the median alone when all runs agree on it."""
    middle, low, high = number(spread.median), number(spread.least), number(spread.most)
    return middle if low == middle == high else f"{middle} ({low}–{high})"


def markdown(headings, rows):
    lines = ["| " + " | ".join(headings) + " |", "|" + "---|" * len(headings)]
    lines += ["| " + " | ".join(cells) + " |" for cells in rows]
    return "\n".join(lines)
