"""Settings of the throwaway hall that `balai preview` opens: those of a hall, its own addresses beside them, and a page that follows the folder."""

from balai.project.settings import *  # noqa: F403
from balai.project.settings import MIDDLEWARE as _MIDDLEWARE

BALAI_PREVIEW = True
ROOT_URLCONF = "balai.project.urls_preview"
MIDDLEWARE = [*_MIDDLEWARE, "balai.doors.console.preview.follow.FollowFolder"]
