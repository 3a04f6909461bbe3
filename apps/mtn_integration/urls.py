from django.urls import path

from apps.mtn_integration.apis import RappelApi

urlpatterns = [path("mtn/callback/", RappelApi.as_view(), name="mtn-callback")]
