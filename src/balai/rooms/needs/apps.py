from balai.base import rooms


class NeedsConfig(rooms.RoomConfig):
    name = "balai.rooms.needs"
    label = "room_needs"
