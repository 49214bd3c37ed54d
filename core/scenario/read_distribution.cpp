#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <tuple>

#include "core/population/law_shares.hpp"
#include "core/scenario/toml_reading.hpp"

namespace breakeven::core::reading {
namespace {

constexpr Range kChance{0.0, 1.0, true};
constexpr double kLeastShare = 1e-9;  // of a law, that a cut must leave

Lognormal readLognormal(Reader& reader, const toml::table& table, const std::string& path) {
    const std::vector<std::string> locations{"median", "mean", "mu"};
    const std::vector<std::string> spreads{"sigma", "cv", "p90", "p95", "p99"};
    const std::size_t before = reader.diagnostics.size();
    const std::string location = oneOf(reader, table, path, locations);
    const std::string spread = oneOf(reader, table, path, spreads);
    Lognormal law;
    law.locationKind =
        static_cast<Lognormal::Location>(std::ranges::find(locations, location) - locations.begin());
    law.spreadKind = static_cast<Lognormal::Spread>(std::ranges::find(spreads, spread) - spreads.begin());
    const bool isMu = law.locationKind == Lognormal::Location::Mu;
    const bool isPercentile =
        law.spreadKind != Lognormal::Spread::Sigma && law.spreadKind != Lognormal::Spread::Cv;
    if (reader.diagnostics.size() > before) return law;
    law.location = reader.number(table, location, path + "." + location, isMu ? kAnyNumber : kAboveZero);
    law.spread = reader.number(table, spread, path + "." + spread, isPercentile ? kAboveZero : kAtLeastZero);
    law.root = reader.choice(table, "root", {"smaller", "larger"}, "smaller") == 0 ? Lognormal::Root::Smaller
                                                                                   : Lognormal::Root::Larger;
    if (reader.diagnostics.size() > before) return law;
    if (!lognormalLaw(law.locationKind, law.location.base, law.spreadKind, law.spread.base, law.root)) {
        const bool isMean = law.locationKind == Lognormal::Location::Mean;
        reader.error(*table.get(spread),
                     fmt::format("{}: no lognormal has {} {} and {} {}", path, location, law.location.base,
                                 spread, law.spread.base),
                     isMean ? "a lognormal's P90 is at most 2.273 times its mean, P95 3.868, P99 14.97; "
                              "lower the percentile"
                            : "raise the percentile above the median");
    } else if (const auto other = otherLognormalRoot(law.locationKind, law.location.base, law.spreadKind,
                                                     law.spread.base, law.root)) {
        const auto mine =
            lognormalLaw(law.locationKind, law.location.base, law.spreadKind, law.spread.base, law.root);
        if (!table.contains("root")) {
            reader.warning(
                *table.get(spread),
                fmt::format("{}: two lognormals have this mean and {}: sigma {:.4g} (taken) and {:.4g}", path,
                            spread, mine->sigma, *other),
                "write root = \"smaller\" or root = \"larger\" to choose");
        }
    }
    return law;
}

Gamma readGamma(Reader& reader, const toml::table& table, const std::string& path) {
    Gamma law;
    const std::string location = oneOf(reader, table, path, {"mean", "scale"});
    const std::string spread = oneOf(reader, table, path, {"shape", "cv"});
    law.locationKind = location == "mean" ? Gamma::Location::Mean : Gamma::Location::Scale;
    law.spreadKind = spread == "shape" ? Gamma::Spread::Shape : Gamma::Spread::Cv;
    if (table.contains(location))
        law.location = reader.number(table, location, path + "." + location, kAboveZero);
    if (table.contains(spread)) law.spread = reader.number(table, spread, path + "." + spread, kAboveZero);
    return law;
}

/// Reads one table with a distribution: that of a usage, or one inside another distribution.
class DistributionReader {
  public:
    DistributionReader(Reader& reader, const toml::table& table, std::string path, const SampleReader& sample,
                       bool isNested)
        : reader_(reader), table_(table), path_(std::move(path)), sample_(sample), isNested_(isNested) {}

    Distribution read() {
        const std::size_t before = reader_.diagnostics.size();
        Distribution law = family();
        const toml::table* cut = reader_.table(table_, "truncated");
        if (cut != nullptr) law = truncated(std::move(law), *cut);
        if (!isNested_ && reader_.diagnostics.size() == before) judgeTail(law);
        return law;
    }

