"""What the frame of every page shows: whose page it is, language, size of type, the demo's mark."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from tongban.domains.identity import selectors as identity
from tongban.domains.messaging import selectors as messaging
from tongban.sites.shared.origins import page_before

SIZE_COOKIE = "tongban_size"
ELDER = "elder"


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame's content; `name` is empty for a visitor."""

    language: str
    other_language: str
    other_language_name: str
    size: str
    is_elder: bool
    is_demo: bool
    path: str
    name: str = ""
    acting_for_name: str = ""
    unread: int = 0
    is_officer: bool = False


def shell(request: HttpRequest) -> dict[str, object]:
    """Context processor: the frame with the person in it."""
    frame = bare_shell(request)
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return {"shell": frame}
    actor = request.actor  # type: ignore[attr-defined]  # set by ActorMiddleware
    subjects = [actor.acting_for] if actor.acting_for else []
    stranger = actor.acting_for and actor.acting_for != actor.subject_id
    return {
        "shell": Shell(
            language=frame.language,
            other_language=frame.other_language,
            other_language_name=frame.other_language_name,
            size=frame.size,
            is_elder=frame.is_elder,
            is_demo=frame.is_demo,
            path=frame.path,
            name=actor.name,
            acting_for_name=identity.get_subject(actor.acting_for).name if stranger else "",
            unread=messaging.unread_count(subjects) if subjects else 0,
            is_officer=actor.is_officer,
        )
    }


def bare_shell(request: HttpRequest) -> Shell:
    """The frame for a visitor; needs no database."""
    is_english = (get_language() or "").startswith("en")
    size = request.COOKIES.get(SIZE_COOKIE, "")
    return Shell(
        language="en" if is_english else "zh-Hans",
        other_language="zh-hans" if is_english else "en",
        other_language_name="中文" if is_english else "English",
        size=ELDER if size == ELDER else "standard",
        is_elder=size == ELDER,
        is_demo=settings.IS_DEMO,
        path=page_before(request),
    )
