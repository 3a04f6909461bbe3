from apps.pass_payments.tests.conftest import operateur

__all__ = ["operateur"]
