// Placeholder translation unit until the room's first source lands.
