# What is left to do is an issue with a number, and no test is switched off.

function found(rule, text) { printf "%s:%d: %s: %s\n", FILENAME, FNR, rule, text }

/\<(TODO|FIXME|XXX|HACK)\>/ && !/#[0-9]+/ {
  found("left-over", "do it now, or name its issue: \"#12\"")
}

FILENAME ~ /^tests\// && /\[(\.|!mayfail|!shouldfail)/ && /TEST_CASE|SECTION|SCENARIO/ {
  found("test-off", "a test that is hidden or may fail proves nothing: fix it or take it out")
}

/\<using namespace std;/ { found("namespace", "name what you use") }

/#pragma once/ { once = 1 }
ENDFILE { if (FILENAME ~ /\.hpp$/ && !once && FNR > 0) found("header", "begin with #pragma once"); once = 0 }
