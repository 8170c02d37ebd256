from balai.base import rooms


class ImprovementsConfig(rooms.RoomConfig):
    name = "balai.rooms.improvements"
    label = "room_improvements"
