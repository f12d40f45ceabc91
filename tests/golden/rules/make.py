"""Rules of a user: sound ones, a misspelt folder, a mistake in a file."""
import fixtures

CHECK = """mine/check:
  title: A check of mine
  severity: low
  meaning: It means what I mean.
  fix: Nothing.
  references: []
"""
fixtures.write("mine/checks/mine.yaml", CHECK)
fixtures.write("mine/globals/mine.yaml", "x: [")
fixtures.write("typo/cheks/mine.yaml", CHECK)
fixtures.write("wrong/checks/mine.yaml", CHECK.replace("severity: low", "severity: loud"))
fixtures.write("model.pkl", fixtures.pickle_call("os", "system", "echo hi"))
