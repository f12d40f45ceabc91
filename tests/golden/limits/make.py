"""More findings of one check than are kept: what was dropped is no silence."""
import fixtures

fixtures.write("many/requirements.txt", "".join(f"package{i}\n" for i in range(1100)))
fixtures.write("few/requirements.txt", "".join(f"package{i}\n" for i in range(900)))
