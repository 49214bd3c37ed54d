#!/usr/bin/env bash
# Makes usage_day.csv or usage_month.csv, one row per developer and day or month with the tokens of each model kind, from
# the request-by-request log usage_events.csv of the same data set. Output tokens are max(output_tokens_logged, output_chars / 4), because the
# client logs the first chunk only for most calls.
# Usage: ./usage.sh day usage_events.csv > usage_day.csv
#        ./usage.sh month usage_events.csv > usage_month.csv
set -euo pipefail
LC_ALL=C awk -F, -v OFS=, -v period="$1" '
NR == 1 { for (i = 1; i <= NF; ++i) at[$i] = i; next }
{
  kind = $at["model"] ~ /opus/ ? 0 : $at["model"] ~ /sonnet/ ? 1 : $at["model"] ~ /haiku/ ? 2 : -1
  if (kind < 0) { print "unknown model: " $at["model"] > "/dev/stderr"; exit 1 }
  date = period == "month" ? substr($at["timestamp"], 1, 7) "-01" : substr($at["timestamp"], 1, 10)
  day = $at["user_id"] OFS date
  days[day]
  written = $at["output_tokens_logged"]
  if (written < $at["output_chars"] / 4) written = $at["output_chars"] / 4
  sum[day, kind, 0] += $at["input_tokens"]
  sum[day, kind, 1] += $at["cache_write_tokens"]
  sum[day, kind, 2] += $at["cache_read_tokens"]
  sum[day, kind, 3] += written
}
END {
  printf "subject,period_start"
  split("opus sonnet haiku", kinds, " ")
  split("input cache_write cache_read output", tokens, " ")
  for (k = 1; k <= 3; ++k) for (t = 1; t <= 4; ++t) printf ",%s_%s", kinds[k], tokens[t]
  print ""
  sort = "LC_ALL=C sort"
  for (day in days) {
    row = day
    for (k = 0; k < 3; ++k) for (t = 0; t < 4; ++t) row = row OFS sprintf("%.2f", sum[day, k, t])
    gsub(/\.00/, "", row)
    print row | sort
  }
  close(sort)
}' "$2"
