#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

#include "core/text/toml_text.hpp"
#include "sim/report/fit_report.hpp"

namespace breakeven::sim {
namespace {

/// Six digits: more than any sample tells.
std::string number(double value) {
    return fmt::format("{:.6g}", value);
}

/// A column's name as a meter's id: "ContextTokens" and "Context tokens" become "context_tokens".
std::string idOf(const std::string& column) {
    std::string id;
    bool wasSmall = false;
    for (const char c : column) {
        const bool isCapital = c >= 'A' && c <= 'Z';
        const bool isSmall = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (isCapital && wasSmall) id += '_';
        wasSmall = isSmall;
        if (isCapital)
            id += static_cast<char>(c - 'A' + 'a');
        else
            id += isSmall || c == '-' ? c : '_';
    }
    return id.empty() || id == "all" ? id + "_usage" : id;
}

/// Ids of all columns of a fit, each another.
class MeterIds {
  public:
    explicit MeterIds(const UsageFit& fit) {
        for (const QuantityFit& item : fit.quantities) {
            std::string id = idOf(item.name);
            const auto isTaken = [&] {
                return std::ranges::any_of(ids_, [&](const auto& taken) { return taken.second == id; });
            };
            while (isTaken()) id += "_2";
            ids_.emplace(item.name, id);
        }
    }
    [[nodiscard]] const std::string& operator[](const std::string& column) const { return ids_.at(column); }

