"""Authorization: who may do what to which object, and which of its fields."""
