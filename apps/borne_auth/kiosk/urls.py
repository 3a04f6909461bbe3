from django.urls import path

from apps.borne_auth.kiosk.views import BornePage

urlpatterns = [path("", BornePage.as_view(), name="borne")]
