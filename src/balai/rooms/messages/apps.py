from balai.base import rooms


class MessagesConfig(rooms.RoomConfig):
    name = "balai.rooms.messages"
    label = "room_messages"