  private:
    Distribution family() {
        // In the order of the names.
        using Read = Distribution (DistributionReader::*)();
        constexpr Read kReads[] = {&DistributionReader::constant,
                                   &DistributionReader::uniform,
                                   &DistributionReader::lognormal,
                                   &DistributionReader::gamma,
                                   &DistributionReader::empirical,
                                   &DistributionReader::triangular,
                                   &DistributionReader::pert,
                                   &DistributionReader::beta,
                                   &DistributionReader::exponential,
                                   &DistributionReader::weibull,
                                   &DistributionReader::pareto,
                                   &DistributionReader::lomax,
                                   &DistributionReader::poisson,
                                   &DistributionReader::geometric,
                                   &DistributionReader::negativeBinomial,
                                   &DistributionReader::discrete,
                                   &DistributionReader::mixture,
                                   &DistributionReader::spliced};
        const std::size_t before = reader_.diagnostics.size();
        const std::size_t index =
            reader_.choice(table_, "distribution",
                           {"constant", "uniform", "lognormal", "gamma", "empirical", "triangular", "pert",
                            "beta", "exponential", "weibull", "pareto", "lomax", "poisson", "geometric",
                            "negative_binomial", "discrete", "mixture", "spliced"},
                           nullptr);
        if (reader_.diagnostics.size() > before) return Constant{};
        return (this->*kReads[index])();
    }

    void onlyKeys(std::initializer_list<std::string_view> keys,
                  std::initializer_list<std::string_view> later = {}) {
        std::vector<std::string_view> known{"distribution"};
        known.insert(known.end(), keys);
        known.emplace_back("truncated");
        if (!isNested_) known.insert(known.end(), {"per", "persistence", "dormant"});
        reader_.onlyKeys(table_, path_, known, later);
    }

    Parameter number(const std::string& key, Range range) {
        return reader_.number(table_, key, path_ + "." + key, range);
    }
    Parameter number(const std::string& key, Range range, double fallback) {
        return reader_.number(table_, key, path_ + "." + key, range, fallback);
    }
    /// The number of one of two keys.
    std::pair<bool, Parameter> either(const char* first, const char* second, Range firstRange,
                                      Range secondRange) {
        const std::string key = oneOf(reader_, table_, path_, {first, second});
        const bool isFirst = key == first;
        if (!table_.contains(key)) return {isFirst, {1.0, {}}};
        return {isFirst, number(key, isFirst ? firstRange : secondRange)};
    }
    [[nodiscard]] bool isWhole(std::size_t before) const { return reader_.diagnostics.size() == before; }

    Distribution constant() {
        onlyKeys({"value"});
        return Constant{number("value", kAtLeastZero)};
    }

    Distribution uniform() {
        onlyKeys({"low", "high"});
        const std::size_t before = reader_.diagnostics.size();
        Uniform law{number("low", kAtLeastZero), number("high", kAtLeastZero)};
        if (isWhole(before)) expectOrder(law.low, law.high);
        return law;
    }

    Distribution lognormal() {
        onlyKeys({"median", "mean", "mu", "sigma", "cv", "p90", "p95", "p99", "root"});
        return readLognormal(reader_, table_, path_);
    }

    Distribution gamma() {
        onlyKeys({"mean", "scale", "shape", "cv"});
        return readGamma(reader_, table_, path_);
    }

    Distribution empirical() {
        onlyKeys({"file", "column"}, {"usage"});
        Empirical law;
        law.file = reader_.word(table_, "file");
        law.column = reader_.word(table_, "column");
        law.sorted = sample_(table_, law.file, law.column);
        return law;
    }

    Distribution triangular() {
        onlyKeys({"low", "mode", "high"});
        const auto [low, mode, high] = peak();
        return Triangular{low, mode, high};
    }

    Distribution pert() {
        onlyKeys({"low", "mode", "high"});
        const auto [low, mode, high] = peak();
        return Pert{low, mode, high};
    }

    Distribution beta() {
        onlyKeys({"alpha", "beta", "low", "high"});
        const std::size_t before = reader_.diagnostics.size();
        Beta law{number("alpha", kAboveZero), number("beta", kAboveZero), number("low", kAtLeastZero, 0.0),
                 number("high", kAboveZero, 1.0)};
        if (isWhole(before)) expectOrder(law.low, law.high);
        return law;
    }

    Distribution exponential() {
        onlyKeys({"mean", "rate"});
        const auto [isMean, location] = either("mean", "rate", kAboveZero, kAboveZero);
        return Exponential{isMean ? Exponential::Location::Mean : Exponential::Location::Rate, location};
    }

    Distribution weibull() {
        onlyKeys({"mean", "scale", "shape"});
        const auto [isMean, location] = either("mean", "scale", kAboveZero, kAboveZero);
        return Weibull{isMean ? Weibull::Location::Mean : Weibull::Location::Scale, location,
                       number("shape", kAboveZero)};
    }

    Distribution pareto() {
        onlyKeys({"minimum", "mean", "tail_index"});
        const std::size_t before = reader_.diagnostics.size();
        const auto [isMean, location] = either("mean", "minimum", kAboveZero, kAboveZero);
        Pareto law{isMean ? Pareto::Location::Mean : Pareto::Location::Minimum, location,
                   number("tail_index", kAboveZero)};
        if (isMean && isWhole(before)) expectMean(law, "minimum");
        return law;
    }

