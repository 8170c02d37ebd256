from balai.base import rooms


class SharingConfig(rooms.RoomConfig):
    name = "balai.rooms.sharing"
    label = "room_sharing"
