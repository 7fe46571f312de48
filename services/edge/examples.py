"""Examples for the OpenAPI document."""

from __future__ import annotations

from typing import Any

PROJECT_ID = "0b4c2f0e-7d0b-4d0e-9a5d-1b7f1f2f3a10"
RUN_ID = "7f0f2f6a-3c5e-5a8e-9b1e-2d4c6b8a0f12"
WISH = "A library API with members, books and loans. A member can borrow at most 5 books."
BODIES: dict[str, Any] = {
    "Credentials": {"email": "admin@interius.local", "password": "correct horse battery"},
    "NewUser": {"email": "ada@example.org", "password": "a long password", "superuser": False},
    "ProjectName": {"name": "Library"},
    "NewRun": {"wish": WISH, "approve": False, "budget": {"minutes": 30}},
    "Feedback": {"feedback": "Librarians may lend 10 books, members 5."},
    "Cancellation": {"reason": "Wrong wish"},
    "Deployment": {"keep_data": True, "variables": {"LOG_LEVEL": "INFO"}, "secrets": {"ADMIN_PASSWORD": "…"}},
    "Redeployment": {"run_id": RUN_ID},
    "Stop": {"wipe": False},
    "Environment": {"variables": {"LOG_LEVEL": "DEBUG"}, "secrets": {}, "unset": ["OLD_NAME"]},
    "Project": {
        "id": PROJECT_ID,
        "name": "Library",
        "created_at": "2026-01-05T09:30:00.123Z",
        "updated_at": "2026-01-05T09:30:00.123Z",
    },
}
EVENT_STREAM = f"""retry: 1000
: ok

id: 67a1f3c2-41
event: requested
data: {{"seq":41,"id":"{RUN_ID}","type":"interius.run.requested.v1","data":{{"wish":"{WISH}"}}}}

event: end
data: {{}}
"""
LOG_STREAM = """retry: 1000
: ok

id: 12
event: log
data: {"text":"INFO:     Application startup complete.\\n"}
"""
