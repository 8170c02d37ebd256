from balai.base import rooms


class CounterdaysConfig(rooms.RoomConfig):
    name = "balai.rooms.counterdays"
    label = "room_counterdays"
