"""A model card that documents something, and one that is the template with nothing filled in."""
import fixtures

CARD = """---
license: apache-2.0
language: en
datasets: [example]
model-index:
- name: x
  results:
  - metrics:
    - type: accuracy
      value: 0.87
---
# A model

It tells cats from dogs in pictures of both, which is what the cameras of our shelter need to count.

## Uses

### Direct Use

Counting animals in pictures that the cameras of a shelter take by day, so that nobody has to.

## Limitations

It has seen few pictures at night, and it takes foxes for dogs in most of them, young ones above all.
"""
TEMPLATE = """# Model Card

## Uses

[More Information Needed]

### Direct Use

<!-- This section is for the model use without fine-tuning or plugging into a larger ecosystem. -->

[More Information Needed]

## Limitations

Sees badly at night.
"""
DUTIES = """name: duties
extends: security
detectors: [documentation]
documentation:
  require:
    intended-use: fail
    limitations: review
    architecture: review
  metrics:
    accuracy: "review >= 0.9"
"""
fixtures.write("full/README.md", CARD)
fixtures.write("full/config.json", '{"architectures": ["ViTForImageClassification"], "model_type": "vit"}\n')
fixtures.write("template/README.md", TEMPLATE)
fixtures.write("duties.yaml", DUTIES)
fixtures.write("bad-item.yaml", "name: bad\ndocumentation:\n  require: {intended-uses: fail}\n")
