/* Licenses of a bundle as a whole: see policy/licenses.h. */
#include "config.h"

#include "policy/licenses.h"

#include "core/text.h"
#include "detect/license_files.h"

#define MAX_DIFFERENT                                                              \
	64 /* expressions that are compared with each other; real bundles have ten \
	    */

struct judging {
	struct arena *arena;
	const struct result *result;
	const struct license_policy *policy;
	void (*report)(const struct license_issue *, void *);
	void *context;
	bool failed;
};

static void
say(struct judging *j, const char *check, const char *member, const char *evidence,
    const char *message)
{
	struct license_issue issue = { check, member, evidence, message };

	if (message == NULL || evidence == NULL)
		j->failed = true;
	else
		j->report(&issue, j->context);
}

static const char *
fact_of(const struct result_member *member, const char *key)
{
	for (size_t i = 0; i < member->nfacts; i++)
		if (strcmp(member->facts[i].key, key) == 0)
			return member->facts[i].value;
	return NULL;
}

static const struct license_node *
expression_of(struct judging *j, const struct result_member *member, const char *key)
{
	struct status status = { 0 };
	const char *text = fact_of(member, key);

	return text == NULL ? NULL : license_expression_parse(j->arena, text, &status);
}

/* ---- comparing expressions ------------------------------------------------------------------ */

/* Length of ID without what says which later versions count. */
static size_t
folded_length(const char *id)
{
	static const char *const ends[] = { "-only", "-or-later" };
	size_t n = strlen(id);

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (bytes_ends(bytes_of(id, n), ends[i]))
			return n - strlen(ends[i]);
	return n;
}

static bool
same_license(const char *a, const char *b)
{
	size_t n = folded_length(a), m = folded_length(b);

	return n == m && strncmp(a, b, n) == 0;
}

struct search {
	const char *id;
	const struct license_node *in;
	bool found;
};

static bool
is_id(const struct license_node *one, void *context)
{
	struct search *search = context;

	search->found |= same_license(one->id, search->id);
	return !search->found;
}

static bool
holds_id(const struct license_node *node, const char *id)
{
	struct search search = { .id = id };

	(void)license_expression_each(node, is_id, &search);
	return search.found;
}

static bool
is_in_other(const struct license_node *one, void *context)
{
	struct search *search = context;

	search->found |= holds_id(search->in, one->id);
	return !search->found;
}

/* Do A and B name one license in common? */
static bool
share_license(const struct license_node *a, const struct license_node *b)
{
	struct search search = { .in = b };

	(void)license_expression_each(a, is_in_other, &search);
	return search.found;
}

/* ---- declared against held ------------------------------------------------------------------ */

static const char *
basename_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static bool
same_folder(const char *a, const char *b)
{
	size_t n = (size_t)(basename_of(a) - a), m = (size_t)(basename_of(b) - b);

	return n == m && strncmp(a, b, n) == 0;
}

/* The license files beside MEMBER: does any agree with what it declares? */
static void
check_declared(struct judging *j, const struct result_member *member)
{
	const struct license_node *declared = expression_of(j, member, "license.declared");
	const struct result_member *against = NULL;
	const char *held = NULL;

	for (size_t i = 0; declared != NULL && i < j->result->nmembers; i++) {
		const struct result_member *file = &j->result->members[i];
		const struct license_node *detected;

		if (file == member || !license_files_holds(basename_of(file->path)) ||
		    !same_folder(file->path, member->path))
			continue;
		detected = expression_of(j, file, "license.detected");
		if (detected == NULL)
			continue;
		if (share_license(declared, detected))
			return;
		against = file;
		held = fact_of(file, "license.detected");
	}
	if (against != NULL)
		say(j, "license/declared-differs", member->path,
		    fact_of(member, "license.declared"),
		    arena_format(j->arena, "%s is declared here, but %s holds %s",
			fact_of(member, "license.declared"), basename_of(against->path), held));
}

/* A license_link into the bundle must lead to something. */
static void
check_link(struct judging *j, const struct result_member *member)
{
	const char *link = fact_of(member, "license.link"), *path;

	if (link == NULL || strstr(link, "://") != NULL || *link == '/')
		return;
	path = arena_format(j->arena, "%.*s%s", (int)(basename_of(member->path) - member->path),
	    member->path, strncmp(link, "./", 2) == 0 ? link + 2 : link);
	for (size_t i = 0; path != NULL && i < j->result->nmembers; i++)
		if (strcmp(j->result->members[i].path, path) == 0)
			return;
	say(j, "license/link-missing", member->path, link,
	    arena_format(
		j->arena, "the license is said to stand in %s, which is not in the bundle", link));
}

/* ---- members against each other ------------------------------------------------------------- */

struct different {
	const struct license_node *node;
	const struct result_member *member;
};

