"""From detections to incidents and countermeasures: pure functions of values, with `now` as an input."""
