"""Bigger models, downloaded once from a hub and then used like those the course ships.

    from course import hub, models

    hub.offers()                                  what there is, its licence and what it needs
    hub.download("smollm2-135m-instruct-q8_0")    asks the hub; nothing else here does
    models.load("smollm2-135m-instruct-q8_0")     no network; through the doors: "local:smollm2-..."
    hub.cached(); hub.empty()                     what lies on this disk; take it away

The hub is huggingface.co, or what HF_ENDPOINT names. No telemetry is sent, no key unless the reader
asks for it, and with HF_HUB_OFFLINE set nothing at all.
"""

from course.hub.bring import download
from course.hub.cache import cached, empty, kept
from course.hub.listing import Offer, names, offer, offers

__all__ = ["Offer", "cached", "download", "empty", "kept", "names", "offer", "offers"]
