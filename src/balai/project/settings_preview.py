"""Settings of the throwaway hall that `balai preview` opens: those of a hall, its own addresses beside them, and a page that follows the folder."""

from balai.project.settings import *  # noqa: F403
from balai.project.settings import MIDDLEWARE as _MIDDLEWARE

PREVIEWING = True  # what is asked before anything is tried out: no environment sets it, and no other hall has it
ROOT_URLCONF = "balai.project.urls_preview"
MIDDLEWARE = [*_MIDDLEWARE, "balai.doors.console.preview.follow.FollowFolder"]