static size_t
collect(struct judging *j, struct different *list)
{
	size_t n = 0;

	for (size_t i = 0; i < j->result->nmembers && n < MAX_DIFFERENT; i++) {
		const struct license_node *node =
		    expression_of(j, &j->result->members[i], "license");
		bool is_new = node != NULL;

		for (size_t k = 0; k < n && is_new; k++)
			is_new = !license_expression_equal(list[k].node, node);
		if (is_new)
			list[n++] = (struct different){ node, &j->result->members[i] };
	}
	return n;
}

static void
check_conflicts(struct judging *j)
{
	struct different *list = arena_array(j->arena, MAX_DIFFERENT, sizeof(*list));
	const char **said = arena_array(j->arena, MAX_DIFFERENT, sizeof(*said));
	size_t n = list == NULL ? 0 : collect(j, list), nsaid = 0;

	j->failed |= list == NULL || said == NULL;
	for (size_t a = 0; a < n && said != NULL; a++)
		for (size_t b = a + 1; b < n && nsaid < MAX_DIFFERENT; b++) {
			const struct license_node *x, *y;
			const char *why = license_terms_conflict(
			    j->policy->terms, list[a].node, list[b].node, &x, &y);
			const char *pair =
			    why == NULL ? NULL : arena_format(j->arena, "%s, %s", x->id, y->id);
			bool is_new = pair != NULL;

			for (size_t k = 0; k < nsaid && is_new; k++)
				is_new = strcmp(said[k], pair) != 0;
			if (!is_new)
				continue;
			said[nsaid++] = pair;
			say(j, "license/incompatible", list[b].member->path, pair,
			    arena_format(j->arena,
				"%s of this member and %s of %s cannot be met at once: %s", y->id,
				x->id, list[a].member->path, why));
		}
}

/* ---- base models ---------------------------------------------------------------------------- */

static const char *
license_of_base(const struct judging *j, const char *model)
{
	for (size_t i = 0; i < j->policy->nbases; i++)
		if (text_glob(j->policy->bases[i].model, model))
			return j->policy->bases[i].license;
	return license_terms_base(j->policy->terms, model);
}

static bool
is(const char *value, const char *what)
{
	return value != NULL && strcmp(value, what) == 0;
}

struct commerce {
	const struct license_terms *terms;
	bool is_free; /* some license does not forbid commercial use */
};

static bool
check_commerce(const struct license_node *one, void *context)
{
	struct commerce *commerce = context;
	const struct license_term *term = license_terms_of(commerce->terms, one->id);

	commerce->is_free |= term != NULL && !is(term->commercial, "no");
	return true;
}

/* What of BASE's terms a derivative under DECLARED (NULL: none) leaves behind; NULL: nothing. */
static const char *
left_behind(
    const struct judging *j, const struct license_node *base, const struct license_node *declared)
{
	const struct license_term *term = license_terms_of(j->policy->terms, base->id);
	struct commerce commerce = { .terms = j->policy->terms };

	if (term == NULL)
		return NULL;
	if (is(term->derivatives, "no"))
		return "it forbids derivatives";
	if (declared != NULL && holds_id(declared, base->id))
		return NULL;
	if (is(term->derivatives, "same-license"))
		return "derivatives must carry the same license";
	if (is(term->flow_down, "yes"))
		return "its restrictions must be passed on";
	if (declared != NULL)
		(void)license_expression_each(declared, check_commerce, &commerce);
	if (is(term->commercial, "no") && (declared == NULL || commerce.is_free))
		return "it forbids commercial use";
	return NULL;
}

/* Derivatives of some models must be named after them. */
static void
check_naming(struct judging *j, const struct result_member *card, const char *model,
    const struct license_node *base)
{
	const struct license_term *term = license_terms_of(j->policy->terms, base->id);
	const char *name = j->result->ntargets == 1 ? j->result->targets[0].name : NULL;

	if (term == NULL || term->naming == NULL || name == NULL || strchr(card->path, '/') != NULL)
		return;
	if (text_equal_ignoring_case(
		bytes_slice(bytes_of_string(name), 0, strlen(term->naming)), term->naming))
		return;
	say(j, "license/naming", card->path, base->id,
	    arena_format(j->arena,
		"the license of %s (%s) asks that the name of a derivative begins with \"%s\"",
		model, base->id, term->naming));
}

/* Does any member make the attribution that TERM asks for? */
static bool
is_attributed(const struct judging *j, const char *attribution)
{
	for (size_t i = 0; i < j->result->nmembers; i++) {
		const char *made = fact_of(&j->result->members[i], "license.attribution");

		if (made != NULL && strstr(made, attribution) != NULL)
			return true;
	}
	return false;
}

static void
check_attribution(struct judging *j, const struct result_member *card, const char *id)
{
	const char *attribution = license_terms_attribution(license_terms_of(j->policy->terms, id));

	if (attribution == NULL || is_attributed(j, attribution))
		return;
	say(j, "license/attribution-missing", card->path, id,
	    arena_format(j->arena,
		"%s asks for the words \"%s\" in the model card or a NOTICE file", id,
		attribution));
}

struct attributing {
	struct judging *judging;
	const struct result_member *card;
};