    Distribution lomax() {
        onlyKeys({"scale", "mean", "tail_index"});
        const std::size_t before = reader_.diagnostics.size();
        const auto [isMean, location] = either("mean", "scale", kAboveZero, kAboveZero);
        Lomax law{isMean ? Lomax::Location::Mean : Lomax::Location::Scale, location,
                  number("tail_index", kAboveZero)};
        if (isMean && isWhole(before)) expectMean(law, "scale");
        return law;
    }

    Distribution poisson() {
        onlyKeys({"mean"});
        return Poisson{number("mean", kAboveZero)};
    }

    Distribution geometric() {
        onlyKeys({"mean", "probability"});
        const auto [isMean, location] = either("mean", "probability", kAtLeastOne, kChance);
        return Geometric{isMean ? Geometric::Location::Mean : Geometric::Location::Probability, location};
    }

    Distribution negativeBinomial() {
        onlyKeys({"mean", "shape", "cv"});
        const std::size_t before = reader_.diagnostics.size();
        NegativeBinomial law;
        law.mean = number("mean", kAboveZero);
        const auto [isShape, spread] = either("shape", "cv", kAboveZero, kAboveZero);
        law.spreadKind = isShape ? NegativeBinomial::Spread::Shape : NegativeBinomial::Spread::Cv;
        law.spread = spread;
        const double poisson = 1.0 / std::sqrt(law.mean.base);
        if (isWhole(before) && !isShape && !(spread.base > poisson)) {
            reader_.error(*table_.get("cv"),
                          fmt::format("{}: cv {} is not above {:.4g}, that of a Poisson law with this mean",
                                      path_, spread.base, poisson),
                          "raise cv, or use distribution = \"poisson\"");
        }
        return law;
    }

    Distribution discrete() {
        onlyKeys({"values", "weights"});
        const std::size_t before = reader_.diagnostics.size();
        Discrete law;
        law.values = numbers("values");
        if (isWhole(before) && law.values.empty())
            reader_.error(table_, fmt::format("{}: there is no value", path_), "write values = [0, 5, 20]");
        law.weights = weights(law.values.size(), "value");
        return law;
    }

    Distribution mixture() {
        onlyKeys({"components", "weights"});
        const std::size_t before = reader_.diagnostics.size();
        Mixture law;
        reader_.tables(table_, "components", [&](const toml::table& item) {
            law.components.push_back(
                nested(item, fmt::format("{}.components.{}", path_, law.components.size() + 1)));
        });
        if (isWhole(before) && law.components.empty())
            reader_.error(table_, fmt::format("{}: there is no component", path_),
                          "write components = [ { distribution = \"…\" }, … ]");
        law.weights = weights(law.components.size(), "component");
        return law;
    }

    Distribution spliced() {
        onlyKeys({"body", "threshold", "tail_weight", "tail_index"});
        const std::size_t before = reader_.diagnostics.size();
        Spliced law;
        const toml::table* body = reader_.table(table_, "body");
        if (body == nullptr && !table_.contains("body"))
            reader_.error(table_, fmt::format("{}: body is missing", path_),
                          "add body = { distribution = \"…\" }");
        law.body = body != nullptr ? nested(*body, path_ + ".body")
                                   : std::make_shared<const Distribution>(Constant{});
        law.threshold = number("threshold", kAboveZero);
        law.tailWeight = number("tail_weight", kShare);
        law.tailIndex = number("tail_index", kAboveZero);
        const auto base = isWhole(before) ? lawIn(*law.body, {}) : std::nullopt;
        if (base && !(shareUpTo(*base, law.threshold.base, Edge::Excluded) > kLeastShare)) {
            reader_.error(
                *table_.get("threshold"),
                fmt::format("{}: the body has nothing below the threshold {}", path_, law.threshold.base),
                "raise the threshold");
        }
        return law;
    }

    Distribution truncated(Distribution whole, const toml::table& cut) {
        const std::string path = path_ + ".truncated";
        reader_.onlyKeys(cut, path, {"low", "high"});
        const std::size_t before = reader_.diagnostics.size();
        Truncated law;
        law.low = reader_.number(cut, "low", path + ".low", kAtLeastZero, 0.0);
        if (cut.contains("high")) law.high = reader_.number(cut, "high", path + ".high", kAtLeastZero);
        if (cut.empty())
            reader_.error(cut, fmt::format("{}: neither low nor high is given", path), "give one of them");
        const double high = law.high ? law.high->base : std::numeric_limits<double>::infinity();
        const auto base = isWhole(before) ? lawIn(whole, {}) : std::nullopt;
        if (base && law.low.base > high) {
            reader_.error(cut, fmt::format("{}: high {} is below low {}", path, high, law.low.base),
                          "raise high");
        } else if (base && !(shareBetween(*base, law.low.base, high) > kLeastShare)) {
            reader_.error(cut, fmt::format("{}: the law has nothing there", path),
                          "widen the range, or move the law");
        }
        law.law = std::make_shared<const Distribution>(std::move(whole));
        return law;
    }

