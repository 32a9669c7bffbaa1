"""Facts about registries are data: a copy with another figure is what everybody reads."""

from datetime import date

from tacit.domain.registries import last_restorable
from tacit.policies import registries
from tests.integration.rules.policy_files import PolicyFiles


def test_G9_a_corrected_fact_holds_for_every_name_of_its_entry_and_no_other(
    policies: PolicyFiles,
) -> None:
    expires_on = date(2025, 3, 31)
    before = {tld: last_restorable(each, expires_on) for tld, each in registries().items()}
    policies.edit_tld("com.mx", {"steps.0.days": 46})
    after = {tld: last_restorable(each, expires_on) for tld, each in registries().items()}
    moved = dict.fromkeys(["mx", "com.mx"], date(2025, 6, 15))
    assert after == {**before, **moved}


def test_G9_a_fact_that_is_taken_out_is_unknown(policies: PolicyFiles) -> None:
    policies.edit_tld("se", {"steps.1.days": None})
    assert last_restorable(registries()["se"], date(2025, 3, 31)) is None
