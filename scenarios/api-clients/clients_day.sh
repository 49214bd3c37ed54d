#!/usr/bin/env bash
# Makes clients_day.csv, one row a client with its totals of the traced day, from servegen_r1_clients.csv:
# tokens = requests x mean tokens per request, rounded to whole ones.
# Usage: ./clients_day.sh > clients_day.csv
set -euo pipefail
LC_ALL=C awk -F, -v OFS=, '
NR == 1 { for (i = 1; i <= NF; ++i) at[$i] = i; print "client_id,requests,input_tokens,output_tokens"; next }
{
  requests = $at["requests"]
  print $at["client_id"], requests, sprintf("%.0f", requests * $at["input_mean"]), sprintf("%.0f", requests * $at["output_mean"])
}' "$(dirname "$0")/servegen_r1_clients.csv"