  private:
    std::map<std::string, std::string> ids_;
};

const ParameterInterval* findParameter(const std::vector<ParameterInterval>& all, std::string_view name) {
    const auto found = std::ranges::find(all, name, &ParameterInterval::name);
    return found == all.end() ? nullptr : &*found;
}

/// A parameter as a belief where the likelihood bounds it on both sides, else as a point.
std::string belief(const std::vector<ParameterInterval>& all, std::string_view name, double value,
                   const std::string& source) {
    const ParameterInterval* found = findParameter(all, name);
    if (found == nullptr || !found->low90 || !found->high90)
        return fmt::format("{{ value = {}, source = {} }}", number(value), source);
    return fmt::format("{{ low = {}, base = {}, high = {}, shape = \"lognormal\", source = {} }}",
                       number(*found->low90), number(value), number(*found->high90), source);
}

/// A parameter that stays in [0, 1], so a shape without ends is not for it.
std::string shareBelief(const std::vector<ParameterInterval>& all, std::string_view name, double value,
                        const std::string& source) {
    const ParameterInterval* found = findParameter(all, name);
    if (found == nullptr || !found->low90 || !found->high90)
        return fmt::format("{{ value = {}, source = {} }}", number(value), source);
    return fmt::format("{{ low = {}, base = {}, high = {}, source = {} }}", number(*found->low90),
                       number(value), number(*found->high90), source);
}

/// The keys of a law in a scenario.
///
/// @param write  a parameter by its name in `ParameterInterval`, with its value
template <typename Write>
std::string lawKeys(const Law& law, Write write) {
    const std::vector<double>& p = law.parameters;
    switch (law.family) {
        case Family::Lognormal:
            return fmt::format("distribution = \"lognormal\"\nmedian = {}\nsigma = {}\n",
                               write("median", std::exp(p[0])), write("sigma", p[1]));
        case Family::Gamma:
            return fmt::format("distribution = \"gamma\"\nmean = {}\nshape = {}\n",
                               write("mean", p[0] * p[1]), write("shape", p[0]));
        case Family::Weibull:
            return fmt::format("distribution = \"weibull\"\nscale = {}\nshape = {}\n", write("scale", p[1]),
                               write("shape", p[0]));
        case Family::Pareto:
            return fmt::format("distribution = \"pareto\"\nminimum = {}\ntail_index = {}\n",
                               write("xm", p[1]), write("alpha", p[0]));
        case Family::Lomax:
            return fmt::format("distribution = \"lomax\"\nscale = {}\ntail_index = {}\n",
                               write("scale", p[1]), write("alpha", p[0]));
        case Family::Exponential:
            return fmt::format("distribution = \"exponential\"\nmean = {}\n", write("mean", p[0]));
        case Family::NegativeBinomial:
            return fmt::format("distribution = \"negative_binomial\"\nmean = {}\nshape = {}\n",
                               write("mean", p[1]), write("r", p[0]));
        case Family::Poisson:
            return fmt::format("distribution = \"poisson\"\nmean = {}\n", write("mean", p[0]));
        case Family::LognormalPareto:
            return fmt::format(
                "distribution = \"spliced\"\nbody = {{ distribution = \"lognormal\", median = {}, sigma = {} "
                "}}\n"
                "threshold = {}\ntail_weight = {}\ntail_index = {}\n",
                write("median", std::exp(p[0])), write("sigma", p[1]), write("threshold", p[2]),
                write("tail_weight", p[3]), write("alpha", p[4]));
    }
    return "";
}

std::string familyKeys(const Law& law, const std::vector<ParameterInterval>& parameters,
                       const std::string& source) {
    return lawKeys(law, [&](std::string_view name, double value) {
        return name == "tail_weight" ? shareBelief(parameters, name, value, source)
                                     : belief(parameters, name, value, source);
    });
}

/// The keys of a family as proposed, a line each.
std::string familyText(const QuantityFit& fit, const std::string& file) {
    const std::string source =
        core::tomlQuoted(fmt::format("fit of {}, {} rows", file, fit.summary ? fit.summary->count : 0));
    std::string text = familyKeys(fit.proposal.law, fit.proposal.parameters, source);
    // A law of counts has its zeros itself.
    if (fit.summary && fit.summary->zeroShare > 0.0 && !isCounting(fit.proposal.law.family))
        text += fmt::format("dormant = {}\n", number(fit.summary->zeroShare));
    return text;
}

std::string persistenceText(const QuantityFit& fit, const std::string& file) {
    if (!fit.persistence) return "";
    // The belief must stay in [0, 1], so its ends are those of the 95 % interval and its shape is bounded.
    const auto inside = [](double x) { return std::clamp(x, 0.0, 1.0); };
    return fmt::format(
        "persistence = {{ low = {}, base = {}, high = {}, source = {} }}\n",
        number(inside(fit.persistence->low)), number(inside(fit.persistence->value)),
        number(inside(fit.persistence->high)),
        core::tomlQuoted(fmt::format("fit of {}, {} subjects", file, fit.persistence->subjects)));
}

/// One quantity's table in a segment.
std::string usageText(const QuantityFit& fit, const FragmentNames& names, const MeterIds& ids) {
    const std::string& id = ids[fit.name];
    std::string text = fmt::format("[segment.usage.{}]  # {}\n", id, fit.proposal.why);
    if (id != fit.name) text += fmt::format("# of column {}\n", core::tomlQuoted(fit.name));
    switch (fit.proposal.kind) {
        case Proposal::Kind::Constant:
            if (fit.per) text += fmt::format("per = {}\n", core::tomlQuoted(ids[*fit.per]));
            return text +
                   fmt::format("distribution = \"constant\"\nvalue = {}\n", number(fit.proposal.value));
        case Proposal::Kind::Empirical:
            text += fmt::format("distribution = \"empirical\"\nfile = {}\ncolumn = {}\n",
                                core::tomlQuoted(names.file), core::tomlQuoted(fit.name));
            break;
        case Proposal::Kind::Family:
            if (fit.per) text += fmt::format("per = {}\n", core::tomlQuoted(ids[*fit.per]));
            text += familyText(fit, names.file);
            break;
    }
    return text + persistenceText(fit, names.file);
}

bool hasFactor(std::vector<std::vector<double>> matrix) {
    for (std::size_t i = 0; i < matrix.size(); ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            for (std::size_t k = 0; k < j; ++k) matrix[i][j] -= matrix[i][k] * matrix[j][k];
            if (i != j) {
                matrix[i][j] /= matrix[j][j];
            } else {
                if (matrix[i][i] < 1e-6) return false;
                matrix[i][i] = std::sqrt(matrix[i][i]);
            }
        }
    }
    return true;
}

std::string correlationText(const UsageFit& fit, const MeterIds& ids) {
    std::vector<QuantityCorrelation> kept;
    for (const QuantityCorrelation& item : fit.correlations) {
        const auto isConstant = [&](std::size_t i) {
            return fit.quantities[i].proposal.kind == Proposal::Kind::Constant;
        };
        const bool isNoise = item.correlation.low <= 0.0 && item.correlation.high >= 0.0;
        if (!isNoise && !isConstant(item.first) && !isConstant(item.second)) kept.push_back(item);
    }
    // As the engine takes them: r = 2 sin(pi rho / 6) of the normal scores must be a correlation matrix.
    double factor = 1.0;
    const auto matrixWith = [&] {
        const std::size_t n = fit.quantities.size();
        std::vector<std::vector<double>> matrix(n, std::vector<double>(n, 0.0));
        for (std::size_t i = 0; i < n; ++i) matrix[i][i] = 1.0;
        for (const QuantityCorrelation& item : kept)
            matrix[item.first][item.second] = matrix[item.second][item.first] =
                2.0 * std::sin(std::numbers::pi * factor * item.correlation.value / 6.0);
        return matrix;
    };
    while (!hasFactor(matrixWith())) factor *= 0.98;
    std::string text;
    if (factor < 1.0)
        text += fmt::format("# The correlations contradicted each other; all are drawn together by {:.3f}.\n",
                            factor);
    for (const QuantityCorrelation& item : kept)
        text +=
            fmt::format("[[segment.correlation]]\nbetween = [{}, {}]\nspearman = {}  # {:.2f} to {:.2f}\n",
                        core::tomlQuoted(ids[fit.quantities[item.first].name]),
                        core::tomlQuoted(ids[fit.quantities[item.second].name]),
                        number(factor * item.correlation.value), item.correlation.low, item.correlation.high);
    return text;
}

}  // namespace

std::string lawToml(const Law& law) {
    return lawKeys(law, [](std::string_view, double value) { return number(value); });
}

std::vector<std::string> proposalLines(const QuantityFit& fit, const std::string& file) {
    std::vector<std::string> lines;
    if (fit.proposal.kind != Proposal::Kind::Family) return lines;
    std::istringstream text(familyText(fit, file) + persistenceText(fit, file));
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
}

std::string fitToml(std::span<const UsageFit> kinds, const FragmentNames& names) {
    std::string text;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        const std::string id = kinds.size() == 1 ? names.segment : fmt::format("{}-{}", names.segment, i + 1);
        text += fmt::format("[[segment]]\nid = {}\n", core::tomlQuoted(id));
        if (kinds.size() > 1) text += fmt::format("weight = {}\n", number(kinds[i].weight));
        const MeterIds ids(kinds[i]);
        for (const QuantityFit& fit : kinds[i].quantities)
            if (fit.summary) text += usageText(fit, names, ids);
        text += correlationText(kinds[i], ids);
        if (i + 1 < kinds.size()) text += "\n";
    }
    return text;
}

}  // namespace breakeven::sim
