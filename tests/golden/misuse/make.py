"""A file to name."""
import fixtures

open("good.pkl", "wb").write(fixtures.pickle_dict())
