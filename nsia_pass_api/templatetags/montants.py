"""Amounts in templates, as everywhere."""

from django import template

from nsia_pass_api.money import formater_xaf

register = template.Library()
register.filter("xaf", formater_xaf)
