"""What is usual, learned while events come: each learner says nothing until it has watched long enough."""
