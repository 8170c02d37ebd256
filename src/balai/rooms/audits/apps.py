from balai.base import rooms


class AuditsConfig(rooms.RoomConfig):
    name = "balai.rooms.audits"
    label = "room_audits"
