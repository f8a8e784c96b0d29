"""The glimpse: a survey of an API of somebody else, at which one only glances without a credential."""

from garrison.assess.probe import Exchange
from garrison.assess.survey import Survey


class Glimpse(Survey):
    """Takes whatever was answered for an ordinary answer: a stranger's API may well say 401 to everything."""

    def note(self, exchange: Exchange) -> bool:
        """Learn from an exchange; whether there was an answer at all."""
        super().note(exchange)
        operation = exchange.request.operation
        if operation is not None and exchange.answer.status:
            self._keep(operation, exchange)
        return bool(exchange.answer.status)
