"""Path converters: an address that cannot be one is a 404 before any query."""

from django.urls import register_converter


class PoliceConverter:
    """A police number as it may be written in a URL; whether it exists is another question."""

    regex = "[A-Za-z0-9][A-Za-z0-9-]{0,29}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class NumeroConverter(PoliceConverter):
    """The number of a payment, a subscription or a receipt, likewise."""

    regex = "[A-Za-z0-9][A-Za-z0-9-]{0,39}"


register_converter(PoliceConverter, "police")
register_converter(NumeroConverter, "numero")
