#pragma once

#include <string_view>

// What is fuzzed. Each takes any bytes and must neither crash, hang nor use memory without bound; what it
// says about them is tested elsewhere. Run by libFuzzer (BREAKEVEN_FUZZ) and, over the corpus, by the unit
// tests.
namespace breakeven::fuzz {

void csvLog(std::string_view bytes);
void jsonLog(std::string_view bytes);
void cloudEvents(std::string_view bytes);
void priceList(std::string_view bytes);
void scenarioText(std::string_view bytes);

}  // namespace breakeven::fuzz
