"""Detection: rules over events, in event time. Sans-I/O: the same events give the same detections."""
