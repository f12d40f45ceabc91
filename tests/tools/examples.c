/*
 * Prints the examples of the rules of secrets in the files that are named: the rule, and what its
 * template becomes, each ended by a zero byte. For tests that plant them.
 */
#include "config.h"

#include "core/yaml.h"
#include "detect/secret_example.h"

#include <stdio.h>
#include <stdlib.h>

static void
print_examples(const char *rule, const struct yaml_node *list)
{
	for (size_t i = 0; list != NULL && i < list->n; i++) {
		struct bytes text = bytes_of(list->items[i].text, list->items[i].len);
		struct buffer filled = buffer_up_to(65536);

		secret_example_fill(&filled, text);
		if (!buffer_ok(&filled))
			abort();
		printf("%s%c", rule, 0);
		fwrite(filled.data, 1, filled.len, stdout);
		putchar(0);
		buffer_free(&filled);
	}
}

int
main(int argc, char **argv)
{
	static char text[1 << 20];

	for (int i = 1; i < argc; i++) {
		struct status status = { 0 };
		FILE *file = fopen(argv[i], "rb");
		size_t len = file == NULL ? 0 : fread(text, 1, sizeof(text), file);
		struct yaml *yaml = yaml_parse(bytes_of(text, len), argv[i], &status);
		const struct yaml_node *root;

		if (yaml == NULL)
			return 1;
		root = yaml_root(yaml);
		for (size_t k = 0; root->kind == YAML_MAP && k < root->n; k++)
			print_examples(root->keys[k], yaml_get(&root->items[k], "examples"));
		yaml_free(yaml);
		fclose(file);
	}
	return 0;
}
