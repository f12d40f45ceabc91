/* Thresholds on metrics: see policy/metric.h. */
#include "config.h"

#include "policy/metric.h"

#include <math.h>
#include <stdlib.h>

/* A number with an optional percent sign; locale-free because the program never sets one. */
static bool
parse_number(const char *text, double *ret)
{
	char *end;
	double number;

	/* No "nan", no "inf", no hexadecimal numbers. */
	if (strspn(text, "+-.0123456789") == 0 || strpbrk(text, "xX") != NULL)
		return false;
	number = strtod(text, &end);
	end += strspn(end, " ");
	if (*end == '%') {
		number /= 100;
		end++;
	}
	end += strspn(end, " ");
	if (*end != '\0' || !isfinite(number))
		return false;
	*ret = number;
	return true;
}

bool
metric_parse(const char *text, struct metric_rule *ret)
{
	struct metric_rule rule = { .action = ACTION_FAIL };
	size_t word = strcspn(text, " "), sign;
	char name[16] = "";

	if (*text >= 'a' && *text <= 'z' && word < sizeof(name)) {
		memcpy(name, text, word);
		if (!action_parse(name, &rule.action))
			return false;
		text += word;
		text += strspn(text, " ");
	}
	sign = strspn(text, "<>=");
	if (sign == 0 || sign > 2 || (*text != '<' && *text != '>') ||
	    (sign == 2 && text[1] != '='))
		return false;
	memcpy(rule.comparison, text, sign);
	text += sign;
	text += strspn(text, " ");
	if (!parse_number(text, &rule.threshold))
		return false;
	*ret = rule;
	return true;
}

bool
metric_holds(const struct metric_rule *rule, const char *value)
{
	double number;

	if (!parse_number(value, &number))
		return false;
	if (strcmp(rule->comparison, ">=") == 0)
		return number >= rule->threshold;
	if (strcmp(rule->comparison, ">") == 0)
		return number > rule->threshold;
	if (strcmp(rule->comparison, "<=") == 0)
		return number <= rule->threshold;
	return number < rule->threshold;
}
