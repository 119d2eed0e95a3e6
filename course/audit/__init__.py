"""What can be found out about a model behind a door from what it answers.

`width` counts the numbers of its hidden state, `equality` asks whether two doors lead to one model,
`replay` whether a door still leads to the one it led to.
"""

from course.audit.width import HiddenWidth, full_logprobs, hidden_width

__all__ = ["HiddenWidth", "full_logprobs", "hidden_width"]
