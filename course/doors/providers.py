"""The providers whose doors have a name: address, key, and where each departs from the others.

All of them answer chat completions in OpenAI's form, so one client, OpenAI's own, serves them all:
one path to test, one place where a key is held, one kind of usage to count. Anthropic and Google
have packages of their own with more in them (caching of prompts, thinking in the open, documents).
Nothing in the course needs that, and three packages would be three ways to fail. What their
compatible addresses leave out is told by what comes back: Anthropic's ignores `seed` and
`logprobs`, so a reply holds no log-probabilities.

Addresses as the providers' own pages give them, read on 21 November 2026.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Dialect:
    """What an address calls things.

    limit: the option that bounds the answer. seed: the option that fixes the draws.
    capped: whether it takes a highest price along with the call, as OpenRouter does.
    """

    limit: str = "max_tokens"
    seed: str = "seed"
    capped: bool = False


@dataclass(frozen=True)
class Provider:
    """base_url: of the chat completions. key: the environment's variable. source: where it says so.

    prices: how its models begin in the column `upstream` of the table of prices.
    local: whether it runs on the reader's machine, without a key and without a bill.
    """

    name: str
    base_url: str
    key: str
    source: str
    prices: str = ""
    local: bool = False
    dialect: Dialect = field(default_factory=Dialect)


_LIST = (
    Provider(
        "openai",
        "https://api.openai.com/v1",
        "OPENAI_API_KEY",
        "https://platform.openai.com/docs/api-reference/chat",
        prices="openai",
        dialect=Dialect(limit="max_completion_tokens"),
    ),
    Provider(
        "anthropic",
        "https://api.anthropic.com/v1",
        "ANTHROPIC_API_KEY",
        "https://platform.claude.com/docs/en/cli-sdks-libraries/libraries/openai-sdk",
        prices="anthropic",
    ),
    Provider(
        "google",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        "GEMINI_API_KEY",
        "https://ai.google.dev/gemini-api/docs/openai",
        prices="google",
    ),
    Provider(
        "mistral",
        "https://api.mistral.ai/v1",
        "MISTRAL_API_KEY",
        "https://docs.mistral.ai/resources/migration-guides",
        prices="mistral",
        dialect=Dialect(seed="random_seed"),
    ),
    Provider(
        "openrouter",
        "https://openrouter.ai/api/v1",
        "OPENROUTER_API_KEY",
        "https://openrouter.ai/docs/quickstart",
        prices="openrouter",
        # It picks a host for each call, and hosts differ in price.
        dialect=Dialect(capped=True),
    ),
    Provider(
        "ollama",
        "http://localhost:11434/v1",
        "OLLAMA_API_KEY",
        "https://docs.ollama.com/api/openai-compatibility",
        local=True,
    ),
)

PROVIDERS = {provider.name: provider for provider in _LIST}
OF_ADDRESSES = "COURSE_KEY_"  # how the variables begin that hold the keys of other hosts
LIMIT = "COURSE_LIMIT_USD"
CLOSED_DOOR = "COURSE_CLOSED_DOOR"
# All that a live call depends on; a run without them is the same run for everybody.
VARIABLES = (
    *(provider.key for provider in _LIST if not provider.local),
    "OPENAI_BASE_URL",
    LIMIT,
    CLOSED_DOOR,
)


def is_live(variable: str) -> bool:
    """Whether a variable of the environment could make a call live."""
    return variable in VARIABLES or variable.startswith(OF_ADDRESSES)
