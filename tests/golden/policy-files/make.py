"""Policies of a user: a sound one, and mistakes that must name their line."""
FILES = {
    "team.yaml": """name: team
extends: ./base.yaml
checks:
  "zip/*": high
formats:
  forbid: [pickle]
documentation:
  metrics:
    accuracy: "review >= 0.9"
""",
    "base.yaml": "name: base\nextends: security\nfail-on: critical\n",
    "bad-key.yaml": "name: bad\nlicense:\n  allow: [MIT]\n",
    "bad-value.yaml": "name: bad\nfail-on: severe\n",
    "bad-pattern.yaml": "name: bad\nchecks:\n  \"pickel/*\": off\n",
    "loop.yaml": "name: loop\nextends: ./loop.yaml\n",
    "open.yaml": "name: open\npickle:\n  allow: [\"*\"]\n",
    "least.yaml": "name: least\n",
    "nameless.yaml": "fail-on: low\n",
}
for name, text in FILES.items():
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)