static bool
visit_attribution(const struct license_node *one, void *context)
{
	struct attributing *attributing = context;

	check_attribution(attributing->judging, attributing->card, one->id);
	return true;
}

/* What the license that a card declares wants said. */
static void
check_declared_attribution(struct judging *j, const struct result_member *card)
{
	struct attributing attributing = { j, card };
	const struct license_node *declared = expression_of(j, card, "license.declared");

	if (declared != NULL && fact_of(card, "license.base_model") != NULL)
		(void)license_expression_each(declared, visit_attribution, &attributing);
}

static void
check_base(struct judging *j, const struct result_member *card, const char *model)
{
	struct status status = { 0 };
	const char *license = license_of_base(j, model), *why;
	const struct license_node *declared = expression_of(j, card, "license"), *base;

	base = license == NULL ? NULL : license_expression_parse(j->arena, license, &status);
	/* A base that offers a choice leaves it to whoever builds on it. */
	if (base == NULL || base->kind != LICENSE_ONE)
		return;
	why = left_behind(j, base, declared);
	if (why != NULL)
		say(j, "license/base-model-drift", card->path,
		    arena_format(j->arena, "%s: %s", model, base->id),
		    arena_format(j->arena, "%s is under %s: %s, but this model %s%s", model,
			base->id, why, declared == NULL ? "declares no license" : "is under ",
			declared == NULL ? "" : fact_of(card, "license")));
	check_naming(j, card, model, base);
	if (why == NULL && (declared == NULL || !holds_id(declared, base->id)))
		check_attribution(j, card, base->id);
}

static void
check_bases(struct judging *j, const struct result_member *card)
{
	const char *models = fact_of(card, "license.base_model");

	while (models != NULL && *models != '\0') {
		size_t n = strcspn(models, ",");
		const char *model = arena_string_of(j->arena, bytes_of(models, n));

		if (model == NULL) {
			j->failed = true;
			return;
		}
		check_base(j, card, model);
		models += n;
		models += strspn(models, ", ");
	}
}

/* ---- members against what is declared ------------------------------------------------------- */

struct declaring {
	const struct result_member *list[MAX_DIFFERENT]; /* what declares a license */
	size_t n;
};

static struct declaring
collect_declaring(const struct judging *j)
{
	struct declaring declaring = { .n = 0 };

	for (size_t i = 0; i < j->result->nmembers && declaring.n < MAX_DIFFERENT; i++)
		if (fact_of(&j->result->members[i], "license.declared") != NULL)
			declaring.list[declaring.n++] = &j->result->members[i];
	return declaring;
}

/* What declares for MEMBER: the nearest in its folder or above. NULL where nothing does. */
static const struct result_member *
declares_for(const struct declaring *declaring, const struct result_member *member)
{
	const struct result_member *nearest = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < declaring->n; i++) {
		const char *path = declaring->list[i]->path;
		size_t n = (size_t)(basename_of(path) - path);

		if (strncmp(path, member->path, n) == 0 && (nearest == NULL || n > longest)) {
			nearest = declaring->list[i];
			longest = n;
		}
	}
	return nearest;
}

/* A member whose license binds more than what is declared for it, once for each license. */
static void
check_stricter(struct judging *j)
{
	struct declaring declaring = collect_declaring(j);
	const char *said[MAX_DIFFERENT];
	size_t nsaid = 0;

	for (size_t i = 0; declaring.n > 0 && i < j->result->nmembers; i++) {
		const struct result_member *member = &j->result->members[i], *card;
		const struct license_node *own = expression_of(j, member, "license"), *declared;
		bool is_new = own != NULL && own->kind == LICENSE_ONE && nsaid < MAX_DIFFERENT &&
		    !license_files_holds(basename_of(member->path));
		const char *why;

		for (size_t k = 0; is_new && k < nsaid; k++)
			is_new = !same_license(said[k], own->id);
		card = is_new ? declares_for(&declaring, member) : NULL;
		declared =
		    card == NULL || card == member ? NULL : expression_of(j, card, "license");
		why = declared == NULL ? NULL : left_behind(j, own, declared);
		if (why == NULL)
			continue;
		said[nsaid++] = own->id;
		say(j, "license/member-stricter", member->path, own->id,
		    arena_format(j->arena, "this member is under %s: %s, but %s declares %s",
			own->id, why, card->path, fact_of(card, "license")));
	}
}

bool
policy_licenses(struct arena *arena, const struct result *result,
    const struct license_policy *policy, void (*report)(const struct license_issue *, void *),
    void *context)
{
	struct judging j = { .arena = arena,
		.result = result,
		.policy = policy,
		.report = report,
		.context = context };

	for (size_t i = 0; i < result->nmembers && !j.failed; i++) {
		check_declared(&j, &result->members[i]);
		check_link(&j, &result->members[i]);
		check_bases(&j, &result->members[i]);
		check_declared_attribution(&j, &result->members[i]);
	}
	check_conflicts(&j);
	check_stricter(&j);
	return !j.failed;
}