    std::shared_ptr<const Distribution> nested(const toml::table& table, std::string path) {
        return std::make_shared<const Distribution>(
            DistributionReader(reader_, table, std::move(path), sample_, true).read());
    }

    /// The numbers of a list, each >= 0.
    std::vector<Parameter> numbers(const char* key) {
        std::vector<Parameter> found;
        const toml::node* node = table_.get(key);
        if (node == nullptr) return found;
        const toml::array* list = node->as_array();
        if (list == nullptr) {
            reader_.error(*node, fmt::format("{}.{} must be a list of numbers", path_, key),
                          fmt::format("write {} = [1, 2]", key));
            return found;
        }
        for (const toml::node& item : *list)
            found.push_back(
                reader_.numberAt(item, fmt::format("{}.{}.{}", path_, key, found.size() + 1), kAtLeastZero));
        return found;
    }

    std::vector<Parameter> weights(std::size_t count, const char* of) {
        if (!table_.contains("weights")) return {count, Parameter{1.0, {}}};
        const std::size_t before = reader_.diagnostics.size();
        std::vector<Parameter> found = numbers("weights");
        if (!isWhole(before)) return {count, Parameter{1.0, {}}};
        if (found.size() != count) {
            reader_.error(*table_.get("weights"),
                          fmt::format("{}: {} weights for {} {}s", path_, found.size(), count, of),
                          fmt::format("give one weight for each {}", of));
            return {count, Parameter{1.0, {}}};
        }
        const bool isNone =
            std::ranges::all_of(found, [](const Parameter& weight) { return weight.base == 0.0; });
        if (isNone && count > 0)
            reader_.error(*table_.get("weights"), fmt::format("{}: all weights are 0", path_),
                          "give one of them more");
        return found;
    }

    void expectOrder(const Parameter& low, const Parameter& high) {
        if (high.base > low.base) return;
        reader_.error(table_, fmt::format("{}: high {} is not above low {}", path_, high.base, low.base),
                      "raise high");
    }

    std::tuple<Parameter, Parameter, Parameter> peak() {
        const std::size_t before = reader_.diagnostics.size();
        const Parameter low = number("low", kAtLeastZero);
        const Parameter mode = number("mode", kAtLeastZero);
        const Parameter high = number("high", kAtLeastZero);
        if (!isWhole(before)) return {low, mode, high};
        expectOrder(low, high);
        if (isWhole(before) && !(low.base <= mode.base && mode.base <= high.base)) {
            reader_.error(*table_.get("mode"),
                          fmt::format("{}: mode {} is not from low {} to high {}", path_, mode.base, low.base,
                                      high.base),
                          "order them so that low <= mode <= high");
        }
        return {low, mode, high};
    }

    /// A law given by its mean has one in every world.
    void expectMean(const Distribution& law, const char* instead) {
        const std::optional<double> least = leastTailIndex(law, reader_.beliefs);
        if (!least || *least > 1.0) return;
        reader_.error(*table_.get("tail_index"),
                      fmt::format("{}: tail_index can be {:.4g}, and a tail of an index up to 1 has no mean",
                                  path_, *least),
                      fmt::format("keep tail_index above 1, or give {} in place of mean", instead));
    }

    /// Says what a power tail means for the results.
    void judgeTail(const Distribution& law) {
        const std::optional<double> least = leastTailIndex(law, reader_.beliefs);
        if (!least || *least > 2.0) return;
        const toml::node* place = table_.get("tail_index");
        const toml::node& at = place != nullptr ? *place : table_;
        if (*least <= 1.0) {
            reader_.warning(
                at,
                fmt::format("{}: the tail index can be {:.4g}: the mean is infinite, so a simulated "
                            "mean of it, of its cost or margin says nothing",
                            path_, *least),
                "raise the tail index above 1, truncate the law, or read medians and shares only");
        } else {
            reader_.lint(
                at,
                fmt::format("{}: the tail index can be {:.4g}: the variance is infinite, so simulated "
                            "means get no interval",
                            path_, *least),
                "truncate the law, or compare exact values, medians and shares");
        }
    }

    Reader& reader_;
    const toml::table& table_;
    std::string path_;
    const SampleReader& sample_;
    bool isNested_;
};

}  // namespace

Distribution readDistribution(Reader& reader, const toml::table& table, const std::string& path,
                              const SampleReader& sample) {
    return DistributionReader(reader, table, path, sample, false).read();
}

}  // namespace breakeven::core::reading
