"""From what a device asks for to the languages that count, few enough to be kept."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamapi.clients import MOST_LANGUAGES, VariantRules

LANGUAGES = ("en", "de", "fr", "pt", "pt-BR")


def rules(*languages):
    return VariantRules(
        languages=languages or LANGUAGES,
        territories=("US",),
        default_territory="US",
        ceilings=(18,),
        trust_edge_headers=False,
    )


class TestChain:
    @pytest.mark.parametrize(
        ("accept_language", "chain"),
        [
            ("", ("en",)),
            ("ja, *;q=0.5", ("en",)),
            ("de-CH, fr;q=0.8, en;q=0.5", ("de", "fr")),
            ("de-CH,de;q=0.9,de-AT;q=0.8", ("de",)),
            ("en-GB,en;q=0.9,de;q=0.4", ("en", "de")),
            ("de;q=0.2, fr", ("fr", "de")),
            ("de, fr;q=0", ("de",)),
            ("pt-BR, pt;q=0.9, fr;q=0.8", ("pt-BR", "fr")),
            ("pt, pt-BR;q=0.9", ("pt", "pt-BR")),
            ("fr, en, de", ("fr", "en", "de")),
            ("de, fr, pt, en", ("de", "fr", "pt")),
            (",".join(["ja"] * 10 + ["de"]), ("en",)),
        ],
    )
    def test_of_a_header(self, accept_language, chain):
        assert rules().chain("", accept_language) == chain

    @pytest.mark.parametrize(
        ("asked", "chain"),
        [
            ("de", ("de",)),
            ("de-CH,fr", ("de", "fr")),
            (" FR , de", ("fr", "de")),
            ("xx", ("pt",)),
            ("xx,de", ("de",)),
            (",", ("pt",)),
        ],
    )
    def test_a_parameter_says_it_all_if_we_know_any_of_it(self, asked, chain):
        assert rules().chain(asked, "pt") == chain

    @given(st.lists(st.sampled_from([*LANGUAGES, "de-AT", "ja", "pt-PT", ""])))
    def test_is_short_and_says_nothing_twice(self, tags):
        chain = rules().chain("", ",".join(tags))
        assert 1 <= len(chain) <= MOST_LANGUAGES
        assert set(chain) <= set(LANGUAGES)
        assert len(set(chain)) == len(chain)
        assert chain == ("en",) or chain[-1] != "en"
        assert "pt" not in chain[chain.index("pt-BR") :] if "pt-BR" in chain else True

    @given(st.lists(st.sampled_from([*LANGUAGES, "de-AT", "ja", "pt-PT", ""])))
    def test_is_the_same_for_what_it_became(self, tags):
        chain = rules().chain("", ",".join(tags))
        assert rules().chain(",".join(chain), "") == chain
        assert rules().chain("", ",".join(chain)) == chain

    @pytest.mark.parametrize(("count", "most"), [(1, 1), (2, 3), (3, 11), (4, 31)])
    def test_there_are_only_so_many(self, count, most):
        languages = ("en", "de", "fr", "es")[:count]
        asked = permutations((*languages, "ja", "it"), min(count + 2, 5))
        chains = {rules(*languages).chain("", ",".join(one)) for one in asked}
        assert len(chains) <= most
        assert {chain for chain in chains if len(chain) == 1} <= {
            (a,) for a in languages
        }
