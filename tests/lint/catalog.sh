#!/bin/sh
# Each check id in the code stands in the catalog, and each entry of the catalog is used somewhere.
cd "$top_srcdir" || exit 1
n=0

report() {
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		echo "$2" | sed 's/^/# /'
	fi
}

catalog=$(sed -nE 's#^([a-z0-9]+/[a-z0-9-]+):.*#\1#p' rules/checks/*.yaml | sort -u)
families=$(echo "$catalog" | cut -d/ -f1 | sort -u | tr '\n' '|' | sed 's/|$//')
# Ids are string constants in C, or named by the data (rules that say `check:`).
code=$(grep -ohE "\"($families)/[a-z0-9-]+\"" src/*/*.c src/*/*.h | tr -d '"' | sort -u)
data=$(grep -rhoE "\\b($families)/[a-z0-9-]+" rules --include='*.yaml' --include='*.yar' --exclude-dir=checks 2>/dev/null | sort -u)
# Families whose ids the rules make: the name of an entity or of a kind of secret.
made='^(pii|secret)/'
in_list() { echo "$2" | grep -qx "$1"; }

report "each id in the code is in the catalog" "$(for id in $code; do in_list "$id" "$catalog" || echo "$id"; done)"
report "each entry of the catalog is used" "$(for id in $catalog; do
	echo "$id" | grep -qE "$made" || in_list "$id" "$code" || in_list "$id" "$data" || echo "$id"
done)"
report "each entry says title, severity, meaning and fix" "$(awk '
	/^[a-z0-9]+\/[a-z0-9-]+:/ { if (id != "" && got != 15) print file ": " id; id = $1; got = 0; file = FILENAME }
	/^  title:/ { got += 1 } /^  severity:/ { got += 2 } /^  meaning:/ { got += 4 } /^  fix:/ { got += 8 }
	END { if (id != "" && got != 15) print file ": " id }' rules/checks/*.yaml)"
in_list "no/such-check" "$catalog" && planted="a check that does not exist was found"
report "a planted id is missed in the catalog" "${planted:-}"
echo "1..$n"
