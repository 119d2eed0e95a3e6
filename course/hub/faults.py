"""What can go wrong between here and the hub, in one sentence each."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from course import address, paths
from course.errors import (
    CourseError,
    KeyMissing,
    KeyRefused,
    ModelNotFound,
    ProviderError,
    RateLimited,
)
from course.hub.listing import MB, Offer

LATER = "what has arrived is kept, and the same call goes on from there"


@contextmanager
def told(offer: Offer, endpoint: str) -> Iterator[None]:
    """Turns every way in which the library fails into a CourseError."""
    from huggingface_hub import errors

    host = address.host_of(endpoint)
    try:
        yield
    except CourseError:
        raise
    except (errors.HfHubHTTPError, OSError, errors.HTTPError, ValueError) as error:
        raise _sentence(error, offer, host) from None


def no_room(needed: float) -> CourseError:
    return CourseError(
        f"There is no room for the {needed / MB:,.0f} MB that are still to come in "
        f"{paths.shown(paths.CACHE)}: free some, look at hub.cached(), or name another folder in "
        "COURSE_CACHE."
    )


def _sentence(error: Exception, offer: Offer, host: str) -> CourseError:
    from huggingface_hub import errors

    response = getattr(error, "response", None)
    if isinstance(error, errors.GatedRepoError):
        return _gated(offer)
    if isinstance(error, errors.RepositoryNotFoundError):
        return _unknown(offer, host)
    if isinstance(error, errors.RevisionNotFoundError):
        return ModelNotFound(
            f"{offer.repository} has no state {offer.revision[:12]} any more at {host}: choose "
            "another model from hub.offers()."
        )
    if isinstance(error, errors.EntryNotFoundError):
        return gone(offer, [])
    if response is not None and isinstance(error, errors.HfHubHTTPError):
        return _status(response.status_code, offer, host)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return no_room(offer.size)
    if isinstance(error, OSError) and error.filename is not None:
        return CourseError(
            f"{paths.shown(error.filename)} cannot be written ({error.strerror}): change that, or "
            "name another folder in COURSE_CACHE."
        )
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        return ProviderError(
            f"{host} did not answer as a hub does: check HF_ENDPOINT, or try again later."
        )
    return ProviderError(
        f"{host} could not be reached, or the connection broke: check the network and try again; "
        f"{LATER}. A model that is in the cache needs no network."
    )


def gone(offer: Offer, near: list[str]) -> ModelNotFound:
    others = f" (there now: {', '.join(near)})" if near else ""
    return ModelNotFound(
        f"{offer.filename} is no longer in {offer.repository}{others}: it was renamed or removed; "
        "choose another model from hub.offers()."
    )


def _unknown(offer: Offer, host: str) -> ModelNotFound:
    return ModelNotFound(
        f"{host} shows no repository {offer.repository}: it was renamed, removed or made private; "
        "choose another model from hub.offers()."
    )


def _gated(offer: Offer) -> KeyMissing:
    return KeyMissing(
        f"{offer.repository} is given only to those who have accepted its conditions: do so on "
        f"its page, put a key of yours into HF_TOKEN, and call hub.download({offer.name!r}, "
        "send_token=True)."
    )


def _status(status: int, offer: Offer, host: str) -> CourseError:
    if status == 401:
        return KeyRefused(
            f"{host} did not let us in (401): if you sent a key, make another one on its page and "
            "put that into HF_TOKEN."
        )
    if status == 403:
        return KeyRefused(
            f"{host} refused {offer.repository} (403): the conditions on its page are not "
            "accepted, or the key in HF_TOKEN may not read it."
        )
    if status == 404:
        return _unknown(offer, host)
    if status == 429:
        return RateLimited(f"{host} asks to be left alone for a while (429): try later; {LATER}.")
    return ProviderError(f"{host} answered with an error ({status}): try again later; {LATER}.")
