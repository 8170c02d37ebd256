from balai.base import rooms


class IncidentsConfig(rooms.RoomConfig):
    name = "balai.rooms.incidents"
    label = "room_incidents"
