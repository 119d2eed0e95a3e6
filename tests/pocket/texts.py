"""What a freshly trained model is tried on; both environments must know it."""

from pocket import tasks

ODD = ["", " ", "  two  spaces ", "tab\there", "naïve 中文 🎿", "it's 'sun' 1234", "\n\n"]
TURN = ("Triage: where is my parcel?", "shipping/normal")


def prompts() -> list[str]:
    """More than a thousand texts: of every task and level, and odd ones."""
    made = [
        e
        for task in tasks.MAKERS
        for level in tasks.LEVELS
        for e in tasks.samples(task, level, 26, 7)
    ]
    return [e.prompt for e in made] + ODD
