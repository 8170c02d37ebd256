from balai.base import rooms


class CosigningConfig(rooms.RoomConfig):
    name = "balai.rooms.cosigning"
    label = "room_cosigning"
