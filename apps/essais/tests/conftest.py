from apps.pass_payments.tests.conftest import operateur  # noqa: F401 - a fixture
